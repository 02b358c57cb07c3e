use std::time::Duration;

use orch_auth::{AuthError, DirectoryAway};
use orch_billing::BillingError;
use orch_core::{Entity, ErrorKind, Failure, StoreError};

use crate::directory::Unfilled;

/// Why a transaction is not answered. Nothing of it is kept, and no provider has begun, unless the variant says otherwise.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransactError {
    /// The body is no JSON within its bounds.
    #[error("malformed JSON")]
    Malformed,
    /// The body is no object.
    #[error("the request body is no JSON object")]
    NotAnObject,
    /// A member is missing.
    #[error("missing required field: {0}")]
    Missing(&'static str),
    /// A member or a header is not what it must be.
    #[error("invalid {0}")]
    Invalid(&'static str),
    /// The payload is no object.
    #[error("the payload is no JSON object")]
    PayloadNotAnObject,
    /// There is no signature.
    #[error("the signature is missing")]
    Unsigned,
    /// The sender claims to be another than the one that the body names.
    #[error("the claimed agent id does not match the consumer")]
    OtherClaimed,
    /// The consumer or the provider is not known, or not active.
    #[error("agent {0} not found")]
    AgentNotFound(String),
    /// The signature does not verify.
    #[error("the signature is invalid")]
    InvalidSignature,
    /// The signed time is too far from ours.
    #[error("the signed time is out of range")]
    OutOfRange,
    /// The nonce was used before.
    #[error("the nonce was used before")]
    Replayed,
    /// The host wants a moment and a nonce to be signed, and there are none.
    #[error("a signed moment and nonce are required")]
    OnceRequired,
    /// The same name was used for something else.
    #[error("the idempotency key was used for a different request")]
    Conflict,
    /// It was executed, and its answer is forgotten.
    #[error("the transaction was executed before")]
    AlreadyExecuted,
    /// The consumer asks too often.
    #[error("rate limit exceeded")]
    Limited {
        /// How many requests a minute allows.
        limit: u32,
        /// How long to wait.
        retry_after: Duration,
    },
    /// There is no such service, or none that can be called.
    #[error("service {0} not found")]
    ServiceNotFound(String),
    /// The consumer, the service or the provider is not known here, and the directory that may know it cannot be asked.
    #[error(transparent)]
    DirectoryAway(#[from] DirectoryAway),
    /// A human must have approved the call.
    #[error("an approval is required")]
    ApprovalRequired {
        /// The service.
        service: String,
        /// What is the matter with the approval: one word.
        reason: &'static str,
    },
    /// The payload does not fill the path of the service.
    #[error("the payload does not fill the path of the service: {0:?}")]
    Unfilled(Unfilled),
    /// The price is not covered.
    #[error("the price is not covered")]
    Funds(#[source] BillingError),
    /// The provider cannot be reached, or has too much to do: it has not begun.
    #[error("the provider cannot be reached")]
    Unreachable,
    /// There was no place among the calls of the provider in time: it has not begun.
    #[error("the provider has no place for the call")]
    NoPlace,
    /// There is no answer yet. The call goes on, and a repeated request joins it.
    #[error("the provider has not answered yet")]
    InProgress,
    /// The host's books cannot be kept now.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<AuthError> for TransactError {
    fn from(error: AuthError) -> Self {
        match error {
            AuthError::PartyNotFound(id) => Self::AgentNotFound(id.to_string()),
            AuthError::OutOfRange => Self::OutOfRange,
            AuthError::Replayed | AuthError::TooManyNonces => Self::Replayed,
            AuthError::Store(error) => Self::Store(error),
            AuthError::DirectoryAway(error) => Self::DirectoryAway(error),
            _ => Self::InvalidSignature,
        }
    }
}

impl Failure for TransactError {
    fn kind(&self) -> ErrorKind {
        let invalid = |field: &str| ErrorKind::Invalid {
            field: field.to_owned(),
            reason: self.to_string(),
        };
        let not_found = |id: &String| ErrorKind::NotFound {
            entity: Entity::Agent,
            id: id.clone(),
        };
        match self {
            Self::Malformed | Self::NotAnObject => invalid(""),
            Self::Missing(field) | Self::Invalid(field) => invalid(field),
            Self::PayloadNotAnObject | Self::Unfilled(_) => invalid("payload"),
            Self::OtherClaimed => invalid("consumer_agent_id"),
            Self::Unsigned
            | Self::InvalidSignature
            | Self::OutOfRange
            | Self::Replayed
            | Self::OnceRequired => ErrorKind::Unauthenticated,
            Self::AgentNotFound(id) | Self::ServiceNotFound(id) => not_found(id),
            Self::Conflict | Self::AlreadyExecuted => ErrorKind::Conflict {
                reason: self.to_string(),
            },
            Self::Limited { retry_after, .. } => ErrorKind::Limited {
                retry_after: *retry_after,
            },
            Self::ApprovalRequired { .. } => ErrorKind::Forbidden {
                reason: self.to_string(),
            },
            Self::DirectoryAway(error) => AuthError::from(*error).kind(),
            Self::Funds(error) => error.kind(),
            Self::Unreachable | Self::NoPlace => ErrorKind::Unavailable {
                entity: Entity::Agent,
                id: String::new(),
                last_seen: None,
                retry_after: None,
            },
            Self::InProgress => ErrorKind::Timeout {
                after: Duration::ZERO,
            },
            Self::Store(error) => error.kind(),
        }
    }
}
