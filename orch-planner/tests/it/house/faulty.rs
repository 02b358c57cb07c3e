//! Stores that fail, hang or crash at a chosen call.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use orch_billing::{
    Activity, Balance, BalanceOf, Closing, Extension, Grant, Grouping, Hold, HoldQuery, InMemoryLedger,
    LedgerStore, Period, Refund, Settled, UsageGroup, UsageRecord, UsageStore,
};
use orch_core::{
    AccountId, AgentId, Currency, Page, PageRequest, RunId, StoreError, Timestamp, event::Event,
};
use orch_planner::{
    InMemoryOrchestrations, InMemoryPaidRuns, OrchestrationStore, PaidRunStore, RunRecord, WorkerStore,
    store::{Append, Insertion, RunName, WorkerId},
};
use tokio::sync::Notify;

/// What becomes of the chosen call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It never comes to be, and never returns.
    HangBefore,
    /// It comes to be, and never returns.
    HangAfter,
    /// It fails and has changed nothing.
    FailBefore,
    /// It fails and has changed everything.
    FailAfter,
}

/// Counts the calls of stores, and makes one of them go wrong.
#[derive(Debug, Default)]
pub(crate) struct Fuse {
    calls: AtomicU64,
    n_blown: AtomicU64,
    /// The call to go wrong, counting from 1; none while 0.
    chosen: AtomicU64,
    fault: std::sync::Mutex<Option<Fault>>,
    blown: Notify,
    /// How many turns every call takes before it begins.
    turns: AtomicU64,
}

impl Fuse {
    /// From now on, the call of that number goes wrong.
    pub(crate) fn set(&self, chosen: u64, fault: Fault) {
        self.calls.store(0, Ordering::SeqCst);
        *self.fault.lock().unwrap() = Some(fault);
        self.chosen.store(chosen, Ordering::SeqCst);
    }

    /// From now on, nothing goes wrong. Whether it did.
    pub(crate) fn clear(&self) -> bool {
        let chosen = self.chosen.swap(0, Ordering::SeqCst);
        let is_blown = chosen > 0 && self.calls.load(Ordering::SeqCst) >= chosen;
        self.n_blown.fetch_add(is_blown.into(), Ordering::SeqCst);
        is_blown
    }

    /// How often something went wrong.
    pub(crate) fn n_blown(&self) -> u64 {
        self.n_blown.load(Ordering::SeqCst)
    }

    /// Returns when the chosen call hangs.
    pub(crate) async fn blown(&self) {
        self.blown.notified().await;
    }

    /// From now on, every call waits that many turns.
    pub(crate) fn slow(&self, turns: u64) {
        self.turns.store(turns, Ordering::SeqCst);
    }

    async fn around<T>(&self, call: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        for _ in 0..self.turns.load(Ordering::SeqCst) {
            tokio::task::yield_now().await;
        }
        let number = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        let chosen = self.chosen.load(Ordering::SeqCst);
        let fault = *self.fault.lock().unwrap();
        let Some(fault) = fault.filter(|_| number == chosen) else {
            return call.await;
        };
        let unavailable = || Err(StoreError::Unavailable("the fuse is blown".into()));
        match fault {
            Fault::HangBefore => self.hang().await,
            Fault::HangAfter => {
                let _ = call.await;
                self.hang().await
            }
            Fault::FailBefore => unavailable(),
            Fault::FailAfter => {
                let _ = call.await;
                unavailable()
            }
        }
    }

    async fn hang<T>(&self) -> T {
        self.blown.notify_one();
        std::future::pending().await
    }
}

#[derive(Debug)]
pub(crate) struct Faulty<S> {
    pub(crate) store: Arc<S>,
    pub(crate) fuse: Arc<Fuse>,
}

#[async_trait]
impl OrchestrationStore for Faulty<InMemoryOrchestrations> {
    async fn insert(&self, run: &RunRecord, events: &[Event]) -> Result<Insertion, StoreError> {
        self.fuse.around(self.store.insert(run, events)).await
    }

    async fn find(&self, id: RunId) -> Result<Option<RunRecord>, StoreError> {
        self.fuse.around(self.store.find(id)).await
    }

    async fn find_by(&self, account: &AccountId, name: &RunName) -> Result<Option<RunRecord>, StoreError> {
        self.fuse.around(self.store.find_by(account, name)).await
    }

    async fn list(
        &self,
        account: &AccountId,
        kind: Option<&str>,
        page: PageRequest,
    ) -> Result<Page<RunRecord>, StoreError> {
        self.fuse.around(self.store.list(account, kind, page)).await
    }

