//! The catalog: who offers which tasks, in which versions, at what price, and what callers think of them.

mod cache;
mod change;
mod check;
mod draft;
mod error;
mod filter;
mod health;
#[cfg(feature = "search")]
mod index;
#[cfg(feature = "search")]
mod rank;
mod reference;
#[cfg(feature = "search")]
mod search;
mod store;
mod weight;

pub use draft::{AgentDraft, VersionDraft};
pub use error::CatalogError;
pub use filter::{AgentFilter, Sort, SortKey};
pub use health::Observation;
#[cfg(feature = "search")]
pub use rank::RankedTask;
pub use reference::AgentKey;
#[cfg(any(test, feature = "testing"))]
pub use store::conformance;
#[cfg(feature = "memory")]
pub use store::in_memory::InMemoryCatalog;
pub use store::{Candidates, CatalogStore, Change, ChangeStore, Changes, HealthStore, Mark, Review};
pub use weight::{Posting, rarity};

use std::sync::Arc;

use cache::Cache;
use reference::{Reference, Wanted};

use crate::{Agent, AgentId, AgentVersion, Caller, Clock, Entropy, Page, PageRequest, Version};

/// Finds, lists and ranks agents, and takes in new ones. Cloning is cheap; clones are one catalog.
///
/// A private agent does not exist for any account but its owner's. Versions never change, so 2,000 of them are kept at
/// hand; what does change about an agent is read again when [`version`](Self::version) or [`glance`](Self::glance) finds it
/// older than a second.
#[derive(Clone, Debug)]
pub struct Catalog {
    store: Arc<dyn CatalogStore>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    cache: Arc<Cache>,
    #[cfg(feature = "search")]
    at_hand: Arc<index::AtHand>,
}

/// An agent with one of its versions: what an invocation stands on.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolved {
    /// The agent.
    pub agent: Arc<Agent>,
    /// The version asked for, which need not be the latest.
    pub version: Arc<AgentVersion>,
}

impl Catalog {
    /// A catalog of what the store keeps.
    pub fn new(store: Arc<dyn CatalogStore>, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self {
            store,
            clock,
            entropy,
            cache: Arc::default(),
            #[cfg(feature = "search")]
            at_hand: Arc::new(index::AtHand::within(Self::MAX_BYTES_AT_HAND)),
        }
    }

    /// The agent of an id, a slug or an `organization/name`, each perhaps followed by `@` and a version that it must
    /// have: `table`, `acme/table@v2`, `acme/table@latest`.
    pub async fn find(&self, caller: &Caller, reference: &str) -> Result<Arc<Agent>, CatalogError> {
        Ok(self.resolve(caller, reference).await?.agent)
    }

    /// The agent that [`find`](Self::find) yields, to be shown: up to a second old, without a look at the store if it is at
    /// hand. What this catalog itself changed is seen at once.
    pub async fn glance(&self, caller: &Caller, reference: &str) -> Result<Arc<Agent>, CatalogError> {
        let known = match Reference::parse(reference)? {
            Reference {
                key,
                version: Wanted::Latest,
            } => self.cache.named(&key, self.clock.now()),
            _ => None,
        };
        match known.filter(|agent| agent.is_visible_to(caller.account())) {
            Some(agent) => Ok(agent),
            None => self.find(caller, reference).await,
        }
    }

    /// The agent that [`find`](Self::find) yields, with the version asked for: the latest where none is.
    pub async fn resolve(&self, caller: &Caller, reference: &str) -> Result<Resolved, CatalogError> {
        let Reference { key, version } = Reference::parse(reference)?;
        let agent = self.read(caller, &key).await?;
        let agent = agent.ok_or_else(|| CatalogError::agent_not_found(reference))?;
        let version = match version {
            Wanted::Latest => agent.latest.clone(),
            Wanted::Exactly(version) => self.version_of(&agent, version).await?,
            Wanted::Unknown(text) => return Err(CatalogError::version_not_found(&agent, text)),
        };
        Ok(Resolved { agent, version })
    }

    /// The agent of an id with one of its versions, without a look at the store if both are at hand.
    ///
    /// What may change about the agent, such as its status and its rating, is up to a second old.
    pub async fn version(
        &self,
        caller: &Caller,
        id: AgentId,
        version: Version,
    ) -> Result<Resolved, CatalogError> {
        let agent = match self.cache.agent(id, self.clock.now()) {
            Some(agent) => Some(agent).filter(|agent| agent.is_visible_to(caller.account())),
            None => self.read(caller, &AgentKey::Id(id)).await?,
        };
        let agent = agent.ok_or_else(|| CatalogError::agent_not_found(&id))?;
        let version = self.version_of(&agent, version).await?;
        Ok(Resolved { agent, version })
    }

    /// Agents that the filter admits, in order, and how many there are.
    ///
    /// With the feature `search` they are found in memory, as [`load`](Self::load) says, and read from the store by their ids.
    pub async fn list(
        &self,
        caller: &Caller,
        filter: &AgentFilter,
        sort: Sort,
        page: PageRequest,
    ) -> Result<Page<Arc<Agent>>, CatalogError> {
        filter.check()?;
        #[cfg(feature = "search")]
        if let Some(page) = self.list_at_hand(caller.account(), filter, sort, page).await? {
            return Ok(page);
        }
        let page = self.store.list(caller.account(), filter, sort, page).await?;
        Ok(page.map(Arc::new))
    }

    /// How many agents of that developer the caller may see; up to a second old.
    pub async fn n_developed(&self, caller: &Caller, developer: &str) -> Result<u64, CatalogError> {
        let (account, now) = (caller.account(), self.clock.now());
        if let Some(n_agents) = self.cache.n_developed(account, developer, now) {
            return Ok(n_agents);
        }
        let by_developer = AgentFilter {
            developer: Some(developer.to_owned()),
            ..AgentFilter::default()
        };
        let one = PageRequest::new(1, 0);
        let n_agents = self
            .list(caller, &by_developer, Sort::default(), one)
            .await?
            .total;
        self.cache.put_n_developed(account, developer, n_agents, now);
        Ok(n_agents)
    }

    /// Reads an agent that the caller may see, and keeps it at hand.
    async fn read(&self, caller: &Caller, key: &AgentKey) -> Result<Option<Arc<Agent>>, CatalogError> {
        let now = self.clock.now();
        let Some(agent) = self.store.find(key).await? else {
            return Ok(None);
        };
        let agent = Arc::new(agent);
        self.cache.put_agent(&agent, now);
        self.cache.put_bearer(key, agent.id, now);
        Ok(Some(agent).filter(|agent| agent.is_visible_to(caller.account())))
    }

    async fn version_of(&self, agent: &Agent, version: Version) -> Result<Arc<AgentVersion>, CatalogError> {
        if agent.latest.version == version {
            return Ok(agent.latest.clone());
        }
        if let Some(version) = self.cache.version(agent.id, version) {
            return Ok(version);
        }
        let found = self.store.find_version(agent.id, version).await?;
        let found = found.ok_or_else(|| CatalogError::version_not_found(agent, &version))?;
        let found = Arc::new(found);
        self.cache.put_version(agent.id, &found);
        Ok(found)
    }
}
