use orch_core::Timestamp;

use crate::{ApiKey, AuthError, KeyForm, KeyToken};

/// A key as its owner wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyDraft {
    /// The surface that it opens.
    pub form: KeyForm,
    /// What its owner calls it: 1 to 100 characters without control characters, not blank.
    pub name: String,
    /// What it may be used for, in the words of its surface: at most 32, each 1 to 64 of `a-z 0-9 : . _ -`. Everything
    /// if there are none.
    pub scopes: Vec<String>,
    /// From when on it opens nothing; never, unless that is said.
    pub expires_at: Option<Timestamp>,
}

/// A key that was just made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MintedKey {
    /// What is kept of it.
    pub key: ApiKey,
    /// Its text, which nobody can see again.
    pub token: KeyToken,
}

impl KeyDraft {
    /// The longest name.
    pub const MAX_NAME_CHARS: usize = 100;
    /// The most scopes.
    pub const MAX_SCOPES: usize = 32;
    /// The longest scope.
    pub const MAX_SCOPE_CHARS: usize = 64;

    /// A key that may be used for everything until it is revoked.
    pub fn new(form: KeyForm, name: impl Into<String>) -> Self {
        Self {
            form,
            name: name.into(),
            scopes: Vec::new(),
            expires_at: None,
        }
    }

    pub(super) fn check(&self, now: Timestamp) -> Result<(), AuthError> {
        let is_bounded = self.name.chars().count() <= Self::MAX_NAME_CHARS;
        if self.name.trim().is_empty() || !is_bounded || self.name.chars().any(char::is_control) {
            let reason = "is not 1 to 100 characters without control characters";
            return Err(AuthError::Invalid {
                field: "name",
                reason,
            });
        }
        let is_scope = |scope: &String| {
            let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b":._-".contains(&b);
            (1..=Self::MAX_SCOPE_CHARS).contains(&scope.len()) && scope.bytes().all(is_plain)
        };
        if self.scopes.len() > Self::MAX_SCOPES || !self.scopes.iter().all(is_scope) {
            let reason = "are not at most 32 words of 1 to 64 lower-case letters, digits and :._-";
            return Err(AuthError::Invalid {
                field: "scopes",
                reason,
            });
        }
        if self.expires_at.is_some_and(|expires_at| expires_at <= now) {
            let reason = "is not in the future";
            return Err(AuthError::Invalid {
                field: "expires_at",
                reason,
            });
        }
        Ok(())
    }
}
