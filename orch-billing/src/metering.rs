//! The service that says what was used.

use std::{sync::Arc, time::Duration};

use orch_core::{AccountId, AgentId, Amount, Caller, Clock, Currency, Page, PageRequest};

use crate::{BillingError, Grouping, Period, UsageGroup, UsageRecord, UsageStore, UsageSummary};

/// Says what accounts used and what it cost.
#[derive(Clone, Debug)]
pub struct Metering {
    store: Arc<dyn UsageStore>,
    clock: Arc<dyn Clock>,
}

impl Metering {
    /// The most groups that a summary lists.
    pub const MAX_GROUPS: u32 = 1_000;

    /// Metering over a store.
    pub fn new(store: Arc<dyn UsageStore>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// The caller's calls in a period, the latest first.
    pub async fn list(
        &self,
        caller: &Caller,
        period: Period,
        page: PageRequest,
    ) -> Result<Page<UsageRecord>, BillingError> {
        Ok(self.store.list(caller.account(), period, page).await?)
    }

    /// What the caller used in a period and what it cost in one currency, in all and in groups.
    pub async fn summary(
        &self,
        caller: &Caller,
        currency: Currency,
        period: Period,
        by: Grouping,
    ) -> Result<UsageSummary, BillingError> {
        let summarize = |by, limit| {
            self.store
                .summarize(caller.account(), currency, period, by, limit)
        };
        let total = summarize(Grouping::Whole, 1).await?.pop();
        Ok(UsageSummary {
            total: total.unwrap_or_else(|| UsageGroup::empty(Amount::zero(currency))),
            groups: summarize(by, Self::MAX_GROUPS).await?,
        })
    }

    /// How many calls of an agent by an account were answered in this calendar month (in UTC), which volume discounts
    /// depend on. Ask only where a price has any.
    pub async fn requests_this_month(
        &self,
        account: &AccountId,
        agent: AgentId,
    ) -> Result<u64, BillingError> {
        let month = Period::month_of(self.clock.now());
        Ok(self.store.count_answered(account, agent, month).await?)
    }

    /// Removes at most `limit` records that are older than this, of all accounts; how many there were. What was paid stays
    /// in the ledger.
    pub async fn prune(&self, older_than: Duration, limit: u32) -> Result<u32, BillingError> {
        Ok(self.store.prune(self.clock.now() - older_than, limit).await?)
    }
}
