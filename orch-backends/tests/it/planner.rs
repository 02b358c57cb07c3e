//! Runs on every engine.
#![cfg(test)]

mod check;
mod runs;
mod units;

mod sqlite {
    orch_planner::orchestration_store_tests!(orch_backends::sql::test_db::sqlite().await);
}

mod sqlite_in_memory {
    orch_planner::orchestration_store_tests!(orch_backends::SqlStore::in_memory().await.unwrap());
}

mod postgres {
    orch_planner::orchestration_store_tests!(optional: orch_backends::sql::test_db::postgres().await);
}

/// Runs and their money in one.
mod paid {
    mod sqlite {
        use orch_planner::paid_run::store::conformance::Joined;

        orch_planner::paid_run_store_tests!(Joined::of(orch_backends::sql::test_db::sqlite().await));
    }

    mod sqlite_in_memory {
        use orch_planner::paid_run::store::conformance::Joined;

        orch_planner::paid_run_store_tests!(Joined::of(orch_backends::SqlStore::in_memory().await.unwrap()));
    }

    mod postgres {
        use orch_planner::paid_run::store::conformance::Joined;

        orch_planner::paid_run_store_tests!(optional: orch_backends::sql::test_db::postgres().await.map(Joined::of));
    }
}
