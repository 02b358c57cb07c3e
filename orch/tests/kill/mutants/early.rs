use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared},
};
use orch::{AccountId, Clock, Page, PageRequest, RunId, SystemClock};
use orch_core::{StoreError, Timestamp, event::Event};
use orch_planner::{
    OrchestrationStore, RunRecord, WorkerStore,
    store::{Append, Insertion, RunName, WorkerId},
};

/// How long a write waits after it was acknowledged.
const DELAY: Duration = Duration::from_millis(5);

/// What is acknowledged too early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Early {
    Starts,
    Steps,
}

/// Acknowledges first and writes a little later. Until it is killed, nobody notices: whoever reads a run waits for what
/// is still to be written of it.
#[derive(Debug)]
pub(super) struct EarlyStore {
    store: Arc<dyn OrchestrationStore>,
    early: Early,
    /// The last write of each run.
    unwritten: Mutex<HashMap<RunId, Shared<BoxFuture<'static, ()>>>>,
}

impl EarlyStore {
    pub(super) fn new(store: Arc<dyn OrchestrationStore>, early: Early) -> Self {
        Self {
            store,
            early,
            unwritten: Mutex::default(),
        }
    }

    /// Writes after a while, and after what is to be written of the run before.
    fn later(&self, run: RunId, write: impl Future<Output = ()> + Send + 'static) {
        let mut unwritten = self.unwritten.lock().unwrap_or_else(PoisonError::into_inner);
        let before = unwritten.remove(&run);
        let task = tokio::spawn(async move {
            SystemClock.sleep(DELAY).await;
            if let Some(before) = before {
                before.await;
            }
            write.await;
        });
        unwritten.insert(run, task.map(drop).boxed().shared());
    }

    async fn written(&self, run: RunId) {
        let unwritten = self
            .unwritten
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&run)
            .cloned();
        if let Some(unwritten) = unwritten {
            unwritten.await;
        }
    }
}

#[async_trait]
impl OrchestrationStore for EarlyStore {
    async fn insert(&self, run: &RunRecord, events: &[Event]) -> Result<Insertion, StoreError> {
        if self.early != Early::Starts {
            return self.store.insert(run, events).await;
        }
        let (store, run, events) = (self.store.clone(), run.clone(), events.to_vec());
        self.later(run.id, async move { drop(store.insert(&run, &events).await) });
        Ok(Insertion::New)
    }

    async fn append(&self, append: &Append) -> Result<bool, StoreError> {
        if self.early != Early::Steps || append.lease.is_none() {
            self.written(append.run).await;
            return self.store.append(append).await;
        }
        let (store, append) = (self.store.clone(), append.clone());
        self.later(append.run, async move { drop(store.append(&append).await) });
        Ok(true)
    }

    async fn find(&self, id: RunId) -> Result<Option<RunRecord>, StoreError> {
        self.written(id).await;
        self.store.find(id).await
    }

    async fn events(&self, id: RunId, from_seq: u64, limit: u32) -> Result<Vec<Event>, StoreError> {
        self.written(id).await;
        self.store.events(id, from_seq, limit).await
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

    async fn claim(&self, worker: WorkerId, limit: u32) -> Result<Vec<RunRecord>, StoreError> {
        self.store.claim(worker, limit).await
    }
}

#[async_trait]
impl WorkerStore for EarlyStore {
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
