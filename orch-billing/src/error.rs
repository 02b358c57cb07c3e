//! What can go wrong with money.

use orch_core::{Amount, Entity, ErrorKind, Failure, MoneyError, Purse, StoreError};

use crate::{HoldId, HoldState};

/// Why billing refused or failed. After a refusal, nothing has changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BillingError {
    /// The account's credits, or what remains of the hold above, do not suffice.
    #[error("{required} are required, {available} available")]
    Insufficient {
        /// Which purse was too small.
        purse: Purse,
        /// What was asked for.
        required: Amount,
        /// What there was.
        available: Amount,
    },
    /// The key, or the hold's id, was used before for something else.
    #[error("key {key} was used before for something else")]
    Conflict {
        /// The key.
        key: String,
    },
    /// There is no such hold of that account.
    #[error("hold {0} not found")]
    HoldNotFound(HoldId),
    /// The hold is closed already, otherwise than asked for; or a sub-hold was asked of a closed hold.
    #[error("hold {id} is {state}, not open")]
    HoldClosed {
        /// The hold.
        id: HoldId,
        /// What became of it.
        state: HoldState,
    },
    /// The hold has sub-holds that are not closed yet.
    #[error("hold {id} has {open_sub_holds} open sub-holds")]
    HoldBusy {
        /// The hold.
        id: HoldId,
        /// How many of its sub-holds are open.
        open_sub_holds: u32,
    },
    /// Only what was captured can be refunded.
    #[error("hold {id} is {state}, not captured")]
    NotCaptured {
        /// The hold.
        id: HoldId,
        /// What became of it.
        state: HoldState,
    },
    /// A capture of more than the hold has, or a refund of more than is left of what was captured.
    #[error("{required} is more than the {available} left of hold {id}")]
    Exceeds {
        /// The hold.
        id: HoldId,
        /// What was asked for.
        required: Amount,
        /// What is left.
        available: Amount,
    },
    /// The hold's time is not over.
    #[error("hold {0} is not due")]
    NotDue(HoldId),
    /// An argument is wrong.
    #[error("{field}: {reason}")]
    Invalid {
        /// The argument.
        field: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// Amounts of different currencies met, or one grew too large.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// The store failed; whether the change was made is unknown, and the same call tells.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Failure for BillingError {
    fn kind(&self) -> ErrorKind {
        let invalid = |field: &str, reason: String| ErrorKind::Invalid {
            field: field.to_owned(),
            reason,
        };
        match self {
            Self::Insufficient {
                purse,
                required,
                available,
            } => ErrorKind::InsufficientFunds {
                purse: *purse,
                required: *required,
                available: *available,
            },
            Self::HoldNotFound(id) => ErrorKind::NotFound {
                entity: Entity::Hold,
                id: id.to_string(),
            },
            Self::Conflict { .. }
            | Self::HoldClosed { .. }
            | Self::HoldBusy { .. }
            | Self::NotCaptured { .. }
            | Self::NotDue(_) => ErrorKind::Conflict {
                reason: self.to_string(),
            },
            Self::Exceeds { .. } | Self::Money(_) => invalid("amount", self.to_string()),
            Self::Invalid { field, reason } => invalid(field, reason.clone()),
            Self::Store(error) => error.kind(),
        }
    }
}
