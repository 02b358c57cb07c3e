//! API keys and the agents that sign, on both engines.

mod laws_in_memory {
    orch_auth::api_key_store_tests!(orch_backends::SqlStore::in_memory().await.unwrap());
    orch_auth::party_store_tests!(orch_backends::SqlStore::in_memory().await.unwrap());
}

mod laws_on_sqlite {
    orch_auth::api_key_store_tests!(orch_backends::sql::test_db::sqlite().await);
    orch_auth::party_store_tests!(orch_backends::sql::test_db::sqlite().await);
}

mod laws_on_postgres {
    orch_auth::api_key_store_tests!(optional: orch_backends::sql::test_db::postgres().await);
    orch_auth::party_store_tests!(optional: orch_backends::sql::test_db::postgres().await);
}
