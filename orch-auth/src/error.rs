use std::time::Duration;

use orch_core::{ApiKeyId, Entity, ErrorKind, Failure, StoreError};

use crate::{DirectoryAway, PartyId};

/// Why someone is not let in, or a key cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthError {
    /// The key opens nothing here: it is malformed, unknown, revoked, expired, or of another surface. Which of these is
    /// not told.
    #[error("the api key is invalid or expired")]
    InvalidKey,
    /// There is no such key, or the caller may not know that there is.
    #[error("{0} not found")]
    KeyNotFound(ApiKeyId),
    /// The key opens nothing any more, or another has taken its place already.
    #[error("{0} has been revoked, has expired or was replaced before")]
    KeyEnded(ApiKeyId),
    /// What was said of a new key cannot be meant.
    #[error("{field} {reason}")]
    Invalid {
        /// Which member.
        field: &'static str,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// There is no such agent, or none that may sign.
    #[error("agent {0} not found")]
    PartyNotFound(PartyId),
    /// The agent is registered elsewhere, and does not register itself here as well.
    #[error("agent {0} is registered elsewhere")]
    RegisteredElsewhere(PartyId),
    /// The agent is not registered here, and the directory that may know it cannot be asked.
    #[error(transparent)]
    DirectoryAway(#[from] DirectoryAway),
    /// The signature is none, or not by a key of the agent over what was sent.
    #[error("the signature is invalid")]
    InvalidSignature,
    /// What was signed bears a time that is too far from ours.
    #[error("the signed time is out of range")]
    OutOfRange,
    /// The nonce was used before.
    #[error("the nonce was used before")]
    Replayed,
    /// The agent uses more nonces than are remembered.
    #[error("too many nonces are in use")]
    TooManyNonces,
    /// Others change the agent all the time.
    #[error("agent {0} changes all the time")]
    Contended(PartyId),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Failure for AuthError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::InvalidKey | Self::InvalidSignature | Self::OutOfRange | Self::Replayed => {
                ErrorKind::Unauthenticated
            }
            Self::PartyNotFound(id) => ErrorKind::NotFound {
                entity: Entity::Agent,
                id: id.to_string(),
            },
            Self::RegisteredElsewhere(_) => ErrorKind::Forbidden {
                reason: self.to_string(),
            },
            Self::DirectoryAway(_) => ErrorKind::Unavailable {
                entity: Entity::Agent,
                id: String::new(),
                last_seen: None,
                retry_after: None,
            },
            Self::TooManyNonces => ErrorKind::Limited {
                retry_after: Duration::from_secs(5),
            },
            Self::KeyNotFound(id) => ErrorKind::NotFound {
                entity: Entity::ApiKey,
                id: id.to_string(),
            },
            Self::KeyEnded(_) | Self::Contended(_) => ErrorKind::Conflict {
                reason: self.to_string(),
            },
            Self::Invalid { field, reason } => ErrorKind::Invalid {
                field: (*field).to_owned(),
                reason: (*reason).to_owned(),
            },
            Self::Store(error) => error.kind(),
        }
    }
}
