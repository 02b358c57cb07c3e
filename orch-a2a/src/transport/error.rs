use std::{fmt, time::Duration};

/// Why there is no reply.
///
/// Every variant says how far the call came, and by that when it may be [sent again](Self::resend).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// The agent answered with a failure.
    #[error("{reason}")]
    Failed {
        /// What it said.
        reason: String,
    },
    /// The agent does not take these arguments, although they satisfy its schema.
    #[error("{field}: {reason}")]
    Refused {
        /// The argument at fault, as a JSON Pointer; empty for all of them.
        field: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The agent has too much to do and says that it did not begin: status 429 of HTTP, or 503 with a `Retry-After`
    /// (RFC 9110, section 10.2.3). Where that is not sure, the call is [`Lost`](Self::Lost).
    #[error("the agent has too much to do")]
    Overloaded {
        /// How long it wants to be left alone, if it says.
        retry_after: Option<Duration>,
    },
    /// The agent cannot be reached; nothing was sent.
    #[error("the agent cannot be reached: {reason}")]
    Unreachable {
        /// What was in the way.
        reason: String,
    },
    /// The host's own rules forbid the way to the agent, as it leads to a private address; nothing was sent.
    #[error("the way to the agent is barred: {reason}")]
    Barred {
        /// Which rule is broken.
        reason: String,
    },
    /// The call was sent, wholly or in part, and what became of it is unknown: the connection broke, or the process
    /// ended.
    #[error("the connection to the agent was lost: {reason}")]
    Lost {
        /// How it was lost.
        reason: String,
    },
    /// The agent answered, and what it said is no reply.
    #[error("the reply cannot be read: {reason}")]
    Unreadable {
        /// What is wrong with it.
        reason: String,
    },
    /// The agent panicked.
    #[error("panicked: {message}")]
    Panicked {
        /// What it said.
        message: String,
    },
    /// The reply is larger than the call allows.
    #[error("the reply is too large")]
    TooLarge,
}

/// When a call that failed may be sent again, under its idempotency key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resend {
    /// Always: the agent has not begun.
    Always,
    /// Only if its task may be done twice: the agent may have done it.
    IfRepeatable,
    /// Never: the answer is no, and would be no again.
    Never,
}

impl TransportError {
    /// A failure that the agent reports.
    pub fn failed(reason: impl fmt::Display) -> Self {
        let reason = reason.to_string();
        Self::Failed { reason }
    }

    /// Nothing was sent, for this reason.
    pub fn unreachable(reason: impl fmt::Display) -> Self {
        let reason = reason.to_string();
        Self::Unreachable { reason }
    }

    /// What was sent is lost, for this reason.
    pub fn lost(reason: impl fmt::Display) -> Self {
        let reason = reason.to_string();
        Self::Lost { reason }
    }

    /// What came back is no reply, for this reason.
    pub fn unreadable(reason: impl fmt::Display) -> Self {
        let reason = reason.to_string();
        Self::Unreadable { reason }
    }

    /// When the call may be sent again.
    pub fn resend(&self) -> Resend {
        match self {
            Self::Unreachable { .. } | Self::Overloaded { .. } => Resend::Always,
            Self::Lost { .. } => Resend::IfRepeatable,
            Self::Failed { .. }
            | Self::Refused { .. }
            | Self::Barred { .. }
            | Self::Unreadable { .. }
            | Self::Panicked { .. }
            | Self::TooLarge => Resend::Never,
        }
    }
}