    async fn events(&self, id: RunId, from_seq: u64, limit: u32) -> Result<Vec<Event>, StoreError> {
        self.fuse.around(self.store.events(id, from_seq, limit)).await
    }

    async fn append(&self, append: &Append) -> Result<bool, StoreError> {
        self.fuse.around(self.store.append(append)).await
    }

    async fn claim(&self, worker: WorkerId, limit: u32) -> Result<Vec<RunRecord>, StoreError> {
        self.fuse.around(self.store.claim(worker, limit)).await
    }
}

#[async_trait]
impl PaidRunStore for Faulty<InMemoryPaidRuns> {
    fn joins(&self, runs: &dyn OrchestrationStore, ledger: &dyn LedgerStore) -> bool {
        self.store.joins(runs, ledger)
    }

    async fn insert_held(
        &self,
        run: &RunRecord,
        events: &[Event],
        holds: &[Hold],
    ) -> Result<Settled<Insertion>, StoreError> {
        self.fuse.around(self.store.insert_held(run, events, holds)).await
    }

    async fn append_paid(&self, append: &Append, closings: &[Closing]) -> Result<Settled<bool>, StoreError> {
        self.fuse.around(self.store.append_paid(append, closings)).await
    }
}

#[async_trait]
impl WorkerStore for Faulty<InMemoryOrchestrations> {
    async fn begin_worker(&self, worker: WorkerId, ttl: Duration, sole: bool) -> Result<(), StoreError> {
        self.store.begin_worker(worker, ttl, sole).await
    }

    async fn heartbeat(&self, worker: WorkerId, ttl: Duration) -> Result<bool, StoreError> {
        self.store.heartbeat(worker, ttl).await
    }

    async fn end_worker(&self, worker: WorkerId) -> Result<(), StoreError> {
        self.store.end_worker(worker).await
    }

    async fn reclaim(
        &self,
        worker: WorkerId,
        driven: &[RunId],
        limit: u32,
    ) -> Result<Vec<RunRecord>, StoreError> {
        self.fuse.around(self.store.reclaim(worker, driven, limit)).await
    }

    async fn prune(&self, ended_before: Timestamp, limit: u32) -> Result<u32, StoreError> {
        self.store.prune(ended_before, limit).await
    }
}

#[async_trait]
impl LedgerStore for Faulty<InMemoryLedger> {
    async fn grant(&self, grant: &Grant) -> Result<Settled<()>, StoreError> {
        self.store.grant(grant).await
    }

    async fn hold(&self, hold: &Hold) -> Result<Settled<Hold>, StoreError> {
        self.fuse.around(self.store.hold(hold)).await
    }

    async fn extend(&self, extension: &Extension) -> Result<Settled<Hold>, StoreError> {
        self.fuse.around(self.store.extend(extension)).await
    }

    async fn close(&self, closing: &Closing) -> Result<Settled<Hold>, StoreError> {
        self.fuse.around(self.store.close(closing)).await
    }

    async fn refund(&self, refund: &Refund) -> Result<Settled<Hold>, StoreError> {
        self.fuse.around(self.store.refund(refund)).await
    }

    async fn holds(&self, query: &HoldQuery) -> Result<Vec<Hold>, StoreError> {
        self.fuse.around(self.store.holds(query)).await
    }

    async fn balance(&self, of: &BalanceOf, currency: Currency) -> Result<Balance, StoreError> {
        self.store.balance(of, currency).await
    }
}

#[async_trait]
impl UsageStore for Faulty<InMemoryLedger> {
    async fn list(
        &self,
        account: &AccountId,
        period: Period,
        page: PageRequest,
    ) -> Result<Page<UsageRecord>, StoreError> {
        self.store.list(account, period, page).await
    }

    async fn summarize(
        &self,
        account: &AccountId,
        currency: Currency,
        period: Period,
        by: Grouping,
        limit: u32,
    ) -> Result<Vec<UsageGroup>, StoreError> {
        self.store.summarize(account, currency, period, by, limit).await
    }

    async fn count_answered(
        &self,
        account: &AccountId,
        agent: AgentId,
        period: Period,
    ) -> Result<u64, StoreError> {
        self.store.count_answered(account, agent, period).await
    }

    async fn activity(&self, agent: AgentId, period: Period) -> Result<Activity, StoreError> {
        self.store.activity(agent, period).await
    }

    async fn prune(&self, before: Timestamp, limit: u32) -> Result<u32, StoreError> {
        self.store.prune(before, limit).await
    }
}
