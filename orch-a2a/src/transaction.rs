//! Signed transactions: what is kept of one, from before it is sent until long after it has ended.

mod events;
mod id;
mod priority;
mod rejection;

use std::time::Duration;

use orch_auth::{Form, PartyId};
use orch_core::Timestamp;

pub use id::{TransactionId, TransactionIdError};
pub use priority::Priority;
pub(crate) use rejection::Rejection;
pub use rejection::rejections_before;

use crate::directory::ServiceId;

/// A transaction that reached the point of calling a provider. Its consumer and its id name it together.
#[derive(Clone, Debug, PartialEq)]
pub struct Transaction {
    /// Its id: the consumer's own, or one of ours.
    pub id: TransactionId,
    /// Who asks.
    pub consumer: PartyId,
    /// For which service.
    pub service: ServiceId,
    /// Of which agent.
    pub provider: PartyId,
    /// How soon among those that wait for the provider.
    pub priority: Priority,
    /// The consumer's own key, which no signature covers.
    pub key: Option<String>,
    /// The SHA-256 of what was asked for, in form A.
    pub content: [u8; 32],
    /// The SHA-256 of the signature.
    pub signature: [u8; 32],
    /// How the consumer writes what it signs.
    pub form: Form,
    /// How many bytes the request took.
    pub request_bytes: u64,
    /// When it was asked for.
    pub started_at: Timestamp,
    /// When the call that is under way ends at the latest.
    pub ends_by: Timestamp,
    /// How far it is.
    pub state: State,
    /// How many requests were joined in it.
    pub attempts: u32,
    /// How many times its provider was called.
    pub executions: u32,
}

/// How far a transaction is.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// It is under way, or was when its process ended.
    Pending,
    /// Its provider has not begun; it may be made again.
    NotExecuted,
    /// It has ended, and is never made again.
    Ended {
        /// When.
        at: Timestamp,
        /// How.
        end: End,
    },
}

/// How a transaction ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// The provider answered.
    Answered {
        /// The status of HTTP; `None` for what ended before it was written down.
        status: Option<u16>,
        /// Its answer as JSON text, unchanged; `None` once it is forgotten.
        result: Option<String>,
    },
    /// The provider answered with a failure.
    Refused {
        /// The status of HTTP.
        status: u16,
        /// What it said, as JSON text; `None` if it said nothing that can be shown, or it is forgotten.
        body: Option<String>,
    },
    /// What became of it is unknown: the connection broke after the request was sent.
    Lost,
    /// What became of it is unknown: there was no answer in time, or our process ended.
    TimedOut,
}

impl State {
    /// One word for it, as the books show it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::NotExecuted => "not_executed",
            Self::Ended { end, .. } => match end {
                End::Answered { .. } => "success",
                End::Refused { .. } => "failed",
                End::Lost | End::TimedOut => "unknown",
            },
        }
    }
}

impl Transaction {
    /// How long it took, if it has ended.
    pub fn took(&self) -> Option<Duration> {
        match self.state {
            State::Ended { at, .. } => Some(at.since(self.started_at)),
            State::Pending | State::NotExecuted => None,
        }
    }

    /// Whether its answer was there and is forgotten.
    pub fn is_forgotten(&self) -> bool {
        matches!(
            self.state,
            State::Ended {
                end: End::Answered { result: None, .. },
                ..
            }
        )
    }
}
