//! Runs and the workers that drive them.

pub(super) mod append;
mod claim;
pub(super) mod insert;
mod prune;
mod run;
mod worker;

use std::time::Duration;

use async_trait::async_trait;
use orch_core::{AccountId, Event, EventLog, Page, PageRequest, RunId, StoreError, Timestamp, event::News};
use orch_planner::{
    OrchestrationStore, RunRecord, WorkerStore,
    store::{Append, Insertion, RunName, WorkerId},
};

use super::SqlStore;

impl SqlStore {
    /// Tells of a run that may be new.
    pub(super) fn inserted(&self, run: &RunRecord, insertion: &Insertion) {
        let is_free = *insertion == Insertion::New && run.status.is_ready() && run.worker.is_none();
        self.ring(is_free.then_some(News::Work));
    }

    /// Tells of a run that moved on.
    pub(super) fn appended(&self, append: &Append) {
        let grew = News::Grew {
            stream: append.run.to_string(),
            seq: append.last_seq(),
            is_over: append.status.is_ended(),
        };
        // What was added without a lease may be for a run that had nothing to do.
        let is_free = append.lease.is_none() && append.status.is_ready();
        self.ring([grew].into_iter().chain(is_free.then_some(News::Work)));
    }
}

#[async_trait]
impl OrchestrationStore for SqlStore {
    async fn insert(&self, run: &RunRecord, events: &[Event]) -> Result<Insertion, StoreError> {
        let input = (run.clone(), events.to_vec());
        let insertion = self
            .write(input, |tx, (run, events)| {
                Box::pin(insert::insert(tx, run, events))
            })
            .await?;
        self.inserted(run, &insertion);
        Ok(insertion)
    }

    async fn find(&self, id: RunId) -> Result<Option<RunRecord>, StoreError> {
        self.read(id, |tx, id| Box::pin(run::find(tx, *id))).await
    }

    async fn find_by(&self, account: &AccountId, name: &RunName) -> Result<Option<RunRecord>, StoreError> {
        let input = (account.clone(), name.clone());
        self.read(input, |tx, (account, name)| {
            Box::pin(run::find_by(tx, account, name))
        })
        .await
    }

    async fn list(
        &self,
        account: &AccountId,
        kind: Option<&str>,
        page: PageRequest,
    ) -> Result<Page<RunRecord>, StoreError> {
        let input = (account.clone(), kind.map(str::to_owned), page);
        self.read(input, |tx, (account, kind, page)| {
            Box::pin(run::list(tx, account, kind.as_deref(), *page))
        })
        .await
    }

    async fn events(&self, id: RunId, from_seq: u64, limit: u32) -> Result<Vec<Event>, StoreError> {
        EventLog::read(self, &id.to_string(), from_seq, limit).await
    }

    async fn append(&self, append: &Append) -> Result<bool, StoreError> {
        let appended = self
            .write(append.clone(), |tx, append| Box::pin(append::append(tx, append)))
            .await?;
        if appended {
            self.appended(append);
        }
        Ok(appended)
    }

    async fn claim(&self, worker: WorkerId, limit: u32) -> Result<Vec<RunRecord>, StoreError> {
        self.write((worker, limit), |tx, (worker, limit)| {
            Box::pin(claim::claim(tx, *worker, *limit))
        })
        .await
    }
}

#[async_trait]
impl WorkerStore for SqlStore {
    async fn begin_worker(&self, worker: WorkerId, ttl: Duration, sole: bool) -> Result<(), StoreError> {
        let input = (worker, ttl, sole);
        self.write(input, |tx, (worker, ttl, sole)| {
            Box::pin(worker::begin(tx, *worker, *ttl, *sole))
        })
        .await
    }

    async fn heartbeat(&self, worker: WorkerId, ttl: Duration) -> Result<bool, StoreError> {
        self.write((worker, ttl), |tx, (worker, ttl)| {
            Box::pin(worker::heartbeat(tx, *worker, *ttl))
        })
        .await
    }

    async fn end_worker(&self, worker: WorkerId) -> Result<(), StoreError> {
        self.write(worker, |tx, worker| Box::pin(worker::end(tx, *worker)))
            .await?;
        self.ring([News::Work]);
        Ok(())
    }

    async fn reclaim(
        &self,
        worker: WorkerId,
        driven: &[RunId],
        limit: u32,
    ) -> Result<Vec<RunRecord>, StoreError> {
        let input = (worker, driven.to_vec(), limit);
        self.write(input, |tx, (worker, driven, limit)| {
            Box::pin(claim::reclaim(tx, *worker, driven, *limit))
        })
        .await
    }

    async fn prune(&self, ended_before: Timestamp, limit: u32) -> Result<u32, StoreError> {
        self.write((ended_before, limit), |tx, (ended_before, limit)| {
            Box::pin(prune::prune(tx, *ended_before, *limit))
        })
        .await
    }
}
