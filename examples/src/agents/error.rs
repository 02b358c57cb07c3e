//! The one way in which these agents fail: an argument they cannot work with.

use std::{fmt, ops::RangeInclusive};

use super::text::MAX_TEXT_BYTES;

/// An argument that an agent cannot work with, in words fit for its caller.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {reason}")]
pub struct AgentError {
    field: &'static str,
    reason: String,
}

impl AgentError {
    pub(super) fn new(field: &'static str, reason: impl fmt::Display) -> Self {
        Self {
            field,
            reason: reason.to_string(),
        }
    }

    /// The argument at fault, as the input names it.
    pub fn field(&self) -> &'static str {
        self.field
    }

    /// What is wrong with it, in lower case and without a full stop.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

/// Refuses a text beyond [`MAX_TEXT_BYTES`].
pub(super) fn check_text(text: &str) -> Result<(), AgentError> {
    if text.len() > MAX_TEXT_BYTES {
        let reason = format!("is {} bytes long; at most {MAX_TEXT_BYTES} are read", text.len());
        return Err(AgentError::new("text", reason));
    }
    Ok(())
}

/// Refuses a number outside its range.
pub(super) fn check_range(
    field: &'static str,
    value: usize,
    range: &RangeInclusive<usize>,
) -> Result<(), AgentError> {
    if !range.contains(&value) {
        let reason = format!("{value} is not between {} and {}", range.start(), range.end());
        return Err(AgentError::new(field, reason));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_at_its_bound_is_taken_and_one_beyond_is_refused() {
        assert_eq!(check_text(&"a".repeat(MAX_TEXT_BYTES)), Ok(()));
        let error = check_text(&"a".repeat(MAX_TEXT_BYTES + 1)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "text: is 1000001 bytes long; at most 1000000 are read"
        );
    }

    #[test]
    fn a_number_outside_its_range_is_refused() {
        assert_eq!(check_range("count", 1, &(1..=9)), Ok(()));
        assert_eq!(check_range("count", 9, &(1..=9)), Ok(()));
        let error = check_range("count", 10, &(1..=9)).unwrap_err();
        assert_eq!(
            (error.field(), error.reason()),
            ("count", "10 is not between 1 and 9")
        );
    }
}
