use orch_core::{Amount, Currency, Purse, Timestamp};

use crate::HoldState;

/// What a change came to: done (now or before), or refused.
pub type Settled<T> = Result<T, Refusal>;

/// Why the ledger refused a change; nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The purse that the money is taken from is too small.
    Short {
        /// Which purse.
        purse: Purse,
        /// What was asked for.
        required: Amount,
        /// What there is in it.
        available: Amount,
    },
    /// More is captured than remains, or refunded than is left of what was captured.
    Exceeds {
        /// What was asked for.
        required: Amount,
        /// What is left.
        available: Amount,
    },
    /// The same key or id was used before for something else.
    Conflict,
    /// There is no such hold, or its parent is none of the same account.
    Missing,
    /// The hold, or its parent, is in a state that does not allow it.
    State(HoldState),
    /// Sub-holds are open.
    Busy {
        /// How many.
        open_sub_holds: u32,
    },
    /// The hold's time is not over.
    NotDue {
        /// When it will be.
        expires_at: Timestamp,
    },
    /// The hold is counted in another currency.
    Mixed {
        /// In which.
        hold: Currency,
        /// The currency that was asked for.
        required: Currency,
    },
    /// More than the ledger counts.
    TooLarge,
}
