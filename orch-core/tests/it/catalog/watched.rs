use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use orch_core::{
    AccountId, Agent, AgentId, AgentVersion, CatalogStore, Event, InMemoryCatalog, Page, PageRequest,
    StoreError, Timestamp, Version,
    catalog::{
        AgentFilter, AgentKey, Candidates, Change, ChangeStore, Changes, HealthStore, Mark, Observation,
        Posting, Sort,
    },
};

/// A store that counts its point reads and its searches, and on which changes race: they wait until so many stand in line.
#[derive(Debug, Default)]
pub(super) struct Watched {
    store: InMemoryCatalog,
    reads: AtomicUsize,
    searches: AtomicUsize,
    missing: AtomicUsize,
}

impl Watched {
    pub(super) fn line_up(&self, count: usize) {
        self.missing.store(count, Ordering::Relaxed);
    }

    /// How many lists and searches for candidates there were since the last time.
    pub(super) fn count_searches(&self) -> usize {
        self.searches.swap(0, Ordering::Relaxed)
    }

    /// How many point reads there were since the last time.
    pub(super) fn count_reads(&self) -> usize {
        self.reads.swap(0, Ordering::Relaxed)
    }
}

#[async_trait]
impl CatalogStore for Watched {
    async fn insert(
        &self,
        agent: &Agent,
        postings: &[Posting],
        events: &[Event],
    ) -> Result<bool, StoreError> {
        self.store.insert(agent, postings, events).await
    }

    async fn update(&self, change: &Change) -> Result<bool, StoreError> {
        let one_less = |missing: usize| missing.checked_sub(1);
        let _ = self
            .missing
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less);
        while self.missing.load(Ordering::Relaxed) > 0 {
            tokio::task::yield_now().await;
        }
        self.store.update(change).await
    }

    async fn find(&self, key: &AgentKey) -> Result<Option<Agent>, StoreError> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.store.find(key).await
    }

    async fn find_version(
        &self,
        agent: AgentId,
        version: Version,
    ) -> Result<Option<AgentVersion>, StoreError> {
        self.reads.fetch_add(1, Ordering::Relaxed);
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
        self.searches.fetch_add(1, Ordering::Relaxed);
        self.store.list(viewer, filter, sort, page).await
    }

    async fn candidates(
        &self,
        viewer: &AccountId,
        words: &[String],
        limit: u32,
    ) -> Result<Candidates, StoreError> {
        self.searches.fetch_add(1, Ordering::Relaxed);
        self.store.candidates(viewer, words, limit).await
    }
}

#[async_trait]
impl HealthStore for Watched {
    async fn observe(&self, observations: &[Observation]) -> Result<(), StoreError> {
        self.store.observe(observations).await
    }

    async fn take_due(&self, now: Timestamp, next: Timestamp, limit: u32) -> Result<Vec<Agent>, StoreError> {
        self.store.take_due(now, next, limit).await
    }
}

#[async_trait]
impl ChangeStore for Watched {
    async fn changes(&self, after: Mark, limit: u32) -> Result<Changes, StoreError> {
        self.store.changes(after, limit).await
    }

    async fn find_all(&self, ids: &[AgentId]) -> Result<Vec<Agent>, StoreError> {
        self.store.find_all(ids).await
    }
}
