//! What is laid before the worker of this process: there is one desk, and at most one worker sits at it.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use orch_core::{RunId, Timestamp};
use tokio::sync::Notify;

use super::{
    Claim,
    hands::{Hands, InHand},
    worker::Fresh,
};
use crate::store::{Lease, WorkerId};

/// How many unsent runs are remembered; most never became durable. One that is forgotten is taken for one that may have
/// been sent.
const MOST_UNSENT: usize = 1_024;

#[derive(Debug, Default)]
pub(super) struct Desk {
    papers: Mutex<Papers>,
    pub(super) bell: Notify,
    pub(super) hands: Hands,
}

#[derive(Debug, Default)]
struct Papers {
    worker: Option<WorkerId>,
    /// Runs that were started here, already claimed.
    started: VecDeque<Claim>,
    /// How many more are about to come.
    n_reserved: usize,
    /// How many runs the worker waits for, to drive them at once.
    n_awaited: usize,
    /// Whether the store had so much work the last time that nothing of this was taken.
    is_passed_over: bool,
    /// When the store had no work, unless it was said since that there is some.
    idle_since: Option<Timestamp>,
    /// Runs that were to start here and were laid before nobody, as whoever started them went away meanwhile: where they are
    /// durable all the same, nothing of them was sent.
    unsent: VecDeque<RunId>,
    /// Runs that were given up for now, and from when on they are tried again.
    put_off: Vec<(Timestamp, Claim)>,
    /// Whether the store may have granted a run without our knowing, because its answer was lost.
    is_in_doubt: bool,
    /// When that is assumed even without a reason.
    doubts_at: Option<Timestamp>,
}

/// The right to lay a run that is about to start on the desk. Dropped without that, the run is in doubt.
#[derive(Debug)]
pub(super) struct Place<'d> {
    desk: &'d Desk,
    lease: Lease,
    in_hand: Option<InHand>,
    is_awaited: bool,
}

/// A worker that waits for runs, until this is dropped.
#[derive(Debug)]
pub(super) struct Awaiting<'d>(&'d Desk);

/// Something that the store is asked to grant. When its answer is lost, the grant is in doubt.
#[derive(Debug)]
pub(super) struct Question<'d> {
    desk: &'d Desk,
    is_answered: bool,
}

impl Desk {
    /// A worker sits down.
    pub(super) fn seat(&self, worker: WorkerId, doubts_at: Timestamp) {
        let mut papers = self.lock();
        papers.worker = Some(worker);
        papers.idle_since = None;
        papers.doubts_at = Some(doubts_at);
    }

    /// The worker gets up, and what was laid before it is cleared away.
    pub(super) fn leave(&self, worker: WorkerId) {
        let mut papers = self.lock();
        if papers.worker == Some(worker) {
            papers.worker = None;
            papers.started.clear();
            papers.put_off.clear();
        }
    }

