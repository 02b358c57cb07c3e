//! What this process hears of approvals: that something happened to them.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use orch_core::ApprovalId;
use tokio::sync::watch;

/// Counts what happened.
type Counter = watch::Sender<u64>;

#[derive(Debug, Default)]
pub(super) struct Live {
    all: Counter,
    single: Mutex<Single>,
}

#[derive(Debug, Default)]
struct Single {
    counters: HashMap<ApprovalId, Weak<Counter>>,
    /// At how many entries those that nobody waits for are cleared away next.
    clear_at: usize,
}

impl Live {
    /// Something happened to an approval.
    pub(super) fn heard(&self, id: &ApprovalId) {
        let single = self.single.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = single.counters.get(id).and_then(Weak::upgrade);
        drop(single);
        for counter in waited.as_deref().into_iter().chain([&self.all]) {
            counter.send_modify(|count| *count = count.wrapping_add(1));
        }
    }

    /// What happens to any of them from now on.
    pub(super) fn all(&self) -> watch::Receiver<u64> {
        self.all.subscribe()
    }

    /// What happens to one of them, as long as this is held.
    pub(super) fn of(&self, id: &ApprovalId) -> Arc<Counter> {
        let mut single = self.single.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(counter) = single.counters.get(id).and_then(Weak::upgrade) {
            return counter;
        }
        if single.counters.len() >= single.clear_at {
            single.counters.retain(|_, counter| counter.strong_count() > 0);
            single.clear_at = (single.counters.len() * 2).max(64);
        }
        let counter = Arc::new(Counter::default());
        single.counters.insert(id.clone(), Arc::downgrade(&counter));
        counter
    }
}
