//! What is found out about agents while they work: how their calls go, and whether they answer.

use std::time::Duration;

use serde_json::json;

use super::{Catalog, CatalogError, change::ATTEMPTS};
use crate::{
    Agent, AgentId, Timestamp,
    agent::{Performance, Status},
    catalog::AgentKey,
};

/// What was found out about an agent since the last time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Observation {
    /// The agent.
    pub agent: AgentId,
    /// How its calls went that ended since.
    pub calls: Performance,
    /// When it was seen to answer, if it was.
    pub seen_at: Option<Timestamp>,
}

/// For those who watch over agents on behalf of the host; nobody is asked for leave.
impl Catalog {
    /// Adds up what was found out about agents. It is no revision, and what is cached learns of it within a second.
    ///
    /// # Errors
    /// The store failed; nothing was added then.
    pub async fn observe(&self, observations: &[Observation]) -> Result<(), CatalogError> {
        if observations.is_empty() {
            return Ok(());
        }
        Ok(self.store.observe(observations).await?)
    }

    /// At most `limit` agents that nobody has looked at for `interval`, whoever may see them. They count as looked at
    /// from now on.
    ///
    /// # Errors
    /// The store failed.
    pub async fn take_due(&self, interval: Duration, limit: u32) -> Result<Vec<Agent>, CatalogError> {
        let now = self.clock.now();
        Ok(self.store.take_due(now, now + interval, limit).await?)
    }

    /// Says whether an agent answered when it was asked: one that is online and did not is away, and one that is away
    /// and did is online. What its owner says stands. `true` if that changed anything.
    ///
    /// # Errors
    /// The store failed, or others changed the agent all the time.
    pub async fn report(&self, id: AgentId, answers: bool) -> Result<bool, CatalogError> {
        for _ in 0..ATTEMPTS {
            let Some(agent) = self.store.find(&AgentKey::Id(id)).await? else {
                return Ok(false);
            };
            let status = match (agent.status, answers) {
                (Status::Online, false) => Status::Away,
                (Status::Away, true) => Status::Online,
                _ => return Ok(false),
            };
            let data = json!({ "v": 1, "status": status });
            let mut change = self.change(&agent, "agent_status_changed", &data);
            change.agent.status = status;
            if self.write(change).await?.is_some() {
                return Ok(true);
            }
        }
        Err(CatalogError::Conflict(id.to_string()))
    }
}
