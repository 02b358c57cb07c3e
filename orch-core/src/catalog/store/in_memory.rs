use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::Bound,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;

use super::{Candidates, CatalogStore, Change, ChangeStore, Changes, HealthStore, Mark};
use crate::{
    AccountId, Agent, AgentId, AgentVersion, Event, EventLog, InMemoryEventLog, Page, PageRequest,
    StoreError, Timestamp, Version,
    agent::Status,
    catalog::{AgentFilter, AgentKey, Observation, Posting, Sort, rarity},
};

/// Keeps agents while the process lives: the reference for every other store.
#[derive(Debug, Default)]
pub struct InMemoryCatalog {
    state: Mutex<State>,
    events: Arc<InMemoryEventLog>,
}

#[derive(Debug, Default)]
struct State {
    agents: BTreeMap<AgentId, Agent>,
    /// Slugs and full names; a slug has no slash.
    names: HashMap<String, AgentId>,
    versions: HashMap<(AgentId, Version), Arc<AgentVersion>>,
    reviews: HashMap<(AgentId, AccountId), u8>,
    weights: HashMap<AgentId, HashMap<String, u32>>,
    /// When each agent is to be looked at again; at once, while nothing is said.
    due_at: HashMap<AgentId, Timestamp>,
    /// Which agent was the last to be revised at a place, and where each was.
    changed: BTreeMap<u64, AgentId>,
    places: HashMap<AgentId, u64>,
    /// How many revisions there were.
    n_changes: u64,
}

