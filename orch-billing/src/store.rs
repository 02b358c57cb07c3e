//! The ports that keep the ledger and the usage records.

#[cfg(any(test, feature = "testing"))]
pub mod conformance;
mod in_memory;
mod refusal;

use std::fmt;

use async_trait::async_trait;
use orch_core::{AccountId, AgentId, Amount, Currency, Page, PageRequest, StoreError, Timestamp};

use crate::{
    Activity, Closing, Extension, Grant, Grouping, Hold, HoldId, Period, Refund, UsageGroup, UsageRecord,
};

pub use in_memory::InMemoryLedger;
pub use refusal::{Refusal, Settled};

/// Keeps the ledger. Each method is one atomic unit of work, and a refusal changes nothing.
///
/// The domain says what each change means: the transitions of [`Hold`], and the
/// [`Transaction`](crate::Transaction) that a store posts for each change in the same unit. What is asked for again
/// yields what there is now and changes nothing.
#[async_trait]
pub trait LedgerStore: fmt::Debug + Send + Sync + 'static {
    /// Adds credits from outside.
    ///
    /// Refused with `Conflict` for a known key with another amount, and with `TooLarge` where the account's grants would
    /// exceed [`Grant::LIMIT`].
    async fn grant(&self, grant: &Grant) -> Result<Settled<()>, StoreError>;

    /// Sets money aside, from the account's credits or from the hold's parent: the hold as it is now.
    ///
    /// Refused with `Conflict` when the id or the account's key is that of another hold, `Short` when there is not
    /// enough, `Missing`, `State` or `Mixed` when the parent is not there (as the account's own), closed or of another
    /// currency.
    async fn hold(&self, hold: &Hold) -> Result<Settled<Hold>, StoreError>;

    /// Gives an open hold more money, from where it was taken, or more time.
    ///
    /// Refused with `Missing`, `State` when it is closed, `Conflict` for a known key with another amount, `Mixed`, or
    /// `Short`.
    async fn extend(&self, extension: &Extension) -> Result<Settled<Hold>, StoreError>;

    /// Ends a hold and keeps the usage record with it. Of many that try, one succeeds, and those that asked for the same
    /// kind of ending get the hold as that one left it.
    ///
    /// Refused with `Missing`, `State` when it ended otherwise, `Busy` while sub-holds are open, and `Exceeds`, `Mixed`
    /// or `NotDue` as the ending demands.
    async fn close(&self, closing: &Closing) -> Result<Settled<Hold>, StoreError>;

    /// Brings back what was captured, to the account's credits.
    ///
    /// Refused with `Missing`, `State` unless it was captured, `Conflict` for a known key with another amount, `Mixed`, or
    /// `Exceeds`.
    async fn refund(&self, refund: &Refund) -> Result<Settled<Hold>, StoreError>;

    /// Reads holds, as they were at one moment, by their ids.
    async fn holds(&self, query: &HoldQuery) -> Result<Vec<Hold>, StoreError>;

    /// Reads what there is; nothing for an account that is not known.
    async fn balance(&self, of: &BalanceOf, currency: Currency) -> Result<Balance, StoreError>;
}

/// Reads usage records, which the ledger keeps as it closes the holds that paid for them.
#[async_trait]
pub trait UsageStore: fmt::Debug + Send + Sync + 'static {
    /// The records of an account in a period, the latest first (by their time, then by invocation).
    async fn list(
        &self,
        account: &AccountId,
        period: Period,
        page: PageRequest,
    ) -> Result<Page<UsageRecord>, StoreError>;

    /// Sums over the records of an account in a period whose cost is in `currency`: at most `limit` groups that are not
    /// empty; days in their order, the others by cost, the dearest first, then by key. Only the whole says how many agents
    /// were called.
    async fn summarize(
        &self,
        account: &AccountId,
        currency: Currency,
        period: Period,
        by: Grouping,
        limit: u32,
    ) -> Result<Vec<UsageGroup>, StoreError>;

    /// How many calls of an agent by an account were answered in a period.
    async fn count_answered(
        &self,
        account: &AccountId,
        agent: AgentId,
        period: Period,
    ) -> Result<u64, StoreError>;

    /// How much an agent was called, whoever called it, in the hours of UTC that begin in a period.
    async fn activity(&self, agent: AgentId, period: Period) -> Result<Activity, StoreError>;

    /// Removes at most `limit` records of a time before this one, the oldest first, whoever's they are; how many there
    /// were. The ledger stays as it is.
    async fn prune(&self, before: Timestamp, limit: u32) -> Result<u32, StoreError>;
}

/// Which holds are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoldQuery {
    /// The one of this id.
    Id(HoldId),
    /// The open sub-holds of this one.
    OpenWithin(HoldId),
    /// The open ones without open sub-holds whose time is over; those that are longest over first.
    Due {
        /// What the time is.
        at: Timestamp,
        /// How many at most.
        limit: u32,
    },
}

/// Whose money is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BalanceOf {
    /// An account's credits, and what its open holds have.
    Credits(AccountId),
    /// What an account earned with its agents.
    Earnings(AccountId),
    /// What the platform earned.
    Fees,
}

/// What there is of one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Balance {
    /// What can be spent.
    pub available: Amount,
    /// What is set aside in open holds.
    pub held: Amount,
}
