//! API keys: what is kept of one, and the text that its holder shows.

mod digest;
mod form;
mod token;

use orch_core::{AccountId, ApiKeyId, Timestamp};

pub use digest::KeyDigest;
pub use form::{KeyForm, KeyFormError};
pub use token::KeyToken;

/// What is kept of an API key; the key itself is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id, which is no secret.
    pub id: ApiKeyId,
    /// On whose behalf its holder acts.
    pub account: AccountId,
    /// The surface that it opens; to the others it is unknown.
    pub form: KeyForm,
    /// What its owner calls it: 1 to 100 characters.
    pub name: String,
    /// How its text begins, so that its owner knows it again.
    pub hint: String,
    /// The digest of its text.
    pub digest: KeyDigest,
    /// What it may be used for, in the words of its surface; everything if it names nothing.
    pub scopes: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it opens nothing.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// When it was last used, up to a minute ago.
    pub last_used_at: Option<Timestamp>,
    /// The key that takes its place.
    pub replaced_by: Option<ApiKeyId>,
}

/// Whether a key opens its surface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyStatus {
    /// It does.
    Active,
    /// Its time is over.
    Expired,
    /// Its owner took it back.
    Revoked,
}

impl ApiKey {
    /// Whether it opens its surface at a moment. Expiry is never stored: it follows from the time.
    pub fn status(&self, now: Timestamp) -> KeyStatus {
        match (self.revoked_at, self.expires_at) {
            (Some(_), _) => KeyStatus::Revoked,
            (None, Some(expires_at)) if expires_at <= now => KeyStatus::Expired,
            (None, _) => KeyStatus::Active,
        }
    }

    /// Whether it may be used for something, in the words of its surface.
    pub fn allows(&self, scope: &str) -> bool {
        self.scopes.is_empty() || self.scopes.iter().any(|allowed| allowed == scope)
    }
}

impl KeyStatus {
    /// The lower-case name: `active`, `expired` or `revoked`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}
