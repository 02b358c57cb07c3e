use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};

/// Names a step within its plan: 1 to 64 of `a-z`, `0-9`, `-` and `_`. Cheap to clone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct StepId(Arc<str>);

/// A text is no [`StepId`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no step id: 1 to 64 of a-z, 0-9, - and _")]
pub struct StepIdError(String);

impl StepId {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for StepId {
    type Err = StepIdError;

    fn from_str(text: &str) -> Result<Self, StepIdError> {
        let is_allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
        if (1..=64).contains(&text.len()) && text.bytes().all(is_allowed) {
            Ok(Self(text.into()))
        } else {
            Err(StepIdError(text.chars().take(80).collect()))
        }
    }
}

impl TryFrom<String> for StepId {
    type Error = StepIdError;

    fn try_from(text: String) -> Result<Self, StepIdError> {
        text.parse()
    }
}

impl From<StepId> for String {
    fn from(id: StepId) -> Self {
        id.0.as_ref().to_owned()
    }
}

impl fmt::Display for StepId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for StepId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}
