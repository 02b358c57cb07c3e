//! An earlier release beside, which knows of no order of changes.

use orch_backends::{SqlStore, sql::test_db};
use orch_core::{
    Agent, Amount, Caller, Catalog, CatalogStore, Currency, InMemoryCatalog, ManualClock, SeededEntropy,
    Task,
    agent::{Endpoint, Pricing},
    catalog::{AgentDraft, ChangeStore, Mark, VersionDraft},
};
use std::sync::Arc;

async fn agent(name: &str, number: u64) -> Agent {
    let store = Arc::new(InMemoryCatalog::default());
    let entropy = Arc::new(SeededEntropy::new(number));
    let catalog = Catalog::new(store, Arc::new(ManualClock::default()), entropy);
    let price = Amount::new(100_000, Currency::Algo).unwrap();
    let version = VersionDraft::new(
        name,
        vec![Task::new("task", "")],
        Pricing::per_request(price),
        Endpoint::InProcess,
    );
    let draft = AgentDraft::new("acme".parse().unwrap(), name.parse().unwrap(), version);
    let owner = Caller::host("owner".parse().unwrap());
    Agent::clone(&catalog.register(&owner, draft).await.unwrap())
}

async fn run(store: &SqlStore, sql: &'static str) {
    let n_rows = store
        .write(sql, |tx, sql| Box::pin(tx.execute(sql, &[])))
        .await
        .unwrap();
    assert!(n_rows > 0, "{sql}");
}

/// What it inserts bears the defaults of the columns, and what it revises keeps the place that it had.
async fn what_an_earlier_release_changes_is_told(store: SqlStore) {
    let (one, other) = (agent("one", 1).await, agent("other", 2).await);
    for agent in [&one, &other] {
        assert!(store.insert(agent, &[], &[]).await.unwrap());
    }
    let known = store.changes(Mark::default(), 10).await.unwrap();
    run(&store, "UPDATE orch_agents SET revision = 2 WHERE name = 'one'").await;
    let revised = store.changes(known.next, 10).await.unwrap();
    assert_eq!(revised.agents, [Agent { revision: 2, ..one }]);
    run(
        &store,
        "UPDATE orch_agents SET place = 0, placed = 0 WHERE name = 'other'",
    )
    .await;
    let inserted = store.changes(revised.next, 10).await.unwrap();
    assert_eq!(inserted.agents, [other]);
    let nothing = store.changes(inserted.next, 10).await.unwrap();
    assert!(nothing.agents.is_empty());
}

#[tokio::test]
async fn what_an_earlier_release_changes_is_told_on_sqlite() {
    what_an_earlier_release_changes_is_told(test_db::sqlite().await).await;
}

#[tokio::test]
async fn what_an_earlier_release_changes_is_told_on_postgres() {
    if let Some(store) = test_db::postgres().await {
        what_an_earlier_release_changes_is_told(store).await;
    }
}
