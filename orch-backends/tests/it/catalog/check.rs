//! What the check of a database finds in a catalog.

use std::sync::Arc;

use orch_backends::{SqlStore, sql::test_db};
use orch_core::{
    Amount, Caller, Catalog, Currency, ManualClock, SeededEntropy, Task,
    agent::{Endpoint, Pricing, Status, Visibility},
    catalog::{AgentDraft, VersionDraft},
};

use crate::spoiled::{broken, spoil};

fn draft(name: &str, visibility: Visibility) -> AgentDraft {
    let pricing = Pricing::per_request(Amount::new(5, Currency::Algo).unwrap());
    let tasks = vec![Task::new("read_table", "Reads a table")];
    let mut version = VersionDraft::new("Tables", tasks, pricing, Endpoint::InProcess);
    version.tags = vec!["Table".into(), "csv".into()];
    AgentDraft {
        visibility,
        ..AgentDraft::new("acme".parse().unwrap(), name.parse().unwrap(), version)
    }
}

/// A catalog in which everything happened that can happen.
async fn fill(store: &SqlStore) {
    let (clock, entropy) = (
        Arc::new(ManualClock::default()),
        Arc::new(SeededEntropy::default()),
    );
    let catalog = Catalog::new(Arc::new(store.clone()), clock, entropy);
    let owner = Caller::host("owner".parse().unwrap());
    for (name, visibility) in [("one", Visibility::Public), ("two", Visibility::Private)] {
        let agent = catalog.register(&owner, draft(name, visibility)).await.unwrap();
        catalog.rate(&owner, agent.id, 4).await.unwrap();
        catalog
            .set_status(&owner, agent.id, Status::Offline)
            .await
            .unwrap();
        let next = draft(name, visibility).version;
        catalog.revise(&owner, agent.id, next).await.unwrap();
        let first = "v1".parse().unwrap();
        catalog
            .deprecate(&owner, agent.id, first, "use v2", None)
            .await
            .unwrap();
    }
}

async fn every_law_is_checked(store: SqlStore) {
    fill(&store).await;
    assert_eq!(store.check().await.unwrap(), []);
    let breaks = [
        (
            "UPDATE orch_catalog_terms SET agent = agent || 'x'",
            "a word belongs to an agent and has its audience",
        ),
        (
            "DELETE FROM orch_events WHERE seq = 2",
            "the events of a stream count from 1 without gaps",
        ),
        (
            "UPDATE orch_agents SET revision = 6",
            "an agent's revision is its last event",
        ),
        (
            "UPDATE orch_agents SET audience = 'third'",
            "an agent is seen by everyone or by its owner",
        ),
        (
            "UPDATE orch_agents SET rating = 1.5",
            "an agent's rating is the mean of its stars",
        ),
        (
            "UPDATE orch_agents SET answered = 1",
            "an agent answers no more calls than it is sent",
        ),
        (
            "UPDATE orch_agent_versions SET document = REPLACE(document, '\"v2\"', '\"v3\"')",
            "a version's document bears its number",
        ),
        (
            "UPDATE orch_agents SET document = REPLACE(document, '\"agent_0', '\"agent_1')",
            "an agent's documents bear its id",
        ),
        (
            "UPDATE orch_agent_reviews SET stars = 3",
            "an agent's rating counts its reviews",
        ),
        (
            "UPDATE orch_agent_reviews SET stars = 6",
            "a review has 1 to 5 stars",
        ),
        (
            "UPDATE orch_agents SET document = '{}'",
            "an agent's documents are readable",
        ),
        (
            "DELETE FROM orch_agent_versions WHERE version = 'v2'",
            "the latest version of an agent exists",
        ),
        (
            "UPDATE orch_agent_versions SET agent = agent || 'x'",
            "a version belongs to an agent",
        ),
        (
            "UPDATE orch_agent_tags SET agent = agent || 'x'",
            "a tag belongs to an agent",
        ),
        (
            "UPDATE orch_agent_reviews SET agent = agent || 'x'",
            "a review belongs to an agent",
        ),
    ];
    for (sql, law) in breaks {
        assert!(!broken(&store).await.contains(law), "{law}: before {sql}");
        spoil(&store, sql).await;
        assert!(broken(&store).await.contains(law), "{law}: after {sql}");
    }
}

#[tokio::test]
async fn every_law_is_checked_on_sqlite() {
    every_law_is_checked(test_db::sqlite().await).await;
}

#[tokio::test]
async fn every_law_is_checked_on_postgres() {
    if let Some(store) = test_db::postgres().await {
        every_law_is_checked(store).await;
    }
}
