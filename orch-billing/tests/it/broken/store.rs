use std::{
    collections::HashSet,
    sync::{
        Mutex,
        atomic::{AtomicI64, Ordering},
    },
};

use async_trait::async_trait;
use orch_billing::{
    Activity, Balance, BalanceOf, Closing, Extension, Grant, Grouping, Hold, HoldId, HoldQuery,
    InMemoryLedger, LedgerStore, More, Period, Refund, Settled, UsageGroup, UsageRecord, UsageStore,
};
use orch_core::{AccountId, AgentId, Amount, Currency, Page, PageRequest, StoreError, Timestamp};

use super::{Fault, MINTED, minor};

/// The reference with a fault.
#[derive(Debug)]
pub(crate) struct Broken {
    pub(super) inner: InMemoryLedger,
    pub(super) fault: Fault,
    /// Names that were used, as the fault counts them.
    pub(super) names: Mutex<HashSet<String>>,
    /// Usage that should not have been kept.
    pub(super) kept: Mutex<Vec<UsageRecord>>,
    /// What the payee has too much.
    pub(super) extra: AtomicI64,
    counter: AtomicI64,
}

impl Broken {
    pub(crate) fn by(fault: Fault) -> Self {
        Self {
            inner: InMemoryLedger::default(),
            fault,
            names: Mutex::default(),
            kept: Mutex::default(),
            extra: AtomicI64::new(0),
            counter: AtomicI64::new(0),
        }
    }

    pub(super) fn is(&self, fault: Fault) -> bool {
        self.fault == fault
    }

    /// Whether a name was not used before.
    pub(super) fn is_new(&self, name: &str) -> bool {
        self.names.lock().unwrap().insert(name.to_owned())
    }

    pub(super) fn next(&self) -> i64 {
        self.counter.fetch_add(1, Ordering::SeqCst)
    }

    /// Makes money from nothing.
    pub(super) async fn mint(&self, account: &AccountId, amount: Amount) {
        let key = format!("{MINTED} {}", self.next());
        let at = Timestamp::from_millis(0);
        let grant = Grant {
            account: account.clone(),
            amount,
            key,
            at,
        };
        self.inner.grant(&grant).await.unwrap().unwrap();
    }

    /// Makes a hold larger from nothing.
    pub(super) async fn grow(&self, id: HoldId, amount: Amount) {
        let hold = self.find(id).await.unwrap();
        self.mint(&hold.account, amount).await;
        let by = More::Funds {
            amount,
            key: format!("{MINTED} {}", self.next()),
        };
        let extension = Extension {
            hold: id,
            by,
            at: Timestamp::from_millis(0),
        };
        self.inner.extend(&extension).await.unwrap().unwrap();
    }

    pub(super) async fn find(&self, id: HoldId) -> Option<Hold> {
        self.inner.holds(&HoldQuery::Id(id)).await.unwrap().pop()
    }
}

#[async_trait]
impl LedgerStore for Broken {
    async fn grant(&self, grant: &Grant) -> Result<Settled<()>, StoreError> {
        self.faulty_grant(grant).await
    }

    async fn hold(&self, hold: &Hold) -> Result<Settled<Hold>, StoreError> {
        self.faulty_hold(hold).await
    }

    async fn extend(&self, extension: &Extension) -> Result<Settled<Hold>, StoreError> {
        self.faulty_extend(extension).await
    }

    async fn close(&self, closing: &Closing) -> Result<Settled<Hold>, StoreError> {
        self.faulty_close(closing).await
    }

    async fn refund(&self, refund: &Refund) -> Result<Settled<Hold>, StoreError> {
        self.faulty_refund(refund).await
    }

