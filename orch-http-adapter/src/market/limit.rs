//! How often each key may ask: a token bucket under a ceiling of its burst in any minute, for each key and class of routes.

use std::sync::Arc;

use futures_util::future::{AbortHandle, abortable};
use orch::{ApiKeyId, Clock, Orchestrator, Timestamp};
use orch_core::limit::{Exchange, Limiter, Standing};
use tokio::runtime::Handle;

pub use orch_core::limit::Rate;

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
    /// Ends what exchanges them.
    exchanging: Option<AbortHandle>,
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
        let Some(exchange) = orchestrator.exchange(all.map(Arc::clone).into()) else {
            return;
        };
        let Ok(runtime) = Handle::try_current() else {
            tracing::warn!("there is no runtime to share limits on: each process counts for itself");
            return;
        };
        let (keep, exchanging) = abortable(keep(exchange, orchestrator.clock().clone()));
        runtime.spawn(keep);
        self.exchanging = Some(exchanging);
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

impl Drop for RateLimits {
    fn drop(&mut self) {
        if let Some(exchanging) = &self.exchanging {
            exchanging.abort();
        }
    }
}

/// Exchanges what is let through, until it is aborted. A store that is away is said once.
async fn keep(exchange: Exchange, clock: Arc<dyn Clock>) {
    let mut is_away = false;
    loop {
        match exchange.run().await {
            Ok(()) => is_away = false,
            Err(error) if !is_away => {
                is_away = true;
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "limits are not shared: each process counts for itself");
            }
            Err(_) => {}
        }
        clock.sleep(Exchange::INTERVAL).await;
    }
}

#[cfg(test)]
mod tests;
