use std::{
    any::Any,
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use futures_util::future::{self, Either};
use orch_core::{AgentId, Timestamp};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{Invoker, target::Target};
use crate::{Cancel, InvokeError};

/// One of the calls that an agent may work on at once. The place is free again when the last clone is dropped.
#[derive(Clone, Debug)]
pub struct Permit(#[expect(dead_code, reason = "held, never read")] Arc<dyn Any + Send + Sync>);

impl Permit {
    /// A place that is free again when this is dropped.
    pub fn of(place: impl Any + Send + Sync) -> Self {
        Self(Arc::new(place))
    }
}

impl From<OwnedSemaphorePermit> for Permit {
    fn from(permit: OwnedSemaphorePermit) -> Self {
        Self::of(permit)
    }
}

/// How many calls each agent may still take.
#[derive(Debug)]
pub(super) struct Permits {
    per_agent: usize,
    agents: Mutex<HashMap<AgentId, Arc<Semaphore>>>,
}

impl Permits {
    /// So many agents are remembered before those that do not work are forgotten.
    const MAX_IDLE: usize = 1024;

    pub(super) fn new(per_agent: usize) -> Self {
        Self {
            per_agent: per_agent.clamp(1, Semaphore::MAX_PERMITS),
            agents: Mutex::default(),
        }
    }

    fn of(&self, agent: AgentId) -> Arc<Semaphore> {
        let mut agents = self.agents.lock().unwrap_or_else(PoisonError::into_inner);
        if agents.len() >= Self::MAX_IDLE && !agents.contains_key(&agent) {
            // Permits and those who wait for one share their semaphore, so nobody's count is lost.
            agents.retain(|_, semaphore| Arc::strong_count(semaphore) > 1);
        }
        let new = || Arc::new(Semaphore::new(self.per_agent));
        agents.entry(agent).or_insert_with(new).clone()
    }
}

impl Invoker {
    /// Waits for a place among the agent's calls, until the deadline.
    pub(super) async fn limit(
        &self,
        target: &Target,
        deadline: Timestamp,
        cancel: &Cancel,
    ) -> Result<Permit, InvokeError> {
        let semaphore = self.0.permits.of(target.agent.id);
        if let Ok(permit) = semaphore.clone().try_acquire_owned() {
            return Ok(permit.into());
        }
        let busy = || InvokeError::Busy {
            agent: target.agent.slug.to_string(),
        };
        let permit = std::pin::pin!(semaphore.acquire_owned());
        let given_up = std::pin::pin!(async {
            let cancelled = std::pin::pin!(cancel.cancelled());
            match future::select(cancelled, self.0.clock.sleep_until(deadline)).await {
                Either::Left(_) => InvokeError::Cancelled,
                Either::Right(_) => busy(),
            }
        });
        match future::select(permit, given_up).await {
            Either::Left((permit, _)) => permit.map(Permit::from).map_err(|_closed| busy()),
            Either::Right((failure, _)) => Err(failure),
        }
    }
}

#[cfg(test)]
mod tests {
    use orch_core::SeededEntropy;

    use super::*;

    #[test]
    fn agents_at_rest_are_forgotten_and_those_at_work_are_not() {
        let (permits, entropy) = (Permits::new(1), SeededEntropy::default());
        let agent = || AgentId::generate(Timestamp::from_millis(0), &entropy);
        let at_work = agent();
        let permit = permits.of(at_work).try_acquire_owned().unwrap();
        for _ in 0..10 * Permits::MAX_IDLE {
            permits.of(agent());
        }
        assert!(permits.agents.lock().unwrap().len() <= Permits::MAX_IDLE);
        assert!(permits.of(at_work).try_acquire_owned().is_err());
        drop(permit);
        assert!(permits.of(at_work).try_acquire_owned().is_ok());
    }
}
