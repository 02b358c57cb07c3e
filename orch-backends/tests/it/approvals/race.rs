//! Eight decide and use at once, on a file and on a server, and the stored rows agree.

use std::sync::Arc;

use orch_approvals::store::conformance;
use orch_backends::{SqlStore, sql::test_db};

/// How many tries; `ORCH_APPROVAL_RACES` says otherwise.
const TRIES: u64 = 100;

#[expect(
    clippy::disallowed_methods,
    reason = "whoever runs the test says how long it may take"
)]
fn tries() -> u64 {
    let said = std::env::var("ORCH_APPROVAL_RACES").ok();
    said.and_then(|said| said.parse().ok()).unwrap_or(TRIES)
}

async fn race(store: SqlStore) {
    conformance::race(Arc::new(store.clone()), tries()).await;
    assert_eq!(store.check().await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn each_race_has_one_outcome_and_one_use_on_sqlite() {
    race(test_db::sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn each_race_has_one_outcome_and_one_use_on_postgres() {
    if let Some(store) = test_db::postgres().await {
        race(store).await;
    }
}
