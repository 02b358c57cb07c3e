//! Requests without a name whose client may not have its answer: an identical one that follows is the same again.
//!
//! One of the published clients names nothing and repeats itself where the connection breaks or the answer is a failure of
//! ours. It repeats itself on purpose as well, so only what ended badly is joined, for a while, and so often.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use orch_auth::PartyId;
use orch_core::{Clock, Timestamp};

use crate::transaction::TransactionId;

/// What names a request that has no name: who sent it, and the SHA-256 of its body and signature.
pub(super) type Likeness = (PartyId, [u8; 32]);

/// The ends that clients may not have heard of, in bounded memory.
#[derive(Debug)]
pub(super) struct Repeats {
    clock: Arc<dyn Clock>,
    ends: Mutex<HashMap<Likeness, Vec<Unheard>>>,
}

/// An end that a client may not have heard of.
#[derive(Clone, Debug)]
struct Unheard {
    id: TransactionId,
    at: Timestamp,
    n_joined: u32,
}

impl Repeats {
    /// For how long an identical request is the same.
    const WINDOW: Duration = Duration::from_secs(60);
    /// How often.
    const MAX_JOINED: u32 = 3;
    /// How many likenesses are remembered at once.
    const MAX_KNOWN: usize = 16_384;
    /// How many ends of one.
    const MAX_ENDS: usize = 64;

    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        let ends = Mutex::default();
        Self { clock, ends }
    }

    /// The transaction that this request repeats, if it does, and how often it was repeated with this one.
    pub(super) fn take(&self, likeness: &Likeness) -> Option<(TransactionId, u32)> {
        let now = self.clock.now();
        let mut ends = self.lock();
        let unheard = ends.get_mut(likeness)?;
        unheard.retain(|end| now.since(end.at) <= Self::WINDOW && end.n_joined < Self::MAX_JOINED);
        let end = unheard.pop();
        if unheard.is_empty() {
            ends.remove(likeness);
        }
        end.map(|end| (end.id, end.n_joined + 1))
    }

    fn ended_badly(&self, likeness: Likeness, id: TransactionId, n_joined: u32) {
        let at = self.clock.now();
        let mut ends = self.lock();
        if ends.len() >= Self::MAX_KNOWN {
            let is_recent = |end: &Unheard| at.since(end.at) <= Self::WINDOW;
            ends.retain(|_, unheard| unheard.iter().any(is_recent));
        }
        if ends.len() < Self::MAX_KNOWN || ends.contains_key(&likeness) {
            let unheard = ends.entry(likeness).or_default();
            if unheard.len() < Self::MAX_ENDS {
                unheard.push(Unheard { id, at, n_joined });
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Likeness, Vec<Unheard>>> {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The way of an answer to its client. It went badly, unless somebody says that the whole answer [arrived](Self::arrived).
#[derive(Debug, Default)]
pub struct Delivery(Option<Underway>);

#[derive(Debug)]
struct Underway {
    repeats: Arc<Repeats>,
    likeness: Likeness,
    id: TransactionId,
    n_joined: u32,
}

impl Delivery {
    pub(super) fn of(repeats: Arc<Repeats>, likeness: Likeness, id: TransactionId, n_joined: u32) -> Self {
        Self(Some(Underway {
            repeats,
            likeness,
            id,
            n_joined,
        }))
    }

    /// The client has the whole answer, and will not repeat itself for it.
    pub fn arrived(&mut self) {
        self.0 = None;
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        if let Some(Underway {
            repeats,
            likeness,
            id,
            n_joined,
        }) = self.0.take()
        {
            repeats.ended_badly(likeness, id, n_joined);
        }
    }
}

#[cfg(test)]
mod tests {
    use orch_core::ManualClock;

    use super::*;

    #[test]
    fn what_ended_badly_is_joined_three_times_within_a_minute() {
        let clock = Arc::new(ManualClock::default());
        let repeats = Arc::new(Repeats::new(clock.clone()));
        let likeness: Likeness = ("one".parse().unwrap(), [1; 32]);
        let id: TransactionId = "tx_1".parse().unwrap();
        let ended = |n_joined| {
            drop(Delivery::of(
                repeats.clone(),
                likeness.clone(),
                id.clone(),
                n_joined,
            ));
        };
        assert_eq!(repeats.take(&likeness), None);
        ended(0);
        assert_eq!(repeats.take(&("one".parse().unwrap(), [2; 32])), None);
        for n_joined in 1..=3 {
            clock.advance(Duration::from_secs(60));
            assert_eq!(repeats.take(&likeness), Some((id.clone(), n_joined)));
            assert_eq!(repeats.take(&likeness), None, "each end is joined by one");
            ended(n_joined);
        }
        assert_eq!(repeats.take(&likeness), None, "it was joined often enough");
        ended(0);
        clock.advance(Duration::from_millis(60_001));
        assert_eq!(repeats.take(&likeness), None);
        let mut arrived = Delivery::of(repeats.clone(), likeness.clone(), id, 0);
        arrived.arrived();
        drop(arrived);
        assert_eq!(repeats.take(&likeness), None);
    }
}