    /// Reserves a place for a run that is about to start, if a worker sits here and has room.
    pub(super) fn reserve(&self, run: RunId, room: usize) -> Option<Place<'_>> {
        let mut papers = self.lock();
        let worker = papers.worker?;
        if papers.started.len() + papers.n_reserved >= room {
            return None;
        }
        let is_awaited = papers.started.len() + papers.n_reserved < papers.n_awaited;
        papers.n_reserved += 1;
        let lease = Lease { worker, epoch: 1 };
        Some(Place {
            desk: self,
            lease,
            in_hand: Some(self.hands.take(run, lease)),
            is_awaited,
        })
    }

    /// Says that the worker waits for so many runs, which it drives as soon as they are laid before it.
    pub(super) fn attend(&self, n_runs: usize) -> Awaiting<'_> {
        self.lock().n_awaited = n_runs;
        Awaiting(self)
    }

    /// Whether there may be work in the store that the worker has not heard of.
    pub(super) fn asks_store(&self, now: Timestamp, interval: Duration) -> bool {
        let papers = self.lock();
        papers.is_in_doubt || papers.idle_since.is_none_or(|since| now.since(since) >= interval)
    }

    /// Notes that the store had no work at a moment before which it was asked.
    pub(super) fn found_none(&self, at: Timestamp) {
        self.lock().idle_since = Some(at);
    }

    /// Tries a run again from a moment on.
    pub(super) fn put_off(&self, until: Timestamp, in_hand: InHand) {
        let mut papers = self.lock();
        if papers.worker == Some(in_hand.lease().worker) {
            papers.put_off.push((until, Claim::new(in_hand, None)));
        }
    }

    /// What the worker finds before it: runs just started, and runs put off until now.
    pub(super) fn take(&self, worker: WorkerId, now: Timestamp, limit: usize) -> Vec<Claim> {
        let mut papers = self.lock();
        if papers.worker != Some(worker) {
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

    /// Whether the run was to start here, and nothing of it was sent; it is asked once, by who sends.
    pub(super) fn is_unsent(&self, run: RunId) -> bool {
        let mut papers = self.lock();
        let place = papers.unsent.iter().position(|unsent| *unsent == run);
        place.and_then(|place| papers.unsent.remove(place)).is_some()
    }

    /// Says that nothing was taken from here, for the work that the store had.
    pub(super) fn pass_over(&self) {
        self.lock().is_passed_over = true;
    }

    /// Whether that was said since this was asked.
    pub(super) fn was_passed_over(&self) -> bool {
        std::mem::take(&mut self.lock().is_passed_over)
    }

    /// Whether the worker should ask for runs that it was granted and does not know of. Without a reason, it should once
    /// in an `interval`.
    pub(super) fn doubts(&self, worker: WorkerId, now: Timestamp, interval: Duration) -> bool {
        let mut papers = self.lock();
        let doubts = papers.worker == Some(worker)
            && (papers.is_in_doubt || papers.doubts_at.is_some_and(|at| at <= now));
        if doubts {
            papers.is_in_doubt = false;
            papers.doubts_at = Some(now + interval);
        }
        doubts
    }

    pub(super) fn ask(&self) -> Question<'_> {
        Question {
            desk: self,
            is_answered: false,
        }
    }

    /// Calls the worker to look at the store.
    pub(super) fn ring(&self) {
        self.lock().idle_since = None;
        self.bell.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, Papers> {
        self.papers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place<'_> {
    /// The lease that the worker has of the run as soon as that is durable.
    pub(super) fn lease(&self) -> Lease {
        self.lease
    }

    /// Whether the worker waits for it, and drives it as soon as it is there.
    pub(super) fn is_awaited(&self) -> bool {
        self.is_awaited
    }

    /// Lays the run on the desk. The worker may be gone by now: then the run is claimed by another.
    pub(super) fn fill(mut self, run: Fresh) {
        let Some(in_hand) = self.in_hand.take() else {
            return;
        };
        let mut papers = self.desk.lock();
        if papers.worker == Some(self.lease.worker) {
            papers.started.push_back(Claim::new(in_hand, Some(run)));
            drop(papers);
            self.desk.bell.notify_one();
        }
    }
}

impl Drop for Awaiting<'_> {
    fn drop(&mut self) {
        self.0.lock().n_awaited = 0;
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut papers = self.desk.lock();
        papers.n_reserved -= 1;
        if let Some(in_hand) = &self.in_hand {
            papers.is_in_doubt = true;
            papers.unsent.push_back(in_hand.run());
            let n_surplus = papers.unsent.len().saturating_sub(MOST_UNSENT);
            papers.unsent.drain(..n_surplus);
        }
    }
}

impl Question<'_> {
    /// The answer was heard, so that nothing is in doubt.
    pub(super) fn answered(mut self) {
        self.is_answered = true;
    }
}

impl Drop for Question<'_> {
    fn drop(&mut self) {
        if !self.is_answered {
            self.desk.lock().is_in_doubt = true;
        }
    }
}