    async fn holds(&self, query: &HoldQuery) -> Result<Vec<Hold>, StoreError> {
        let mut holds = self.inner.holds(query).await?;
        match query {
            HoldQuery::OpenWithin(_) if self.is(Fault::ListsNoSubHolds) => holds.clear(),
            HoldQuery::Due { .. } if self.is(Fault::FindsTheLatestFirst) => holds.reverse(),
            HoldQuery::Id(_) if self.is(Fault::LosesUpdates) => {
                let lost = Amount::new(self.extra.load(Ordering::SeqCst), Currency::Algo).unwrap();
                for hold in &mut holds {
                    hold.remaining = hold.remaining.minus(lost).unwrap_or(hold.remaining);
                }
            }
            _ => {}
        }
        Ok(holds)
    }

    async fn balance(&self, of: &BalanceOf, currency: Currency) -> Result<Balance, StoreError> {
        let of = match of {
            BalanceOf::Credits(_) if self.is(Fault::PoolsCredits) => {
                BalanceOf::Credits("demo".parse().unwrap())
            }
            _ => of.clone(),
        };
        let mut balance = self.inner.balance(&of, currency).await?;
        match of {
            BalanceOf::Fees if self.is(Fault::ForgetsFees) => balance.available = Amount::zero(currency),
            BalanceOf::Earnings(_) if !self.is(Fault::LosesUpdates) => {
                let extra = Amount::new(self.extra.load(Ordering::SeqCst), currency).unwrap();
                balance.available = balance.available.plus(extra).unwrap();
            }
            _ => {}
        }
        Ok(balance)
    }
}

#[async_trait]
impl UsageStore for Broken {
    async fn list(
        &self,
        account: &AccountId,
        period: Period,
        page: PageRequest,
    ) -> Result<Page<UsageRecord>, StoreError> {
        let mut listed = self.inner.list(account, period, page).await?;
        if self.is(Fault::ListsOldestFirst) {
            listed.items.reverse();
        }
        listed.items.extend(self.kept.lock().unwrap().iter().cloned());
        listed.total += self.kept.lock().unwrap().len() as u64;
        Ok(listed)
    }

    async fn summarize(
        &self,
        account: &AccountId,
        currency: Currency,
        period: Period,
        by: Grouping,
        limit: u32,
    ) -> Result<Vec<UsageGroup>, StoreError> {
        let by = if self.is(Fault::GroupsByAgentOnly) {
            Grouping::Agent
        } else {
            by
        };
        let period = if self.is(Fault::SumsWholeHours) {
            let hour = |at: Timestamp| Timestamp::from_millis(at.as_millis() / 3_600_000 * 3_600_000);
            Period {
                from: hour(period.from),
                until: hour(period.until),
            }
        } else {
            period
        };
        let mut groups = self.inner.summarize(account, currency, period, by, limit).await?;
        if self.is(Fault::LosesSums) {
            for group in &mut groups {
                group.requests = self.extra.load(Ordering::SeqCst).unsigned_abs();
            }
        }
        Ok(groups)
    }

    async fn count_answered(
        &self,
        account: &AccountId,
        agent: AgentId,
        period: Period,
    ) -> Result<u64, StoreError> {
        let period = if self.is(Fault::CountsAlways) {
            Period::ALWAYS
        } else {
            period
        };
        self.inner.count_answered(account, agent, period).await
    }

    async fn activity(&self, agent: AgentId, period: Period) -> Result<Activity, StoreError> {
        let activity = self.inner.activity(agent, period).await?;
        let answered_hours = if self.is(Fault::CountsFailures) {
            activity.hours
        } else {
            activity.answered_hours
        };
        Ok(Activity {
            answered_hours,
            ..activity
        })
    }

    async fn prune(&self, before: Timestamp, limit: u32) -> Result<u32, StoreError> {
        let limit = if self.is(Fault::PrunesWithoutLimit) {
            u32::MAX
        } else {
            limit
        };
        self.inner.prune(before, limit).await
    }
}

/// Lets the others go first.
pub(super) async fn give_way() {
    tokio::task::yield_now().await;
}

/// What is missing of an amount.
pub(super) fn missing(required: Amount, available: Amount) -> Amount {
    Amount::new(minor(required) - minor(available), required.currency()).unwrap()
}
