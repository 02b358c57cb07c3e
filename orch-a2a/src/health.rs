//! Whether agents answer, and how their calls go, written to the catalog.

mod sightings;
#[cfg(test)]
mod tests;

pub(crate) use sightings::Sightings;

use std::{pin::pin, time::Duration};

use futures_util::{
    StreamExt,
    future::{Either, select},
    stream,
};
use orch_core::{Agent, CatalogError, agent::Performance, catalog::Observation};

use crate::{AgentTransport, Invoker, Sign, contain::Contained};

/// Looks after the agents: asks now and then whether they answer, and writes down how the calls of an [`Invoker`] went.
///
/// It spawns nothing: the host calls [`run_due`](Self::run_due) again and again. Several replicas share the work.
#[derive(Clone, Debug)]
pub struct Health {
    invoker: Invoker,
    options: HealthOptions,
}

/// How agents are looked after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HealthOptions {
    /// How often each agent is asked whether it answers.
    pub interval: Duration,
    /// How long it may take to answer that.
    pub timeout: Duration,
    /// How often in a row it must fail to answer, at least once, before it is away.
    pub tries: u32,
    /// How long until it is asked again after it has failed to.
    pub pause: Duration,
    /// How many agents are taken in one go.
    pub batch: u32,
    /// How many of those are asked at once, at least 1.
    pub parallel: usize,
}

impl Default for HealthOptions {
    fn default() -> Self {
        Self {
            interval: Duration::from_secs(30),
            timeout: Duration::from_secs(5),
            tries: 3,
            pause: Duration::from_secs(1),
            batch: 64,
            parallel: 8,
        }
    }
}

impl Health {
    /// Looks after the agents that this invoker calls.
    pub fn new(invoker: Invoker, options: HealthOptions) -> Self {
        Self { invoker, options }
    }

    /// Writes down how calls went, and asks the agents that are due whether they answer; how many those were.
    ///
    /// One that does not answer is away, and called no more until it does. What cannot be told changes nothing.
    ///
    /// # Errors
    /// The store failed. What was seen of calls is kept for the next time; agents whose status could not be written down
    /// are asked again when they are next due.
    pub async fn run_due(&self) -> Result<u32, CatalogError> {
        self.flush().await?;
        let Self { invoker, options } = self;
        let catalog = invoker.catalog();
        let due = catalog.take_due(options.interval, options.batch).await?;
        let n_due = u32::try_from(due.len()).unwrap_or(u32::MAX);
        let mut asked = stream::iter(due)
            .map(|agent| async move {
                let answers = self.answers(&agent).await;
                (agent, answers)
            })
            .buffer_unordered(options.parallel.max(1));
        let mut seen = Vec::new();
        while let Some((agent, answers)) = asked.next().await {
            let Some(answers) = answers else { continue };
            if answers {
                seen.push(Observation {
                    agent: agent.id,
                    calls: Performance::default(),
                    seen_at: Some(invoker.clock().now()),
                });
            }
            match catalog.report(agent.id, answers).await {
                Ok(true) => tracing::info!(agent = %agent.slug, answers, "an agent's status changed"),
                Ok(false) => {}
                // The others shall not suffer for one that is changed all the time, or for a store that stumbles once.
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::warn!(agent = %agent.slug, error, "an agent's status is not written down");
                }
            }
        }
        catalog.observe(&seen).await?;
        Ok(n_due)
    }

    /// Writes down how calls went, all at once. A host does so once more before it ends; of a crash, they are lost.
    ///
    /// # Errors
    /// The store failed, and all is kept for the next time.
    pub async fn flush(&self) -> Result<(), CatalogError> {
        let sightings = self.invoker.sightings();
        let seen = sightings.take();
        let written = self.invoker.catalog().observe(&seen).await;
        if written.is_err() {
            sightings.put_back(&seen);
        }
        written
    }

    /// Whether the agent answers, if that can be told.
    async fn answers(&self, agent: &Agent) -> Option<bool> {
        let transport = self.invoker.reaching(&agent.latest.endpoint)?;
        for attempt in 1..=self.options.tries.max(1) {
            if attempt > 1 {
                self.invoker.clock().sleep(self.options.pause).await;
            }
            match self.ask(transport, agent).await {
                Asked::Told(Sign::Alive) => return Some(true),
                Asked::Told(Sign::Unknown) => return None,
                Asked::Failed(reason) => tracing::debug!(agent = %agent.slug, reason, "a probe failed"),
            }
        }
        Some(false)
    }

    async fn ask(&self, transport: &dyn AgentTransport, agent: &Agent) -> Asked {
        let timeout = self.invoker.clock().sleep(self.options.timeout);
        let probe = Contained::new(transport.probe(agent, &agent.latest));
        match select(pin!(probe), timeout).await {
            Either::Left((Ok(Ok(sign)), _)) => Asked::Told(sign),
            Either::Left((Ok(Err(error)), _)) => Asked::Failed(error.to_string()),
            Either::Left((Err(panicked), _)) => Asked::Failed(panicked.to_string()),
            Either::Right(_) => Asked::Failed("it took too long".to_owned()),
        }
    }
}

enum Asked {
    Told(Sign),
    Failed(String),
}
