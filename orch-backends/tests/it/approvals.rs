//! Approvals on both engines.
#![cfg(test)]

mod check;
mod race;

mod laws_in_memory {
    orch_approvals::approval_store_tests!(orch_backends::SqlStore::in_memory().await.unwrap());
}

mod laws_on_sqlite {
    orch_approvals::approval_store_tests!(orch_backends::sql::test_db::sqlite().await);
}

mod laws_on_postgres {
    orch_approvals::approval_store_tests!(optional: orch_backends::sql::test_db::postgres().await);
}
