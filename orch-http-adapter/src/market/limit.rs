//! How often each key may ask: a token bucket under a ceiling of its burst in any minute, for each key and class of routes.

use std::sync::Arc;

use orch::{ApiKeyId, Orchestrator, Timestamp};
use orch_core::limit::{Exchanged, Limiter, Standing};

pub use orch_core::limit::Rate;

use crate::exchanging::Exchanging;

/// The rates of the classes of routes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    /// `POST /orchestrate`.
    pub orchestrate: Rate,
    /// `POST /hire`.
    pub hire: Rate,
    /// `GET /agents`.
    pub agents: Rate,
    /// `GET /agents/{id}`.
    pub agent: Rate,
    /// `GET /usage`, and the routes that the published page does not know.
    pub usage: Rate,
}

/// Those of the published page.
impl Default for Rates {
    fn default() -> Self {
        Self {
            orchestrate: Rate::doubled(10),
            hire: Rate::doubled(100),
            agents: Rate::doubled(1000),
            agent: Rate::doubled(500),
            usage: Rate::doubled(60),
        }
    }
}

/// Routes that are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Class {
    Orchestrate,
    Hire,
    Agents,
    Agent,
    Usage,
}

/// The counts of all keys, in bounded memory, kept together with those of other processes over the same stores.
#[derive(Debug)]
pub(super) struct RateLimits {
    orchestrate: Arc<Limiter>,
    hire: Arc<Limiter>,
    agents: Arc<Limiter>,
    agent: Arc<Limiter>,
    usage: Arc<Limiter>,
    exchanging: Option<Exchanging>,
}

impl RateLimits {
    pub(super) fn new(rates: Rates) -> Self {
        let limiter = |name, rate| Arc::new(Limiter::new(name, rate));
        Self {
            orchestrate: limiter("market/orchestrate", rates.orchestrate),
            hire: limiter("market/hire", rates.hire),
            agents: limiter("market/agents", rates.agents),
            agent: limiter("market/agent", rates.agent),
            usage: limiter("market/usage", rates.usage),
            exchanging: None,
        }
    }

    /// Keeps them together with those of other processes, as long as this lives.
    pub(super) fn share(&mut self, orchestrator: &Orchestrator) {
        let all = [
            &self.orchestrate,
            &self.hire,
            &self.agents,
            &self.agent,
            &self.usage,
        ];
        let all = all.map(|limiter| -> Arc<dyn Exchanged> { limiter.clone() });
        self.exchanging = Exchanging::begin(orchestrator, all.into());
    }

    /// Counts a request and lets it through, or not.
    pub(super) fn take(&self, key: ApiKeyId, class: Class, now: Timestamp) -> Standing {
        self.of(class).take(&key.to_string(), now)
    }

    fn of(&self, class: Class) -> &Limiter {
        match class {
            Class::Orchestrate => &self.orchestrate,
            Class::Hire => &self.hire,
            Class::Agents => &self.agents,
            Class::Agent => &self.agent,
            Class::Usage => &self.usage,
        }
    }
}

#[cfg(test)]
mod tests;
