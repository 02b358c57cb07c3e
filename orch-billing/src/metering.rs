//! The service that says what was used.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use orch_core::{AccountId, AgentId, Amount, Caller, Clock, Currency, Page, PageRequest, Timestamp};

use crate::{Activity, BillingError, Grouping, Period, UsageGroup, UsageRecord, UsageStore, UsageSummary};

/// Says what accounts used and what it cost.
#[derive(Clone, Debug)]
pub struct Metering {
    store: Arc<dyn UsageStore>,
    clock: Arc<dyn Clock>,
    /// What was found out lately, and when.
    activities: Arc<Mutex<HashMap<AgentId, (Timestamp, RecentActivity)>>>,
}

/// How much an agent was called lately, by the hours of UTC that began within that time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RecentActivity {
    /// In the last 24 hours.
    pub day: Activity,
    /// In the last 30 days.
    pub month: Activity,
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl Metering {
    /// The most groups that a summary lists.
    pub const MAX_GROUPS: u32 = 1_000;
    /// How old may be what is known of an agent's activity.
    const FRESH: Duration = Duration::from_secs(60);
    /// Of how many agents it is kept at hand.
    const MAX_KNOWN: usize = 4096;

    /// Metering over a store.
    pub fn new(store: Arc<dyn UsageStore>, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            clock,
            activities: Arc::default(),
        }
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

    /// How much an agent was called lately, whoever called it; up to a minute old.
    pub async fn activity(&self, agent: AgentId) -> Result<RecentActivity, BillingError> {
        let now = self.clock.now();
        if let Some(known) = self.known(agent, now) {
            return Ok(known);
        }
        let last = |duration| self.store.activity(agent, Period::last(duration, now));
        let recent = RecentActivity {
            day: last(DAY).await?,
            month: last(30 * DAY).await?,
        };
        let mut activities = self.activities.lock().unwrap_or_else(PoisonError::into_inner);
        if activities.len() >= Self::MAX_KNOWN {
            activities.clear();
        }
        activities.insert(agent, (now, recent));
        Ok(recent)
    }

    fn known(&self, agent: AgentId, now: Timestamp) -> Option<RecentActivity> {
        let activities = self.activities.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, known) = activities.get(&agent)?;
        (*at <= now && now.since(*at) < Self::FRESH).then_some(*known)
    }

    /// Removes at most `limit` records that are older than this, of all accounts; how many there were. What was paid stays
    /// in the ledger.
    pub async fn prune(&self, older_than: Duration, limit: u32) -> Result<u32, BillingError> {
        Ok(self.store.prune(self.clock.now() - older_than, limit).await?)
    }
}
