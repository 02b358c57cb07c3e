use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use orch_core::{AgentId, Timestamp, agent::Performance, catalog::Observation};

/// How calls went since that was last written down. A write for each call would cost as much as the call.
#[derive(Debug, Default)]
pub(crate) struct Sightings(Mutex<HashMap<AgentId, Observation>>);

impl Sightings {
    /// Of so many agents something can be remembered at once; what is seen of more is forgotten.
    const MAX: usize = 10_000;

    /// A call of an agent has ended, answered in so much time or not.
    pub(crate) fn called(&self, agent: AgentId, answered_in: Option<Duration>, now: Timestamp) {
        let calls = Performance {
            requests: 1,
            answered: u64::from(answered_in.is_some()),
            total_time: answered_in.unwrap_or_default(),
        };
        let seen_at = answered_in.map(|_| now);
        self.add(Observation {
            agent,
            calls,
            seen_at,
        });
    }

    /// All that is remembered, in the order of agents; it is forgotten here.
    pub(crate) fn take(&self) -> Vec<Observation> {
        let mut seen: Vec<Observation> = std::mem::take(&mut *self.lock()).into_values().collect();
        seen.sort_unstable_by_key(|observation| observation.agent);
        seen
    }

    /// Remembers again what could not be written down.
    pub(crate) fn put_back(&self, seen: &[Observation]) {
        for observation in seen {
            self.add(*observation);
        }
    }

    fn add(&self, observation: Observation) {
        let mut agents = self.lock();
        if let Some(known) = agents.get_mut(&observation.agent) {
            known.calls = known.calls.plus(observation.calls);
            known.seen_at = known.seen_at.max(observation.seen_at);
        } else if agents.len() < Self::MAX {
            agents.insert(observation.agent, observation);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<AgentId, Observation>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use orch_core::SeededEntropy;

    use super::*;

    #[test]
    fn what_is_remembered_is_bounded() {
        let (sightings, entropy) = (Sightings::default(), SeededEntropy::default());
        let now = Timestamp::from_millis(0);
        for _ in 0..2 * Sightings::MAX {
            sightings.called(AgentId::generate(now, &entropy), None, now);
        }
        assert_eq!(sightings.take().len(), Sightings::MAX);
        assert_eq!(sightings.take(), []);
    }
}