impl InMemoryCatalog {
    /// A catalog that writes its events into a log that others share.
    pub fn with_events(events: Arc<InMemoryEventLog>) -> Self {
        Self {
            state: Mutex::default(),
            events,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn find(&self, key: &AgentKey) -> Option<&Agent> {
        let id = match key {
            AgentKey::Id(id) => Some(id),
            AgentKey::Slug(slug) => self.names.get(slug.as_str()),
            AgentKey::Name { organization, name } => self.names.get(&format!("{organization}/{name}")),
        };
        id.and_then(|id| self.agents.get(id))
    }

    fn visible(&self, viewer: &AccountId) -> impl Iterator<Item = &Agent> {
        self.agents.values().filter(|agent| agent.is_visible_to(viewer))
    }

    fn weight(&self, agent: &Agent, word: &str) -> u32 {
        let weights = self.weights.get(&agent.id);
        weights
            .and_then(|weights| weights.get(word))
            .copied()
            .unwrap_or(0)
    }

    fn write(&mut self, agent: &Agent, postings: Option<&[Posting]>) {
        if let Some(postings) = postings {
            let weights = postings
                .iter()
                .map(|posting| (posting.word.clone(), posting.weight));
            self.weights.insert(agent.id, weights.collect());
            self.versions
                .insert((agent.id, agent.latest.version), agent.latest.clone());
        }
        let mut agent = agent.clone();
        if let Some(stored) = self.agents.get(&agent.id) {
            agent.performance = stored.performance;
            agent.last_seen = agent.last_seen.max(stored.last_seen);
        }
        if self.agents.get(&agent.id).map(|stored| stored.revision) != Some(agent.revision) {
            self.n_changes += 1;
            if let Some(former) = self.places.insert(agent.id, self.n_changes) {
                self.changed.remove(&former);
            }
            self.changed.insert(self.n_changes, agent.id);
        }
        self.agents.insert(agent.id, agent);
    }
}

#[async_trait]
impl CatalogStore for InMemoryCatalog {
    async fn insert(
        &self,
        agent: &Agent,
        postings: &[Posting],
        events: &[Event],
    ) -> Result<bool, StoreError> {
        let mut state = self.lock();
        let names = [agent.slug.to_string(), agent.full_name()];
        let is_taken =
            state.agents.contains_key(&agent.id) || names.iter().any(|name| state.names.contains_key(name));
        if is_taken || !self.events.append_now(events) {
            return Ok(false);
        }
        state.names.extend(names.map(|name| (name, agent.id)));
        state.write(agent, Some(postings));
        Ok(true)
    }

    async fn update(&self, change: &Change) -> Result<bool, StoreError> {
        let mut state = self.lock();
        let agent = &change.agent;
        let stands = state.agents.get(&agent.id).map(|stored| stored.revision) == Some(change.from_revision);
        if !stands || !self.events.append_now(&change.events) {
            return Ok(false);
        }
        state.write(agent, change.published.as_deref());
        if let Some(review) = &change.review {
            state
                .reviews
                .insert((agent.id, review.account.clone()), review.stars);
        }
        Ok(true)
    }

    async fn find(&self, key: &AgentKey) -> Result<Option<Agent>, StoreError> {
        Ok(self.lock().find(key).cloned())
    }

    async fn find_version(
        &self,
        agent: AgentId,
        version: Version,
    ) -> Result<Option<AgentVersion>, StoreError> {
        let state = self.lock();
        Ok(state
            .versions
            .get(&(agent, version))
            .map(|version| AgentVersion::clone(version)))
    }

    async fn find_review(&self, agent: AgentId, account: &AccountId) -> Result<Option<u8>, StoreError> {
        Ok(self.lock().reviews.get(&(agent, account.clone())).copied())
    }

    async fn list(
        &self,
        viewer: &AccountId,
        filter: &AgentFilter,
        sort: Sort,
        page: PageRequest,
    ) -> Result<Page<Agent>, StoreError> {
        let state = self.lock();
        let mut agents: Vec<&Agent> = state
            .visible(viewer)
            .filter(|agent| filter.admits(agent))
            .collect();
        agents.sort_by(|left, right| sort.compare(left, right));
        let offset = usize::try_from(page.offset).unwrap_or(usize::MAX);
        Ok(Page {
            items: agents
                .iter()
                .skip(offset)
                .take(page.limit as usize)
                .copied()
                .cloned()
                .collect(),
            total: agents.len() as u64,
        })
    }

    async fn candidates(
        &self,
        viewer: &AccountId,
        words: &[String],
        limit: u32,
    ) -> Result<Candidates, StoreError> {
        let state = self.lock();
        let count = |says: &dyn Fn(&Agent) -> bool| {
            let count = state.visible(viewer).filter(|agent| says(agent)).count() as u64;
            count.min(Candidates::MAX_COUNT)
        };
        let total = count(&|_| true);
        let frequencies: Vec<u64> = words
            .iter()
            .map(|word| count(&|agent| state.weight(agent, word) > 0))
            .collect();
        let mut scored: Vec<(f64, &Agent)> = state
            .visible(viewer)
            .filter(|agent| agent.status == Status::Online)
            .map(|agent| {
                let says = words.iter().zip(&frequencies);
                let score = says.map(|(word, &frequency)| {
                    rarity(frequency, total) * f64::from(state.weight(agent, word))
                });
                (score.sum(), agent)
            })
            .filter(|(score, _)| *score > 0.0)
            .collect();
        scored.sort_by(|left, right| right.0.total_cmp(&left.0).then(left.1.id.cmp(&right.1.id)));
        let agents = scored
            .into_iter()
            .take(limit as usize)
            .map(|(_, agent)| agent.clone())
            .collect();
        Ok(Candidates {
            agents,
            total,
            frequencies,
        })
    }
}

#[async_trait]
impl HealthStore for InMemoryCatalog {
    async fn observe(&self, observations: &[Observation]) -> Result<(), StoreError> {
        let mut state = self.lock();
        for observation in observations {
            if let Some(agent) = state.agents.get_mut(&observation.agent) {
                agent.performance = agent.performance.plus(observation.calls);
                agent.last_seen = agent.last_seen.max(observation.seen_at);
            }
        }
        Ok(())
    }

    async fn take_due(&self, now: Timestamp, next: Timestamp, limit: u32) -> Result<Vec<Agent>, StoreError> {
        let mut state = self.lock();
        let due_at = |id: &AgentId| state.due_at.get(id).copied();
        let mut due: Vec<_> = state.agents.keys().map(|id| (due_at(id), *id)).collect();
        due.retain(|(at, _)| at.is_none_or(|at| at <= now));
        due.sort_unstable();
        due.truncate(limit as usize);
        state.due_at.extend(due.iter().map(|(_, id)| (*id, next)));
        Ok(due
            .iter()
            .filter_map(|(_, id)| state.agents.get(id).cloned())
            .collect())
    }
}

#[async_trait]
impl ChangeStore for InMemoryCatalog {
    async fn changes(&self, after: Mark, limit: u32) -> Result<Changes, StoreError> {
        let state = self.lock();
        let following = (Bound::Excluded(after.place), Bound::Unbounded);
        let changed = state.changed.range(following).take(limit as usize);
        let mut changes = Changes {
            agents: Vec::new(),
            next: after,
        };
        for (place, id) in changed {
            changes.next.place = *place;
            changes.agents.extend(state.agents.get(id).cloned());
        }
        Ok(changes)
    }

    async fn find_all(&self, ids: &[AgentId]) -> Result<Vec<Agent>, StoreError> {
        let state = self.lock();
        let ids: BTreeSet<&AgentId> = ids.iter().collect();
        Ok(ids
            .into_iter()
            .filter_map(|id| state.agents.get(id).cloned())
            .collect())
    }
}

/// Reads what the catalog's units wrote, and shares the log with others.
#[async_trait]
impl EventLog for InMemoryCatalog {
    async fn append(&self, events: &[Event]) -> Result<bool, StoreError> {
        self.events.append(events).await
    }

    async fn read(&self, stream: &str, from_seq: u64, limit: u32) -> Result<Vec<Event>, StoreError> {
        self.events.read(stream, from_seq, limit).await
    }
}

#[cfg(test)]
mod tests {
    crate::catalog_store_tests!(crate::InMemoryCatalog::default());
}
