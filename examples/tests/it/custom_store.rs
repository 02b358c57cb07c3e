//! The engine of the `custom_store` example, under the laws that our own engines keep.

#![cfg(test)]

use orch::backends::SqlStore;
use orch_examples::one_connection::OneConnection;

async fn store() -> SqlStore {
    let store = SqlStore::new(OneConnection::new(
        rusqlite::Connection::open_in_memory().unwrap(),
    ));
    store.migrate().await.unwrap();
    store
}

mod engine {
    orch::backends::engine_tests!(super::store().await);
}

mod ledger {
    orch::billing::ledger_store_tests!(super::store().await);
}

mod runs {
    orch::planner::orchestration_store_tests!(super::store().await);
}
