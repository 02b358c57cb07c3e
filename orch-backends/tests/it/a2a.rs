//! Services and signed transactions on both engines.

mod laws_in_memory {
    orch_a2a::service_store_tests!(orch_backends::SqlStore::in_memory().await.unwrap());
    orch_a2a::transaction_store_tests!(orch_backends::SqlStore::in_memory().await.unwrap());
}

mod laws_on_sqlite {
    orch_a2a::service_store_tests!(orch_backends::sql::test_db::sqlite().await);
    orch_a2a::transaction_store_tests!(orch_backends::sql::test_db::sqlite().await);
}

mod laws_on_postgres {
    orch_a2a::service_store_tests!(optional: orch_backends::sql::test_db::postgres().await);
    orch_a2a::transaction_store_tests!(optional: orch_backends::sql::test_db::postgres().await);
}
