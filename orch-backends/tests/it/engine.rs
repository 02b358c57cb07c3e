//! The engines beneath the stores.

#![expect(clippy::unwrap_used, reason = "a test that fails panics, its helpers too")]

mod broken;
mod encrypted;
mod postgres;
mod sqlite;

mod laws_in_memory {
    orch_backends::engine_tests!(orch_backends::SqlStore::in_memory().await.unwrap());
}

mod laws_on_sqlite {
    orch_backends::engine_tests!(orch_backends::sql::test_db::sqlite().await);
}

mod laws_on_postgres {
    orch_backends::engine_tests!(optional: orch_backends::sql::test_db::postgres().await);
}
