#[cfg(any(test, feature = "testing"))]
pub mod conformance;
#[cfg(feature = "memory")]
pub(crate) mod in_memory;

use std::fmt;

use async_trait::async_trait;

use super::{AgentFilter, AgentKey, Observation, Posting, Sort};
use crate::{
    AccountId, Agent, AgentId, AgentVersion, Event, Page, PageRequest, StoreError, Timestamp, Version,
};

/// Keeps agents with their versions, reviews and words. Each method is one atomic unit of work, which also writes the
/// events that it causes into the store's event log.
#[async_trait]
pub trait CatalogStore: HealthStore + ChangeStore {
    /// Adds an agent with its first version. `false`, and nothing is written, if its id, its slug or its name within
    /// the organization is taken.
    async fn insert(&self, agent: &Agent, postings: &[Posting], events: &[Event])
    -> Result<bool, StoreError>;

    /// Writes a change of an agent. `false`, and nothing is written, if the agent does not stand at the revision that
    /// was changed.
    ///
    /// How its calls went stays as it is, and when it was last seen only moves on: these belong to
    /// [`observe`](HealthStore::observe).
    async fn update(&self, change: &Change) -> Result<bool, StoreError>;

    /// Reads an agent with its latest version, whoever may see it.
    async fn find(&self, key: &AgentKey) -> Result<Option<Agent>, StoreError>;

    /// Reads a version of an agent.
    async fn find_version(
        &self,
        agent: AgentId,
        version: Version,
    ) -> Result<Option<AgentVersion>, StoreError>;

    /// Reads how many stars an account gave an agent; `None` if it gave none.
    async fn find_review(&self, agent: AgentId, account: &AccountId) -> Result<Option<u8>, StoreError>;

    /// Lists the agents that `viewer` may see and that the filter admits, in order.
    async fn list(
        &self,
        viewer: &AccountId,
        filter: &AgentFilter,
        sort: Sort,
        page: PageRequest,
    ) -> Result<Page<Agent>, StoreError>;

    /// Finds the agents that say most about some of the words, at most `limit`, in any order: online, and such as
    /// `viewer` may see. Each word counts as its [`rarity`](super::rarity) times the weight of its posting.
    async fn candidates(
        &self,
        viewer: &AccountId,
        words: &[String],
        limit: u32,
    ) -> Result<Candidates, StoreError>;
}

/// Keeps what is found out about agents while they work. Each method is one atomic unit of work, and none of them is a
/// revision.
#[async_trait]
pub trait HealthStore: fmt::Debug + Send + Sync + 'static {
    /// Adds up how calls went, and moves on when agents were last seen. What is said of an agent that does not exist
    /// goes nowhere.
    async fn observe(&self, observations: &[Observation]) -> Result<(), StoreError>;

    /// Takes at most `limit` agents that are due to be looked at, the longest due first. An agent is due at once, and
    /// then, whenever it is taken, from `next` on; so nobody else is given it until then.
    async fn take_due(&self, now: Timestamp, next: Timestamp, limit: u32) -> Result<Vec<Agent>, StoreError>;
}

/// Tells what changed, for those who keep agents at hand. Each method is one atomic unit of work.
#[async_trait]
pub trait ChangeStore: fmt::Debug + Send + Sync + 'static {
    /// Reads at most `limit` agents that were inserted or revised after a mark, each as it is now, in the order of their
    /// last revision; fewer only where there are no more.
    ///
    /// Whatever was acknowledged before is among what follows the mark, whichever process wrote it: no revision comes to
    /// stand before a mark that was given out. With nothing to tell this is one look at an index. What is no revision,
    /// such as [`observe`](HealthStore::observe), is no change.
    async fn changes(&self, after: Mark, limit: u32) -> Result<Changes, StoreError>;

    /// Reads those of the agents that exist, with their latest versions, in any order, whoever may see them.
    async fn find_all(&self, ids: &[AgentId]) -> Result<Vec<Agent>, StoreError>;
}

/// A place in the order in which agents changed: between two revisions, or before the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// Which change the mark follows, counted by the store; 0 before the first.
    pub place: u64,
    /// The agent that changed there, where a store gives one place to several.
    pub agent: Option<AgentId>,
}

/// What changed after a mark.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes {
    /// The agents, as they are now.
    pub agents: Vec<Agent>,
    /// From where to ask on.
    pub next: Mark,
}

/// A change of an agent, as one unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The agent as it is after the change.
    pub agent: Agent,
    /// The revision that was changed.
    pub from_revision: u64,
    /// The words of the latest version, if the change published it.
    pub published: Option<Vec<Posting>>,
    /// What an account now thinks of the agent, in the place of what it thought before.
    pub review: Option<Review>,
    /// What the change means to others.
    pub events: Vec<Event>,
}

/// What an account thinks of an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// Who.
    pub account: AccountId,
    /// How many stars, of 1 to 5.
    pub stars: u8,
    /// Since when.
    pub at: Timestamp,
}

/// Agents that may fit, and what is needed to tell how well.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Candidates {
    /// The agents.
    pub agents: Vec<Agent>,
    /// How many agents the viewer may see, online or not; counted up to [`Candidates::MAX_COUNT`].
    pub total: u64,
    /// How many of those say each of the words, in the order of the words; counted likewise.
    pub frequencies: Vec<u64>,
}

impl Candidates {
    /// How far a store counts, so that its work stays bounded. Of a more frequent word, it considers the postings of
    /// the greatest weight only.
    pub const MAX_COUNT: u64 = 10_000;
}
