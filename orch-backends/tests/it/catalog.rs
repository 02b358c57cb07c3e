//! The catalog on both engines.
#![cfg(test)]

mod check;
mod earlier;
mod large;

mod laws_in_memory {
    orch_core::catalog_store_tests!(orch_backends::SqlStore::in_memory().await.unwrap());
}

mod laws_on_sqlite {
    orch_core::catalog_store_tests!(orch_backends::sql::test_db::sqlite().await);
}

mod laws_on_postgres {
    orch_core::catalog_store_tests!(optional: orch_backends::sql::test_db::postgres().await);
}
