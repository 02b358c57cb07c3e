use std::{fmt, str::FromStr};

/// The surface that a key opens, which says how its text begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeyForm {
    /// The market: `0rca_`.
    Market,
    /// The gateway: `sk_live_`.
    Gateway,
    /// Agent to agent: `sk-atp-`.
    A2a,
}

impl KeyForm {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Market, Self::Gateway, Self::A2a];

    /// How the text of its keys begins.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Market => "0rca_",
            Self::Gateway => "sk_live_",
            Self::A2a => "sk-atp-",
        }
    }

    /// The lower-case name: `market`, `gateway` or `a2a`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Market => "market",
            Self::Gateway => "gateway",
            Self::A2a => "a2a",
        }
    }
}

impl fmt::Display for KeyForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A text names no [`KeyForm`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} has no api keys; market, gateway and a2a do")]
pub struct KeyFormError(String);

/// Reads what [`name`](KeyForm::name) writes.
impl FromStr for KeyForm {
    type Err = KeyFormError;

    fn from_str(name: &str) -> Result<Self, KeyFormError> {
        let found = Self::ALL.into_iter().find(|form| form.name() == name);
        found.ok_or_else(|| KeyFormError(name.chars().take(40).collect()))
    }
}
