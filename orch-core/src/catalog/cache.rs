use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::AgentKey;
use crate::{AccountId, Agent, AgentId, AgentVersion, Generations, Timestamp, Version};

/// How long what may change passes for fresh.
const FRESH: Duration = Duration::from_secs(1);
/// How many things a generation holds.
const GENERATION: usize = 1_000;

/// What the hot path asks for again and again, bounded.
#[derive(Debug)]
pub(super) struct Cache {
    agents: Mutex<Generations<AgentId, Seen>>,
    versions: Mutex<Generations<(AgentId, Version), Arc<AgentVersion>>>,
    /// Who bears a slug or a name.
    bearers: Mutex<Generations<AgentKey, (AgentId, Timestamp)>>,
    /// How many agents of a developer an account may see.
    developed: Mutex<Generations<(AccountId, String), (u64, Timestamp)>>,
}

/// An agent as it was at a moment.
#[derive(Clone, Debug)]
struct Seen {
    agent: Arc<Agent>,
    at: Timestamp,
}

impl Default for Cache {
    fn default() -> Self {
        Self {
            agents: Mutex::new(Generations::new(GENERATION)),
            versions: Mutex::new(Generations::new(GENERATION)),
            bearers: Mutex::new(Generations::new(GENERATION)),
            developed: Mutex::new(Generations::new(GENERATION)),
        }
    }
}

impl Cache {
    /// The agent, if it was read less than a second ago.
    pub(super) fn agent(&self, id: AgentId, now: Timestamp) -> Option<Arc<Agent>> {
        let seen = lock(&self.agents).get(&id)?;
        is_fresh(seen.at, now).then_some(seen.agent)
    }

    /// The agent that a key names, if both were read less than a second ago.
    pub(super) fn named(&self, key: &AgentKey, now: Timestamp) -> Option<Arc<Agent>> {
        let id = match key {
            AgentKey::Id(id) => *id,
            name => {
                let (id, at) = lock(&self.bearers).get(name)?;
                is_fresh(at, now).then_some(id)?
            }
        };
        self.agent(id, now)
    }

    /// Keeps who bears a name, as read at `at` or later.
    pub(super) fn put_bearer(&self, key: &AgentKey, agent: AgentId, at: Timestamp) {
        if !matches!(key, AgentKey::Id(_)) {
            lock(&self.bearers).put(key.clone(), (agent, at));
        }
    }

    /// How many agents of a developer an account may see, if they were counted less than a second ago.
    pub(super) fn n_developed(&self, account: &AccountId, developer: &str, now: Timestamp) -> Option<u64> {
        let key = (account.clone(), developer.to_owned());
        let (n_agents, at) = lock(&self.developed).get(&key)?;
        is_fresh(at, now).then_some(n_agents)
    }

    /// Keeps how many they are, as counted at `at` or later.
    pub(super) fn put_n_developed(&self, account: &AccountId, developer: &str, n_agents: u64, at: Timestamp) {
        let key = (account.clone(), developer.to_owned());
        lock(&self.developed).put(key, (n_agents, at));
    }

    /// Forgets how many agents anyone has developed, as there is one more.
    pub(super) fn forget_n_developed(&self) {
        lock(&self.developed).clear();
    }

    /// Keeps an agent that was read at `at` or later. What is known to be newer stays.
    pub(super) fn put_agent(&self, agent: &Arc<Agent>, at: Timestamp) {
        let mut agents = lock(&self.agents);
        let is_newer = |seen: Seen| seen.agent.revision > agent.revision;
        if !agents.get(&agent.id).is_some_and(is_newer) {
            let agent = agent.clone();
            agents.put(agent.id, Seen { agent, at });
        }
    }

    /// The version, whenever it was read: versions never change.
    pub(super) fn version(&self, agent: AgentId, version: Version) -> Option<Arc<AgentVersion>> {
        lock(&self.versions).get(&(agent, version))
    }

    /// Keeps a version.
    pub(super) fn put_version(&self, agent: AgentId, version: &Arc<AgentVersion>) {
        lock(&self.versions).put((agent, version.version), version.clone());
    }
}

fn is_fresh(at: Timestamp, now: Timestamp) -> bool {
    at <= now && now.since(at) < FRESH
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
