use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::future::select;
use orch_core::{RunId, Timestamp};
use tokio::sync::Notify;

use super::Orchestrations;
use crate::{
    Orchestration, OrchestrationError,
    store::{Lease, WorkerId},
};

/// When a run is tried again that failed for no passing reason.
const LATER: Duration = Duration::from_secs(60);

/// The right to drive a run, until it ends or another worker is given the run.
#[derive(Debug)]
pub struct Claim {
    pub(super) run: RunId,
    pub(super) lease: Lease,
    /// The run itself, when it was just started here.
    pub(super) fresh: Option<Box<Orchestration>>,
}

impl Claim {
    /// The run.
    pub fn run(&self) -> RunId {
        self.run
    }
}

/// One who drives runs. It lives as long as its host lets its heart beat.
///
/// The host takes claims from [`next`](Self::next), drives each with [`Orchestrations::drive`], and calls
/// [`heartbeat`](Self::heartbeat) meanwhile. Once a worker has ended or is dropped without an end, other workers take
/// its runs over, in the latter case after a while.
#[derive(Debug)]
pub struct Worker {
    id: WorkerId,
    service: Orchestrations,
}

/// What is laid before the worker of this process: there is one desk, and at most one worker sits at it.
#[derive(Debug, Default)]
pub(super) struct Desk {
    papers: Mutex<Papers>,
    bell: Notify,
}

#[derive(Debug, Default)]
struct Papers {
    worker: Option<WorkerId>,
    /// Runs that were started here, already claimed.
    started: VecDeque<Claim>,
    /// How many more are about to come.
    n_reserved: usize,
    /// Runs that were given up for now, and from when on they are tried again.
    put_off: Vec<(Timestamp, Claim)>,
}

/// The right to lay a started run on the desk.
#[derive(Debug)]
pub(super) struct Place<'d> {
    desk: &'d Desk,
    pub(super) worker: WorkerId,
}

impl Desk {
    /// Reserves a place for a run that is about to start, if a worker sits here and has room.
    pub(super) fn reserve(&self, room: usize) -> Option<Place<'_>> {
        let mut papers = self.lock();
        let worker = papers.worker?;
        if papers.started.len() + papers.n_reserved >= room {
            return None;
        }
        papers.n_reserved += 1;
        Some(Place { desk: self, worker })
    }

    /// Calls the worker to look at the store.
    pub(super) fn ring(&self) {
        self.bell.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, Papers> {
        self.papers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place<'_> {
    /// Lays the run on the desk. The worker may be gone by now: then the run is claimed by another.
    pub(super) fn fill(self, claim: Claim) {
        let mut papers = self.desk.lock();
        if papers.worker == Some(claim.lease.worker) {
            papers.started.push_back(claim);
            drop(papers);
            self.desk.ring();
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.desk.lock().n_reserved -= 1;
    }
}

impl Orchestrations {
    /// Begins to work on runs.
    pub async fn begin_worker(&self) -> Result<Worker, OrchestrationError> {
        let shared = &self.0;
        let id = WorkerId::generate(shared.clock.now(), &*shared.entropy);
        let options = &shared.options;
        shared
            .store
            .begin_worker(id, options.worker_ttl, options.sole_worker)
            .await?;
        shared.desk.lock().worker = Some(id);
        let service = self.clone();
        Ok(Worker { id, service })
    }
}

impl Worker {
    /// Its id.
    pub fn id(&self) -> WorkerId {
        self.id
    }

    /// Runs to drive, at most `limit`: those just started here, those put off, and those in the store that nobody
    /// works on.
    pub async fn claim(&self, limit: u32) -> Result<Vec<Claim>, OrchestrationError> {
        let mut claims = self.take(limit as usize);
        let left = limit.saturating_sub(u32::try_from(claims.len()).unwrap_or(u32::MAX));
        // Those taken are ours already, so a failing store must not lose them.
        if left > 0 && claims.is_empty() {
            let claimed = self.service.0.store.claim(self.id, left).await?;
            claims.extend(claimed.into_iter().filter_map(|record| {
                let lease = record.lease()?;
                Some(Claim {
                    run: record.id,
                    lease,
                    fresh: None,
                })
            }));
        }
        Ok(claims)
    }

    /// The same, but waits until there is one.
    pub async fn next(&self, limit: u32) -> Result<Vec<Claim>, OrchestrationError> {
        let shared = &self.service.0;
        loop {
            // Who rings from now on is heard.
            let bell = shared.desk.bell.notified();
            let claims = self.claim(limit).await?;
            if !claims.is_empty() || limit == 0 {
                return Ok(claims);
            }
            let pause = shared.clock.sleep(shared.options.poll_interval);
            select(Box::pin(bell), pause).await;
        }
    }

    /// Lets the worker live on. `false` when it is not known any more: then it must stop.
    pub async fn heartbeat(&self) -> Result<bool, OrchestrationError> {
        let shared = &self.service.0;
        Ok(shared.store.heartbeat(self.id, shared.options.worker_ttl).await?)
    }

    /// How often its heart must beat.
    pub fn heartbeat_interval(&self) -> Duration {
        self.service.0.options.worker_ttl / 3
    }

    /// Ends it: other workers can take its runs at once.
    pub async fn end(self) -> Result<(), OrchestrationError> {
        self.leave();
        Ok(self.service.0.store.end_worker(self.id).await?)
    }

    /// Tries a run again after a while.
    pub(super) fn put_off(&self, run: RunId, lease: Lease, is_soon: bool) {
        let shared = &self.service.0;
        let delay = if is_soon {
            shared.options.poll_interval
        } else {
            LATER
        };
        let at = shared.clock.now() + delay;
        let mut papers = shared.desk.lock();
        if papers.worker == Some(self.id) {
            papers.put_off.push((
                at,
                Claim {
                    run,
                    lease,
                    fresh: None,
                },
            ));
        }
    }

    fn take(&self, limit: usize) -> Vec<Claim> {
        let now = self.service.0.clock.now();
        let mut papers = self.service.0.desk.lock();
        if papers.worker != Some(self.id) {
            return Vec::new();
        }
        let n_started = papers.started.len().min(limit);
        let mut taken: Vec<Claim> = papers.started.drain(..n_started).collect();
        while taken.len() < limit {
            let Some(due) = papers.put_off.iter().position(|(at, _)| *at <= now) else {
                break;
            };
            taken.push(papers.put_off.swap_remove(due).1);
        }
        taken
    }

    fn leave(&self) {
        let mut papers = self.service.0.desk.lock();
        if papers.worker == Some(self.id) {
            papers.worker = None;
            papers.started.clear();
            papers.put_off.clear();
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.leave();
    }
}
