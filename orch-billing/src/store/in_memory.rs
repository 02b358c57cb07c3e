mod books;
mod usage;

use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use orch_core::{AccountId, AgentId, Currency, Page, PageRequest, StoreError, Timestamp};

use self::books::Books;
use super::{Balance, BalanceOf, HoldQuery, LedgerStore, Settled, UsageStore};
use crate::{
    Activity, Closing, Extension, Grant, Grouping, Hold, Period, Refund, Transaction, UsageGroup, UsageRecord,
};

/// The reference: a ledger and usage records that are forgotten with the process. It keeps everything it is given.
#[derive(Debug, Default)]
pub struct InMemoryLedger {
    books: Mutex<Books>,
}

impl InMemoryLedger {
    /// Every transaction, in the order in which they were posted.
    pub fn transactions(&self) -> Vec<Transaction> {
        self.books().transactions().to_vec()
    }

    /// Sets aside and closes all of this, one after the other, if `then` says so last; nothing of it where one is refused
    /// or `then` says no. For a store in memory that keeps together with money what the money is for.
    pub fn together(
        &self,
        holds: &[Hold],
        closings: &[Closing],
        then: impl FnOnce() -> bool,
    ) -> Settled<bool> {
        let mut books = self.books();
        books.rehearse(holds, closings)?;
        Ok(then() && books.perform(holds, closings).is_ok())
    }

    /// A change either returns before it writes anything or completes, so that a panic elsewhere leaves the books whole.
    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl LedgerStore for InMemoryLedger {
    async fn grant(&self, grant: &Grant) -> Result<Settled<()>, StoreError> {
        Ok(self.books().grant(grant))
    }

    async fn hold(&self, hold: &Hold) -> Result<Settled<Hold>, StoreError> {
        Ok(self.books().hold(hold))
    }

    async fn extend(&self, extension: &Extension) -> Result<Settled<Hold>, StoreError> {
        Ok(self.books().extend(extension))
    }

    async fn close(&self, closing: &Closing) -> Result<Settled<Hold>, StoreError> {
        Ok(self.books().close(closing))
    }

    async fn refund(&self, refund: &Refund) -> Result<Settled<Hold>, StoreError> {
        Ok(self.books().refund(refund))
    }

    async fn holds(&self, query: &HoldQuery) -> Result<Vec<Hold>, StoreError> {
        Ok(self.books().holds(query))
    }

    async fn balance(&self, of: &BalanceOf, currency: Currency) -> Result<Balance, StoreError> {
        Ok(self.books().balance(of, currency))
    }
}

#[async_trait]
impl UsageStore for InMemoryLedger {
    async fn list(
        &self,
        account: &AccountId,
        period: Period,
        page: PageRequest,
    ) -> Result<Page<UsageRecord>, StoreError> {
        Ok(self.books().usage.list(account, period, page))
    }

    async fn summarize(
        &self,
        account: &AccountId,
        currency: Currency,
        period: Period,
        by: Grouping,
        limit: u32,
    ) -> Result<Vec<UsageGroup>, StoreError> {
        Ok(self.books().usage.summarize(account, currency, period, by, limit))
    }

    async fn count_answered(
        &self,
        account: &AccountId,
        agent: AgentId,
        period: Period,
    ) -> Result<u64, StoreError> {
        Ok(self.books().usage.count_answered(account, agent, period))
    }

    async fn activity(&self, agent: AgentId, period: Period) -> Result<Activity, StoreError> {
        Ok(self.books().usage.activity(agent, period))
    }

    async fn prune(&self, before: Timestamp, limit: u32) -> Result<u32, StoreError> {
        Ok(self.books().usage.prune(before, limit))
    }
}
