//! The catalog of agents.

mod changes;
mod health;
mod list;
mod row;
mod words;
mod write;

use async_trait::async_trait;
use orch_core::{
    AccountId, Agent, AgentId, AgentVersion, CatalogStore, Event, Page, PageRequest, StoreError, Version,
    catalog::{AgentFilter, AgentKey, Candidates, Change, Posting, Sort},
};

use super::{SqlStore, Value};

pub(super) use row::{AGENT, FROM, StoredAgent, StoredVersion};

#[async_trait]
impl CatalogStore for SqlStore {
    async fn insert(
        &self,
        agent: &Agent,
        postings: &[Posting],
        events: &[Event],
    ) -> Result<bool, StoreError> {
        let input = (agent.clone(), postings.to_vec(), events.to_vec());
        self.write(input, |tx, (agent, postings, events)| {
            Box::pin(write::insert(tx, agent, postings, events))
        })
        .await
    }

    async fn update(&self, change: &Change) -> Result<bool, StoreError> {
        self.write(change.clone(), |tx, change| Box::pin(write::update(tx, change)))
            .await
    }

    async fn find(&self, key: &AgentKey) -> Result<Option<Agent>, StoreError> {
        self.read(key.clone(), |tx, key| {
            Box::pin(async move {
                let (condition, params) = match key {
                    AgentKey::Id(id) => ("a.id = ?1", vec![Value::text(id)]),
                    AgentKey::Slug(slug) => ("a.slug = ?1", vec![slug.as_str().into()]),
                    AgentKey::Name { organization, name } => (
                        "a.organization = ?1 AND a.name = ?2",
                        vec![organization.as_str().into(), name.as_str().into()],
                    ),
                };
                let sql = format!("SELECT {AGENT} FROM {FROM} WHERE {condition}");
                let rows = tx.query(&sql, &params).await?;
                rows.first().map(row::agent).transpose()
            })
        })
        .await
    }

    async fn find_version(
        &self,
        agent: AgentId,
        version: Version,
    ) -> Result<Option<AgentVersion>, StoreError> {
        self.read((agent, version), |tx, (agent, version)| {
            Box::pin(async move {
                let sql = "SELECT agent, version, document FROM orch_agent_versions WHERE agent = ?1 AND version = ?2";
                let rows = tx.query(sql, &[Value::text(agent), Value::text(version)]).await?;
                rows.first().map(row::version).transpose()
            })
        })
        .await
    }

    async fn find_review(&self, agent: AgentId, account: &AccountId) -> Result<Option<u8>, StoreError> {
        self.read((agent, account.clone()), |tx, (agent, account)| {
            Box::pin(async move {
                let sql = "SELECT agent, stars FROM orch_agent_reviews WHERE agent = ?1 AND account = ?2";
                let rows = tx
                    .query(sql, &[Value::text(agent), account.as_str().into()])
                    .await?;
                rows.first()
                    .map(|row| row.of("orch_agent_reviews").number("stars"))
                    .transpose()
            })
        })
        .await
    }

    async fn list(
        &self,
        viewer: &AccountId,
        filter: &AgentFilter,
        sort: Sort,
        page: PageRequest,
    ) -> Result<Page<Agent>, StoreError> {
        let input = (viewer.clone(), filter.clone(), sort, page);
        self.read(input, |tx, (viewer, filter, sort, page)| {
            Box::pin(list::list(tx, viewer, filter, *sort, *page))
        })
        .await
    }

    async fn candidates(
        &self,
        viewer: &AccountId,
        words: &[String],
        limit: u32,
    ) -> Result<Candidates, StoreError> {
        self.read(
            (viewer.clone(), words.to_vec(), limit),
            |tx, (viewer, words, limit)| Box::pin(words::candidates(tx, viewer, words, *limit)),
        )
        .await
    }
}
