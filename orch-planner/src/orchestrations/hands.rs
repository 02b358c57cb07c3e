//! Which runs this process has in hand.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use orch_core::RunId;

use crate::store::{Lease, WorkerId};

/// The runs that a worker of this process drives, is about to drive, or has put off. Whatever else the store says is its
/// own was granted by an answer that got lost.
#[derive(Clone, Debug, Default)]
pub(super) struct Hands(Arc<Mutex<HashMap<(RunId, Lease), usize>>>);

/// A run in hand, until this is dropped.
#[derive(Debug)]
pub(super) struct InHand {
    hands: Hands,
    run: RunId,
    lease: Lease,
}

impl Hands {
    pub(super) fn take(&self, run: RunId, lease: Lease) -> InHand {
        *self.lock().entry((run, lease)).or_default() += 1;
        let hands = self.clone();
        InHand { hands, run, lease }
    }

    /// The runs that a worker has in hand.
    pub(super) fn of(&self, worker: WorkerId) -> Vec<RunId> {
        let held = self.lock();
        let own = held.keys().filter(|(_, lease)| lease.worker == worker);
        own.map(|(run, _)| *run).collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(RunId, Lease), usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl InHand {
    pub(super) fn run(&self) -> RunId {
        self.run
    }

    pub(super) fn lease(&self) -> Lease {
        self.lease
    }
}

impl Drop for InHand {
    fn drop(&mut self) {
        let key = (self.run, self.lease);
        let mut held = self.hands.lock();
        if let Some(count) = held.get_mut(&key) {
            *count -= 1;
            if *count == 0 {
                held.remove(&key);
            }
        }
    }
}
