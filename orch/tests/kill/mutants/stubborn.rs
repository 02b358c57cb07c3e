use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use orch::{AccountId, Page, PageRequest, RunId};
use orch_core::{StoreError, Timestamp, event::Event};
use orch_planner::{
    OrchestrationStore, RunRecord, WorkerStore,
    store::{Append, Insertion, RunName, WorkerId},
};

/// What a worker does that has lost its run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stubborn {
    /// It writes all the same, after whatever others wrote.
    Writes,
    /// It takes a refusal for an acknowledgement.
    GoesOn,
}

/// Does not heed that a run is another worker's.
#[derive(Debug)]
pub(super) struct StubbornStore {
    store: Arc<dyn OrchestrationStore>,
    stubborn: Stubborn,
}

impl StubbornStore {
    pub(super) fn new(store: Arc<dyn OrchestrationStore>, stubborn: Stubborn) -> Self {
        Self { store, stubborn }
    }
}

#[async_trait]
impl OrchestrationStore for StubbornStore {
    async fn append(&self, append: &Append) -> Result<bool, StoreError> {
        if self.store.append(append).await? || append.lease.is_none() {
            return Ok(true);
        }
        let Some(run) = self
            .store
            .find(append.run)
            .await?
            .filter(|run| run.lease() != append.lease)
        else {
            return Ok(false);
        };
        if self.stubborn == Stubborn::GoesOn {
            return Ok(true);
        }
        let mut late = append.clone();
        (late.lease, late.expected_seq) = (None, run.seq);
        for (seq, event) in (run.seq + 1..).zip(&mut late.events) {
            event.seq = seq;
        }
        self.store.append(&late).await
    }

    async fn insert(&self, run: &RunRecord, events: &[Event]) -> Result<Insertion, StoreError> {
        self.store.insert(run, events).await
    }

    async fn find(&self, id: RunId) -> Result<Option<RunRecord>, StoreError> {
        self.store.find(id).await
    }

    async fn find_by(&self, account: &AccountId, name: &RunName) -> Result<Option<RunRecord>, StoreError> {
        self.store.find_by(account, name).await
    }

    async fn list(
        &self,
        account: &AccountId,
        kind: Option<&str>,
        page: PageRequest,
    ) -> Result<Page<RunRecord>, StoreError> {
        self.store.list(account, kind, page).await
    }

    async fn events(&self, id: RunId, from_seq: u64, limit: u32) -> Result<Vec<Event>, StoreError> {
        self.store.events(id, from_seq, limit).await
    }

    async fn claim(&self, worker: WorkerId, limit: u32) -> Result<Vec<RunRecord>, StoreError> {
        self.store.claim(worker, limit).await
    }
}

#[async_trait]
impl WorkerStore for StubbornStore {
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
        self.store.reclaim(worker, driven, limit).await
    }

    async fn prune(&self, ended_before: Timestamp, limit: u32) -> Result<u32, StoreError> {
        self.store.prune(ended_before, limit).await
    }
}
