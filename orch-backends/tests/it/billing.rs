//! The ledger on every engine.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod check;
mod scripts;
mod statements;
mod together;

mod sqlite {
    use orch_backends::sql::test_db;

    orch_billing::ledger_store_tests!(test_db::sqlite().await);
}

mod sqlite_in_memory {
    orch_billing::ledger_store_tests!(orch_backends::SqlStore::in_memory().await.unwrap());
}

mod postgres {
    use orch_backends::sql::test_db;

    orch_billing::ledger_store_tests!(match test_db::postgres().await {
        Some(store) => store,
        None => return,
    });
}
