use orch_core::{Amount, Timestamp};

use super::{Hold, HoldId};
use crate::UsageRecord;

/// Ends a hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closing {
    /// Which one.
    pub hold: HoldId,
    /// How.
    pub ending: Ending,
    /// When.
    pub at: Timestamp,
    /// What was used for it; kept only by the closing that succeeds.
    pub usage: Option<UsageRecord>,
}

/// How a hold ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// A part of it, or all, is paid out; the rest goes back.
    Capture {
        /// What is paid.
        amount: Amount,
        /// The platform's share of it, where there is a payee; without one, all of it is the platform's.
        fee: Amount,
    },
    /// All that remains goes back.
    Release,
    /// All that remains goes back, provided that its time is over.
    Expire,
}

impl Closing {
    /// The usage record to keep with the hold that was closed: its account is the hold's, its cost what was captured.
    pub fn usage_of(&self, closed: &Hold) -> Option<UsageRecord> {
        self.usage.clone().map(|usage| UsageRecord {
            account: closed.account.clone(),
            cost: closed.captured(),
            ..usage
        })
    }
}

/// Keeps an open hold going.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// Which one.
    pub hold: HoldId,
    /// With what.
    pub by: More,
    /// When.
    pub at: Timestamp,
}

/// What a hold is extended by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum More {
    /// More money, from where the hold was taken.
    Funds {
        /// How much more.
        amount: Amount,
        /// Names the enlargement among those of the hold: the same key again takes nothing more.
        key: String,
    },
    /// More time.
    Time {
        /// Not before this does it expire; an earlier moment than the hold's own changes nothing.
        until: Timestamp,
    },
}

/// Brings back what was captured, or a part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    /// The captured hold.
    pub hold: HoldId,
    /// How much; all refunds of a hold together are at most what was captured.
    pub amount: Amount,
    /// Names the refund among those of the hold: the same key again brings back nothing more.
    pub key: String,
    /// When.
    pub at: Timestamp,
}
