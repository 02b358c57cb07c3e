use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use orch::{AccountId, Page, PageRequest, RunId};
use orch_core::{StoreError, Timestamp, event::Event};
use orch_planner::{
    OrchestrationStore, RunRecord, WorkerStore,
    store::{Append, Insertion, RunName, WorkerId},
};

/// Reads every task as repeatable.
#[derive(Debug)]
pub(super) struct HeedlessStore(pub(super) Arc<dyn OrchestrationStore>);

#[async_trait]
impl OrchestrationStore for HeedlessStore {
    async fn events(&self, id: RunId, from_seq: u64, limit: u32) -> Result<Vec<Event>, StoreError> {
        let mut events = self.0.events(id, from_seq, limit).await?;
        for event in &mut events {
            event.data = event.data.replace("\"repeatable\":false", "\"repeatable\":true");
        }
        Ok(events)
    }

    async fn insert(&self, run: &RunRecord, events: &[Event]) -> Result<Insertion, StoreError> {
        self.0.insert(run, events).await
    }

    async fn append(&self, append: &Append) -> Result<bool, StoreError> {
        self.0.append(append).await
    }

    async fn find(&self, id: RunId) -> Result<Option<RunRecord>, StoreError> {
        self.0.find(id).await
    }

    async fn find_by(&self, account: &AccountId, name: &RunName) -> Result<Option<RunRecord>, StoreError> {
        self.0.find_by(account, name).await
    }

    async fn list(
        &self,
        account: &AccountId,
        kind: Option<&str>,
        page: PageRequest,
    ) -> Result<Page<RunRecord>, StoreError> {
        self.0.list(account, kind, page).await
    }

    async fn claim(&self, worker: WorkerId, limit: u32) -> Result<Vec<RunRecord>, StoreError> {
        self.0.claim(worker, limit).await
    }
}

#[async_trait]
impl WorkerStore for HeedlessStore {
    async fn begin_worker(&self, worker: WorkerId, ttl: Duration, sole: bool) -> Result<(), StoreError> {
        self.0.begin_worker(worker, ttl, sole).await
    }

    async fn heartbeat(&self, worker: WorkerId, ttl: Duration) -> Result<bool, StoreError> {
        self.0.heartbeat(worker, ttl).await
    }

    async fn end_worker(&self, worker: WorkerId) -> Result<(), StoreError> {
        self.0.end_worker(worker).await
    }

    async fn reclaim(
        &self,
        worker: WorkerId,
        driven: &[RunId],
        limit: u32,
    ) -> Result<Vec<RunRecord>, StoreError> {
        self.0.reclaim(worker, driven, limit).await
    }

    async fn prune(&self, ended_before: Timestamp, limit: u32) -> Result<u32, StoreError> {
        self.0.prune(ended_before, limit).await
    }
}
