use std::str::FromStr;

/// How soon a call is served among those that wait for the same provider. It orders them and does nothing else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// Before all others.
    Critical,
    /// Before normal ones.
    High,
    /// In its turn.
    #[default]
    Normal,
}

/// A text is no priority.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is none of normal, high and critical")]
pub struct PriorityError;

impl Priority {
    /// All of them, the most urgent first.
    pub const ALL: [Self; 3] = [Self::Critical, Self::High, Self::Normal];

    /// The lower-case name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Normal => "normal",
        }
    }
}

impl FromStr for Priority {
    type Err = PriorityError;

    fn from_str(name: &str) -> Result<Self, PriorityError> {
        let known = Self::ALL.into_iter().find(|known| known.name() == name);
        known.ok_or(PriorityError)
    }
}
