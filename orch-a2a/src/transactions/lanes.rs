//! Who waits for a provider: bounded, the urgent first, and nobody for ever.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use orch_auth::PartyId;
use tokio::sync::oneshot;

use crate::transaction::Priority;

/// How many calls each provider works on, and who waits.
///
/// A place goes to the most urgent of those that wait, and among them to the first; but after one that was served ahead of
/// an older one, the oldest is served.
#[derive(Clone, Debug)]
pub(super) struct Lanes(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    per_provider: usize,
    max_waiting: usize,
    lanes: Mutex<HashMap<PartyId, Lane>>,
}

#[derive(Debug, Default)]
struct Lane {
    n_running: usize,
    n_waiting: usize,
    waiting: [VecDeque<Waiting>; Priority::ALL.len()],
    n_arrived: u64,
    /// Whether the last one was served ahead of an older one.
    was_ahead: bool,
}

#[derive(Debug)]
struct Waiting {
    arrival: u64,
    served: oneshot::Sender<Place>,
}

/// A place among the calls of a provider, free again when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    lanes: Arc<Shared>,
    provider: PartyId,
}

impl Lanes {
    pub(super) fn new(per_provider: usize, max_waiting: usize) -> Self {
        Self(Arc::new(Shared {
            per_provider: per_provider.max(1),
            max_waiting,
            lanes: Mutex::default(),
        }))
    }

    /// Waits for a place; `None` at once where too many wait already.
    pub(super) async fn enter(&self, provider: &PartyId, priority: Priority) -> Option<Place> {
        let waiting = {
            let mut lanes = self.0.lock();
            let lane = lanes.entry(provider.clone()).or_default();
            if lane.n_running < self.0.per_provider {
                lane.n_running += 1;
                return Some(self.0.place(provider));
            }
            if lane.n_waiting >= self.0.max_waiting {
                return None;
            }
            let (served, waiting) = oneshot::channel();
            let arrival = lane.n_arrived;
            lane.n_arrived += 1;
            lane.n_waiting += 1;
            lane.waiting[priority as usize].push_back(Waiting { arrival, served });
            waiting
        };
        waiting.await.ok()
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, HashMap<PartyId, Lane>> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn place(self: &Arc<Self>, provider: &PartyId) -> Place {
        Place {
            lanes: self.clone(),
            provider: provider.clone(),
        }
    }
}

impl Lane {
    /// The next one to be served that still waits.
    fn next(&mut self) -> Option<oneshot::Sender<Place>> {
        loop {
            let fronts = self.waiting.iter().enumerate();
            let fronts = fronts.filter_map(|(queue, waiting)| Some((queue, waiting.front()?.arrival)));
            let (urgent, its_arrival) = fronts.clone().next()?;
            let (oldest, first_arrival) = fronts.min_by_key(|(_, arrival)| *arrival)?;
            let is_ahead = its_arrival > first_arrival;
            let queue = if is_ahead && self.was_ahead {
                oldest
            } else {
                urgent
            };
            let waiting = self.waiting[queue].pop_front()?;
            self.n_waiting -= 1;
            if !waiting.served.is_closed() {
                self.was_ahead = queue == urgent && is_ahead;
                return Some(waiting.served);
            }
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut lanes = self.lanes.lock();
        let Some(lane) = lanes.get_mut(&self.provider) else {
            return;
        };
        let Some(served) = lane.next() else {
            lane.n_running -= 1;
            if lane.n_running == 0 {
                lanes.remove(&self.provider);
            }
            return;
        };
        drop(lanes);
        // Whoever has gone in the meantime drops the place, and serves the next.
        let _ = served.send(self.lanes.place(&self.provider));
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn provider() -> PartyId {
        "agent-001".parse().unwrap()
    }

    /// In which order calls are served that came while the only place was taken.
    async fn order(arrivals: &[(&'static str, Priority)]) -> Vec<&'static str> {
        let lanes = Lanes::new(1, 100);
        let first = lanes.enter(&provider(), Priority::Normal).await.unwrap();
        let mut waiting = Vec::new();
        for (name, priority) in arrivals {
            let lanes = lanes.clone();
            let priority = *priority;
            let mut entering = Box::pin(async move { lanes.enter(&provider(), priority).await });
            assert!(entering.as_mut().now_or_never().is_none());
            waiting.push((*name, entering));
        }
        let (mut served, mut place) = (Vec::new(), Some(first));
        while !waiting.is_empty() {
            drop(place.take());
            let mut entering = waiting.iter_mut().enumerate();
            let (at, entered) = entering
                .find_map(|(at, (_, entering))| entering.as_mut().now_or_never().map(|place| (at, place)))
                .expect("somebody is served");
            place = entered;
            served.push(waiting.remove(at).0);
        }
        served
    }

    #[tokio::test]
    async fn the_urgent_come_first_and_the_old_in_between() {
        use Priority::{Critical, High, Normal};
        let arrivals = [
            ("n1", Normal),
            ("n2", Normal),
            ("h1", High),
            ("c1", Critical),
            ("c2", Critical),
            ("h2", High),
        ];
        assert_eq!(order(&arrivals).await, ["c1", "n1", "c2", "n2", "h1", "h2"]);
        let alike = [("a", Normal), ("b", Normal), ("c", Normal)];
        assert_eq!(order(&alike).await, ["a", "b", "c"]);
    }

    #[tokio::test]
    async fn who_waits_is_bounded_and_who_goes_makes_room() {
        let lanes = Lanes::new(1, 1);
        let place = lanes.enter(&provider(), Priority::Normal).await.unwrap();
        let busy = provider();
        let mut waits = Box::pin(lanes.enter(&busy, Priority::Critical));
        assert!(waits.as_mut().now_or_never().is_none());
        assert!(lanes.enter(&provider(), Priority::Critical).await.is_none());
        let other = "agent-002".parse().unwrap();
        assert!(
            lanes.enter(&other, Priority::Normal).now_or_never().is_some(),
            "each has its own"
        );
        drop(waits);
        drop(place);
        assert!(lanes.0.lock().is_empty(), "nothing is kept of those at rest");
        assert!(
            lanes
                .enter(&provider(), Priority::Normal)
                .now_or_never()
                .is_some()
        );
    }

    #[tokio::test]
    async fn under_load_no_more_than_allowed_run_and_all_are_served() {
        let lanes = Lanes::new(4, 1000);
        let running = Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let calls = (0..400).map(|number| {
            let (lanes, running) = (lanes.clone(), running.clone());
            async move {
                let place = lanes.enter(&provider(), Priority::ALL[number % 3]).await.unwrap();
                let n_running = running.fetch_add(1, std::sync::atomic::Ordering::SeqCst) + 1;
                tokio::task::yield_now().await;
                running.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
                drop(place);
                n_running
            }
        });
        let most = futures_util::future::join_all(calls).await.into_iter().max();
        assert_eq!(most, Some(4));
        assert!(lanes.0.lock().is_empty());
    }
}
