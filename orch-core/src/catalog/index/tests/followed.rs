//! The laws of every store hold where its lists are made from what is at hand.

use std::sync::Arc;

use async_trait::async_trait;

use crate::{
    AccountId, Agent, AgentId, AgentVersion, Caller, Catalog, CatalogStore, Event, EventLog, InMemoryCatalog,
    ManualClock, Page, PageRequest, SeededEntropy, StoreError, Timestamp, Version,
    catalog::{
        AgentFilter, AgentKey, Candidates, Change, ChangeStore, Changes, HealthStore, Mark, Observation,
        Posting, Sort,
    },
};

/// A store, and a catalog over it that answers for its lists.
#[derive(Debug)]
struct Followed {
    store: Arc<InMemoryCatalog>,
    catalog: Catalog,
}

impl Default for Followed {
    fn default() -> Self {
        let store = Arc::new(InMemoryCatalog::default());
        let (clock, entropy) = (ManualClock::default(), SeededEntropy::default());
        Self {
            catalog: Catalog::new(store.clone(), Arc::new(clock), Arc::new(entropy)),
            store,
        }
    }
}

#[async_trait]
impl CatalogStore for Followed {
    async fn insert(
        &self,
        agent: &Agent,
        postings: &[Posting],
        events: &[Event],
    ) -> Result<bool, StoreError> {
        self.store.insert(agent, postings, events).await
    }

    async fn update(&self, change: &Change) -> Result<bool, StoreError> {
        self.store.update(change).await
    }

    async fn find(&self, key: &AgentKey) -> Result<Option<Agent>, StoreError> {
        self.store.find(key).await
    }

    async fn find_version(
        &self,
        agent: AgentId,
        version: Version,
    ) -> Result<Option<AgentVersion>, StoreError> {
        self.store.find_version(agent, version).await
    }

    async fn find_review(&self, agent: AgentId, account: &AccountId) -> Result<Option<u8>, StoreError> {
        self.store.find_review(agent, account).await
    }

    async fn list(
        &self,
        viewer: &AccountId,
        filter: &AgentFilter,
        sort: Sort,
        page: PageRequest,
    ) -> Result<Page<Agent>, StoreError> {
        let listed = self.catalog.list_at_hand(viewer, filter, sort, page).await;
        let page = listed.unwrap().expect("everything is at hand");
        Ok(page.map(|agent| Agent::clone(&agent)))
    }

    async fn candidates(
        &self,
        viewer: &AccountId,
        words: &[String],
        limit: u32,
    ) -> Result<Candidates, StoreError> {
        let candidates = self.store.candidates(viewer, words, limit).await?;
        // Whoever is ranked is a candidate, if all words are asked for as they are.
        let (caller, text) = (Caller::host(viewer.clone()), words.join(" "));
        for found in self.catalog.rank(&caller, &text, 100).await.unwrap() {
            assert!(found.agent.is_visible_to(viewer));
        }
        Ok(candidates)
    }
}

#[async_trait]
impl HealthStore for Followed {
    async fn observe(&self, observations: &[Observation]) -> Result<(), StoreError> {
        self.store.observe(observations).await
    }

    async fn take_due(&self, now: Timestamp, next: Timestamp, limit: u32) -> Result<Vec<Agent>, StoreError> {
        self.store.take_due(now, next, limit).await
    }
}

#[async_trait]
impl ChangeStore for Followed {
    async fn changes(&self, after: Mark, limit: u32) -> Result<Changes, StoreError> {
        self.store.changes(after, limit).await
    }

    async fn find_all(&self, ids: &[AgentId]) -> Result<Vec<Agent>, StoreError> {
        self.store.find_all(ids).await
    }
}

#[async_trait]
impl EventLog for Followed {
    async fn append(&self, events: &[Event]) -> Result<bool, StoreError> {
        self.store.append(events).await
    }

    async fn read(&self, stream: &str, from_seq: u64, limit: u32) -> Result<Vec<Event>, StoreError> {
        self.store.read(stream, from_seq, limit).await
    }
}

crate::catalog_store_tests!(Followed::default());
