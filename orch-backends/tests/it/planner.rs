//! Runs on every engine.
#![cfg(test)]

mod check;
mod runs;

mod sqlite {
    orch_planner::orchestration_store_tests!(orch_backends::sql::test_db::sqlite().await);
}

mod sqlite_in_memory {
    orch_planner::orchestration_store_tests!(orch_backends::SqlStore::in_memory().await.unwrap());
}

mod postgres {
    orch_planner::orchestration_store_tests!(optional: orch_backends::sql::test_db::postgres().await);
}
