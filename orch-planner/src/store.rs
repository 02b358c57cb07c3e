//! Where runs are kept, and who works on them.

#[cfg(any(test, feature = "testing"))]
pub mod conformance;
mod in_memory;
mod record;
#[cfg(test)]
mod tests;

use std::{fmt, time::Duration};

use async_trait::async_trait;
use orch_core::{AccountId, Page, PageRequest, RunId, StoreError, Timestamp, event::Event};

pub use in_memory::InMemoryOrchestrations;
pub use record::{Append, Insertion, Lease, RunHandle, RunKey, RunName, RunRecord, RunSummary, WorkerId};

/// Keeps runs and what happened to them. Each method is one atomic unit of work.
///
/// A run that has something to do is worked on by at most one worker at a time, whose [`Lease`] every write of that
/// worker names. A run that waits or has ended has no worker.
#[async_trait]
pub trait OrchestrationStore: WorkerStore {
    /// Adds a run and its first events; [`Insertion::Taken`] by the run that has its id, its account's key or the name
    /// of its handle already, in which case nothing changes.
    async fn insert(&self, run: &RunRecord, events: &[Event]) -> Result<Insertion, StoreError>;

    /// Reads a run.
    async fn find(&self, id: RunId) -> Result<Option<RunRecord>, StoreError>;

    /// Reads the run that has a name within an account.
    async fn find_by(&self, account: &AccountId, name: &RunName) -> Result<Option<RunRecord>, StoreError>;

    /// The runs of an account, all or those whose handle is of one kind, the newest first.
    async fn list(
        &self,
        account: &AccountId,
        kind: Option<&str>,
        page: PageRequest,
    ) -> Result<Page<RunRecord>, StoreError>;

    /// At most `limit` events of a run from a sequence number on, in order.
    async fn events(&self, id: RunId, from_seq: u64, limit: u32) -> Result<Vec<Event>, StoreError>;

    /// Adds what happened next, and moves the run on to its new status.
    ///
    /// `false`, and nothing changes, when the run is not at the expected sequence number any more, or belongs to
    /// another than the lease says. A run that is not ready any more loses its worker.
    async fn append(&self, append: &Append) -> Result<bool, StoreError>;

    /// Gives a worker at most `limit` runs that have something to do and no live worker, the oldest first, each under
    /// a new epoch. None to a worker that is not alive itself.
    async fn claim(&self, worker: WorkerId, limit: u32) -> Result<Vec<RunRecord>, StoreError>;
}

/// Knows which workers are alive, by the one clock that all who share the store agree on, and what is theirs; and removes
/// what nobody works on any more. Each method is one atomic unit of work.
#[async_trait]
pub trait WorkerStore: fmt::Debug + Send + Sync + 'static {
    /// Adds a worker that lives for `ttl` from now. When it is the `sole` one, every other is dead from now on.
    ///
    /// Workers that died long ago may be forgotten.
    async fn begin_worker(&self, worker: WorkerId, ttl: Duration, sole: bool) -> Result<(), StoreError>;

    /// Lets a worker live for `ttl` from now, even one that has lapsed; `false` if it has ended or is not known.
    async fn heartbeat(&self, worker: WorkerId, ttl: Duration) -> Result<bool, StoreError>;

    /// Ends a worker: its runs can be claimed at once.
    async fn end_worker(&self, worker: WorkerId) -> Result<(), StoreError>;

    /// Gives a worker at most `limit` of its own runs once more that have something to do and that it does not drive,
    /// the oldest first, each under a new epoch. None to a worker that is not alive.
    ///
    /// So a run is not forgotten whose claim or start was kept and whose answer was lost on the way.
    async fn reclaim(
        &self,
        worker: WorkerId,
        driven: &[RunId],
        limit: u32,
    ) -> Result<Vec<RunRecord>, StoreError>;

    /// Removes at most `limit` runs that ended before a moment, those that ended first before others, with their events
    /// and keys; how many there were. What has not ended stays, however old it is.
    async fn prune(&self, ended_before: Timestamp, limit: u32) -> Result<u32, StoreError>;
}
