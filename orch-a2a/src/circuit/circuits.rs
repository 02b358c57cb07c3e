use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use orch_core::{AgentId, Clock};

use super::{Circuit, CircuitPolicy, Finding, Leave};

/// The circuits of the agents against which something speaks. Each process has its own.
#[derive(Clone, Debug)]
pub(crate) struct Circuits(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    policy: CircuitPolicy,
    clock: Arc<dyn Clock>,
    agents: Mutex<HashMap<AgentId, Circuit>>,
}

/// A call that was let through. One that is dropped without a word has found nothing.
#[derive(Debug)]
pub(crate) struct Trial {
    circuits: Circuits,
    agent: AgentId,
    leave: Option<Leave>,
}

impl Circuits {
    /// So many agents are remembered; of more, those that may be called soonest are given a fresh start.
    const MAX: usize = 4096;

    pub(crate) fn new(policy: CircuitPolicy, clock: Arc<dyn Clock>) -> Self {
        let agents = Mutex::default();
        Self(Arc::new(Shared {
            policy,
            clock,
            agents,
        }))
    }

    /// How long the agent is left alone; zero while it is not.
    pub(crate) fn retry_after(&self, agent: AgentId) -> Duration {
        let now = self.0.clock.now();
        let agents = self.lock();
        agents
            .get(&agent)
            .map_or(Duration::ZERO, |circuit| circuit.retry_after(now))
    }

    /// Lets a call through, or says how long until one may be.
    pub(crate) fn admit(&self, agent: AgentId) -> Result<Trial, Duration> {
        let now = self.0.clock.now();
        let leave = match self.lock().get_mut(&agent) {
            Some(circuit) => circuit.admit(now)?,
            // What nothing is known of lets everyone through.
            None => Circuit::default().admit(now)?,
        };
        Ok(Trial {
            circuits: self.clone(),
            agent,
            leave: Some(leave),
        })
    }

    fn report(&self, agent: AgentId, leave: Leave, finding: Finding) {
        let (policy, now) = (&self.0.policy, self.0.clock.now());
        let mut agents = self.lock();
        let Some(circuit) = agents.get_mut(&agent) else {
            if finding == Finding::Fault {
                Self::make_room(&mut agents, |circuit| circuit.retry_after(now));
                let mut circuit = Circuit::default();
                circuit.report(leave, finding, policy, now);
                agents.insert(agent, circuit);
            }
            return;
        };
        circuit.report(leave, finding, policy, now);
        // A circuit that has been open is kept, as forgetting it would let calls of an earlier time count again.
        if *circuit == Circuit::default() {
            agents.remove(&agent);
        }
    }

    fn make_room(agents: &mut HashMap<AgentId, Circuit>, wait: impl Fn(&Circuit) -> Duration) {
        if agents.len() < Self::MAX {
            return;
        }
        agents.retain(|_, circuit| !circuit.is_at_rest());
        if agents.len() >= Self::MAX {
            let mut waits: Vec<(Duration, AgentId)> = agents
                .iter()
                .map(|(agent, circuit)| (wait(circuit), *agent))
                .collect();
            waits.sort_unstable();
            for (_, agent) in waits.into_iter().take(Self::MAX / 2) {
                agents.remove(&agent);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<AgentId, Circuit>> {
        self.0.agents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Trial {
    /// Says what the call found.
    pub(crate) fn found(mut self, finding: Finding) {
        if let Some(leave) = self.leave.take() {
            self.circuits.report(self.agent, leave, finding);
        }
    }
}

impl Drop for Trial {
    fn drop(&mut self) {
        if let Some(leave) = self.leave.take() {
            self.circuits.report(self.agent, leave, Finding::Nothing);
        }
    }
}

#[cfg(test)]
mod tests {
    use orch_core::{ManualClock, SeededEntropy};

    use super::*;

    fn house() -> (Arc<ManualClock>, Circuits, impl Fn() -> AgentId) {
        let clock = Arc::new(ManualClock::default());
        let policy = CircuitPolicy {
            faults: 1,
            ..CircuitPolicy::default()
        };
        let (circuits, entropy) = (Circuits::new(policy, clock.clone()), SeededEntropy::default());
        let now = clock.now();
        (clock, circuits, move || AgentId::generate(now, &entropy))
    }

    #[test]
    fn each_agent_has_its_own() {
        let (clock, circuits, agent) = house();
        let (one, other) = (agent(), agent());
        circuits.admit(one).unwrap().found(Finding::Fault);
        assert!(circuits.admit(one).is_err() && circuits.admit(other).is_ok());
        clock.advance(CircuitPolicy::default().first_pause);
        drop(circuits.admit(one).unwrap());
        circuits.admit(one).unwrap().found(Finding::Alive);
        assert_eq!(circuits.retry_after(one), Duration::ZERO);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let (_, circuits, agent) = house();
        for _ in 0..3 * Circuits::MAX {
            circuits.admit(agent()).unwrap().found(Finding::Alive);
        }
        assert_eq!(circuits.lock().len(), 0, "the healthy take no room");
        for _ in 0..3 * Circuits::MAX {
            circuits.admit(agent()).unwrap().found(Finding::Fault);
        }
        assert!(circuits.lock().len() <= Circuits::MAX);
    }
}
