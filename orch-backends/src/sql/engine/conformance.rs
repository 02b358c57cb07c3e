//! The laws of an engine, for whoever makes one. Each takes a store on a fresh database.
//!
//! [`engine_tests!`](crate::engine_tests) stamps a test for each.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a law that is broken panics, as a test does"
)]

mod statements;
mod units;

use orch_core::StoreError;

pub use self::{statements::*, units::*};
use super::super::{Row, SqlStore};

/// Stamps a test for each law of an engine.
///
/// It takes an async expression that makes a [`SqlStore`] on a fresh database, or `optional:` and one that makes an
/// `Option` of it, where `None` skips the laws.
#[macro_export]
macro_rules! engine_tests {
    (optional: $store:expr) => {
        $crate::engine_tests! { @stamp $store;
            parameters_bind_by_their_number
            parameters_of_the_wrong_number_are_refused
            values_come_back_as_they_went
            what_one_engine_cannot_keep_none_keeps
            text_sorts_by_its_bytes
            rows_are_counted_when_they_match
            a_unit_sees_its_own_writes
            a_read_sees_what_was_acknowledged
            a_read_cannot_write
            a_failed_unit_leaves_nothing
            a_hidden_failure_is_not_committed
            a_panic_leaves_nothing_and_the_engine_lives_on
            a_failed_unit_spares_its_neighbors
            a_race_is_settled_by_the_row
            a_unit_whose_caller_went_away_is_whole
            texts_that_are_put_together_do_not_exhaust_it
            it_tells_the_time
        }
    };
    (@stamp $store:expr; $($law:ident)+) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $law() {
                let store: Option<$crate::SqlStore> = $store;
                if let Some(store) = store {
                    $crate::sql::conformance::$law(store).await;
                }
            }
        )+
    };
    ($store:expr) => {
        $crate::engine_tests!(optional: Some($store));
    };
}

const INSERT: &str = "INSERT INTO law_rows (id, n) VALUES (?1, ?2)";

async fn create(store: &SqlStore, sql: &str) {
    store
        .write(sql.to_owned(), |tx, sql| {
            Box::pin(async move { tx.execute(sql, &[]).await })
        })
        .await
        .unwrap();
}

async fn create_rows(store: &SqlStore) {
    create(
        store,
        "CREATE TABLE law_rows (id BIGINT PRIMARY KEY, n BIGINT NOT NULL)",
    )
    .await;
}

async fn insert(store: &SqlStore, id: i64) -> Result<u64, StoreError> {
    store
        .write(id, |tx, id| {
            Box::pin(async move { tx.execute(INSERT, &[(*id).into(), 0_i64.into()]).await })
        })
        .await
}

async fn rows(store: &SqlStore, sql: &'static str) -> Vec<Row> {
    store
        .read(sql, |tx, sql| Box::pin(async move { tx.query(sql, &[]).await }))
        .await
        .unwrap()
}

async fn count(store: &SqlStore) -> i64 {
    rows(store, "SELECT COUNT(*) AS n FROM law_rows").await[0]
        .of("law_rows")
        .integer("n")
        .unwrap()
}
