//! The ledger and the usage records.
//!
//! Rows are locked in one order, which rules out deadlocks: a transaction's id, then a hold, then what it was taken from -
//! the hold above it or the account's credits, last because many wait for them. A refusal undoes its unit.

mod balance;
pub(super) mod close;
mod extend;
mod grant;
pub(super) mod hold;
mod holds;
mod posting;
mod refund;
mod source;
pub(super) mod undo;
mod usage;

use async_trait::async_trait;
use orch_billing::{
    Activity, Balance, BalanceOf, Closing, Extension, Grant, Grouping, Hold, HoldQuery, LedgerStore, Period,
    Refund, Settled, UsageGroup, UsageRecord, UsageStore,
};
use orch_core::{AccountId, AgentId, Currency, Page, PageRequest, StoreError, Timestamp};

use super::SqlStore;

#[async_trait]
impl LedgerStore for SqlStore {
    async fn grant(&self, grant: &Grant) -> Result<Settled<()>, StoreError> {
        undo::settle(self, grant, |tx, grant| Box::pin(grant::grant(tx, grant))).await
    }

    async fn hold(&self, hold: &Hold) -> Result<Settled<Hold>, StoreError> {
        undo::settle(self, hold, |tx, hold| Box::pin(hold::hold(tx, hold))).await
    }

    async fn extend(&self, extension: &Extension) -> Result<Settled<Hold>, StoreError> {
        undo::settle(self, extension, |tx, extension| {
            Box::pin(extend::extend(tx, extension))
        })
        .await
    }

    async fn close(&self, closing: &Closing) -> Result<Settled<Hold>, StoreError> {
        undo::settle(self, closing, |tx, closing| Box::pin(close::close(tx, closing))).await
    }

    async fn refund(&self, refund: &Refund) -> Result<Settled<Hold>, StoreError> {
        undo::settle(self, refund, |tx, refund| Box::pin(refund::refund(tx, refund))).await
    }

    async fn holds(&self, query: &HoldQuery) -> Result<Vec<Hold>, StoreError> {
        self.read(*query, |tx, query| Box::pin(holds::list(tx, query)))
            .await
    }

    async fn balance(&self, of: &BalanceOf, currency: Currency) -> Result<Balance, StoreError> {
        let input = (of.clone(), currency);
        self.read(input, |tx, (of, currency)| {
            Box::pin(balance::balance(tx, of, *currency))
        })
        .await
    }
}

#[async_trait]
impl UsageStore for SqlStore {
    async fn list(
        &self,
        account: &AccountId,
        period: Period,
        page: PageRequest,
    ) -> Result<Page<UsageRecord>, StoreError> {
        let input = (account.clone(), period, page);
        self.read(input, |tx, (account, period, page)| {
            Box::pin(usage::list(tx, account, *period, *page))
        })
        .await
    }

    async fn summarize(
        &self,
        account: &AccountId,
        currency: Currency,
        period: Period,
        by: Grouping,
        limit: u32,
    ) -> Result<Vec<UsageGroup>, StoreError> {
        let input = (account.clone(), currency, period, by, limit);
        self.read(input, |tx, (account, currency, period, by, limit)| {
            Box::pin(usage::summarize(tx, account, *currency, *period, *by, *limit))
        })
        .await
    }

    async fn count_answered(
        &self,
        account: &AccountId,
        agent: AgentId,
        period: Period,
    ) -> Result<u64, StoreError> {
        let input = (account.clone(), agent, period);
        self.read(input, |tx, (account, agent, period)| {
            Box::pin(usage::count_answered(tx, account, *agent, *period))
        })
        .await
    }

    async fn activity(&self, agent: AgentId, period: Period) -> Result<Activity, StoreError> {
        self.read((agent, period), |tx, (agent, period)| {
            Box::pin(usage::activity(tx, *agent, *period))
        })
        .await
    }

    async fn prune(&self, before: Timestamp, limit: u32) -> Result<u32, StoreError> {
        self.write((before, limit), |tx, (before, limit)| {
            Box::pin(usage::prune(tx, *before, *limit))
        })
        .await
    }
}
