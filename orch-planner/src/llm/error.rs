use std::time::Duration;

use orch_core::{Cause, Entity, ErrorKind};

use super::TokenUsage;

/// Why a model did not answer, or not to any use.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LlmError {
    /// The account of the host asks too often.
    #[error("its rate limit is reached")]
    RateLimited {
        /// When to ask again, if it says so.
        retry_after: Option<Duration>,
    },
    /// The provider has too much to do.
    #[error("it is overloaded")]
    Overloaded {
        /// When to ask again, if it says so.
        retry_after: Option<Duration>,
    },
    /// It could not be reached, or the connection broke.
    #[error("it cannot be reached")]
    Unreachable(#[source] Cause),
    /// It did not answer in time.
    #[error("it did not answer within {0:?}")]
    TimedOut(Duration),
    /// The host's key is not known or does not suffice.
    #[error("it refuses the key")]
    Unauthorized,
    /// The conversation is longer than the model reads.
    #[error("the conversation is too long for it")]
    ContextTooLong,
    /// The request is refused: an unknown model, a member that it does not take.
    #[error("it refuses the request: {reason}")]
    Rejected {
        /// What it says, bounded.
        reason: String,
    },
    /// The answer is longer than it was allowed to be.
    #[error("its answer was cut off")]
    Truncated {
        /// What it took.
        usage: Option<TokenUsage>,
    },
    /// The model, or a filter before it, declines to answer.
    #[error("it declines: {reason}")]
    Refused {
        /// What it says, bounded.
        reason: String,
        /// What it took.
        usage: Option<TokenUsage>,
    },
    /// What came back is no answer.
    #[error("its answer cannot be read: {reason}")]
    Unreadable {
        /// What is wrong with it.
        reason: String,
        /// What it took, as far as that was said.
        usage: Option<TokenUsage>,
    },
}

impl LlmError {
    /// What was taken all the same.
    pub fn usage(&self) -> TokenUsage {
        match self {
            Self::Truncated { usage } | Self::Refused { usage, .. } | Self::Unreadable { usage, .. } => {
                usage.unwrap_or_default()
            }
            _ => TokenUsage::default(),
        }
    }

    /// What it means to a caller that this model failed so.
    pub(crate) fn kind_of(&self, model: &str) -> ErrorKind {
        let (entity, id) = (Entity::Model, model.to_owned());
        match self {
            Self::RateLimited {
                retry_after: Some(retry_after),
            } => ErrorKind::Limited {
                retry_after: *retry_after,
            },
            Self::TimedOut(after) => ErrorKind::Timeout { after: *after },
            error if error.is_passing() => ErrorKind::Unavailable {
                entity,
                id,
                last_seen: None,
                retry_after: error.retry_after(),
            },
            error => ErrorKind::Failed {
                entity,
                id,
                reason: error.to_string(),
            },
        }
    }

    /// When the provider says to ask again.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after } | Self::Overloaded { retry_after } => *retry_after,
            _ => None,
        }
    }

    /// Whether asking again, after a while, may go better.
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::RateLimited { .. } | Self::Overloaded { .. } | Self::Unreachable(_) | Self::TimedOut(_)
        )
    }
}
