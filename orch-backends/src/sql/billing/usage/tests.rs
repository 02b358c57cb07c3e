//! Records from before there were sums and totals, and from a process that knows of none.

use orch_billing::{Grouping, Period, UsageStore};
use orch_core::{Currency, StoreError, Timestamp};

use super::sums::{DAY, HOUR, WEEK};
use crate::sql::{SqlStore, migrations::MIGRATIONS, test_db};

/// A day that is long over.
const MIDNIGHT: i64 = 20_000 * DAY;
/// A week that is.
const THURSDAY: i64 = 2_900 * WEEK;

async fn stores() -> Vec<SqlStore> {
    let stores = [Some(test_db::empty_sqlite()), test_db::empty_postgres().await];
    stores.into_iter().flatten().collect()
}

/// Writes a record as the release before the sums did.
async fn insert_as_before(store: &SqlStore, number: i64, at: i64) {
    let written = store.write((number, at), |tx, &(number, at)| {
        Box::pin(async move {
            let sql = "INSERT INTO orch_usage (invocation, account, agent, agent_slug, task, outcome, units, cost, currency, \
                       took_millis, at) VALUES (?1, 'demo', ?2, 'reader', 'read', 'answered', 1, 10, 'ALGO', 5, ?3)";
            let invocation = format!("inv_{number:032x}");
            let agent = format!("agent_{:032x}", 7);
            tx.execute(sql, &[invocation.into(), agent.into(), at.into()]).await
        })
    });
    assert_eq!(written.await.unwrap(), 1);
}

/// Writes a record as the release before the totals did: into its hour and its day.
async fn insert_summed(store: &SqlStore, number: i64, at: i64) {
    insert_as_before(store, number, at).await;
    let written = store.write((number, at), |tx, &(number, at)| {
        Box::pin(async move {
            let (invocation, agent) = (format!("inv_{number:032x}"), format!("agent_{:032x}", 7));
            let sql = "UPDATE orch_usage SET summed = 1 WHERE invocation = ?1";
            tx.execute(sql, &[invocation.into()]).await?;
            let sql = "INSERT INTO orch_usage_sums (account, currency, span, starts_at, agent, agent_slug, task, slot, requests, \
                answered, cost, took_millis) VALUES ('demo', 'ALGO', 'hour', ?1, ?3, 'reader', 'read', ?4, 1, 1, 10, 5), \
                ('demo', 'ALGO', 'day', ?2, ?3, 'reader', 'read', ?4, 1, 1, 10, 5)";
            let (hour, day) = (at / HOUR * HOUR, at / DAY * DAY);
            // A slot of its own, as if another sum had been there before.
            tx.execute(sql, &[hour.into(), day.into(), agent.into(), (100 + number).into()]).await
        })
    });
    assert_eq!(written.await.unwrap(), 2);
}

async fn n_requests(store: &SqlStore, from: i64, until: i64) -> u64 {
    let period = Period {
        from: Timestamp::from_millis(from),
        until: Timestamp::from_millis(until),
    };
    let account = "demo".parse().unwrap();
    let groups = store.summarize(&account, Currency::Algo, period, Grouping::Whole, 9);
    groups.await.unwrap().iter().map(|group| group.requests).sum()
}

async fn n_totals(store: &SqlStore) -> Result<usize, StoreError> {
    let counted = store.read((), |tx, ()| {
        Box::pin(async move { Ok(tx.query("SELECT span FROM orch_usage_totals", &[]).await?.len()) })
    });
    counted.await
}

async fn n_sums(store: &SqlStore) -> Result<usize, StoreError> {
    let counted = store.read((), |tx, ()| {
        Box::pin(async move {
            let rows = tx.query("SELECT span FROM orch_usage_sums", &[]).await?;
            Ok(rows.len())
        })
    });
    counted.await
}

#[tokio::test]
async fn what_was_recorded_before_there_were_sums_is_in_them() {
    for store in stores().await {
        store.migrate_to(&MIGRATIONS[..9]).await.unwrap();
        for (number, at) in (1..).zip([MIDNIGHT, MIDNIGHT + HOUR - 1, MIDNIGHT + HOUR, MIDNIGHT + DAY]) {
            insert_as_before(&store, number, at).await;
        }
        store.migrate().await.unwrap();
        assert_eq!(n_sums(&store).await.unwrap(), 3 + 2, "hours and days");
        assert_eq!(n_requests(&store, MIDNIGHT, MIDNIGHT + HOUR).await, 2);
        assert_eq!(n_requests(&store, MIDNIGHT, MIDNIGHT + DAY).await, 3);
        assert_eq!(n_requests(&store, MIDNIGHT + 1, MIDNIGHT + DAY + 1).await, 3);
        // An earlier release goes on beside this one.
        insert_as_before(&store, 5, MIDNIGHT + HOUR + 7).await;
        assert_eq!(n_requests(&store, MIDNIGHT, MIDNIGHT + DAY).await, 4);
        assert_eq!(n_requests(&store, MIDNIGHT + HOUR, MIDNIGHT + 2 * HOUR).await, 2);
        let before = Timestamp::from_millis(MIDNIGHT + DAY);
        assert_eq!(store.prune(before, 3).await.unwrap(), 3);
        assert_eq!(n_requests(&store, MIDNIGHT, MIDNIGHT + 2 * DAY).await, 2);
        assert_eq!(store.prune(before, 3).await.unwrap(), 1);
        assert_eq!(n_requests(&store, MIDNIGHT, MIDNIGHT + 2 * DAY).await, 1);
        assert_eq!(n_sums(&store).await.unwrap(), 2, "what is empty is gone");
    }
}

#[tokio::test]
async fn what_an_earlier_release_removed_leaves_no_sum() {
    for store in stores().await {
        store.migrate_to(&MIGRATIONS[..9]).await.unwrap();
        for (number, at) in (1..).zip([MIDNIGHT, MIDNIGHT + DAY]) {
            insert_as_before(&store, number, at).await;
        }
        store.migrate().await.unwrap();
        let removed = store.write((), |tx, ()| {
            Box::pin(async move { tx.execute("DELETE FROM orch_usage", &[]).await })
        });
        assert_eq!(removed.await.unwrap(), 2);
        let before = Timestamp::from_millis(MIDNIGHT + DAY + HOUR - 1);
        assert_eq!(store.prune(before, 9).await.unwrap(), 0);
        assert_eq!(n_sums(&store).await.unwrap(), 2, "those of the last day");
        let before = Timestamp::from_millis(MIDNIGHT + 2 * DAY);
        store.prune(before, 9).await.unwrap();
        assert_eq!(n_sums(&store).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn what_was_recorded_before_there_were_totals_is_in_them() {
    for store in stores().await {
        store.migrate_to(&MIGRATIONS[..15]).await.unwrap();
        let moments = [THURSDAY - 1, THURSDAY, THURSDAY + DAY, THURSDAY + WEEK - 1];
        for (number, at) in (1..).zip(moments) {
            insert_summed(&store, number, at).await;
        }
        store.migrate().await.unwrap();
        assert_eq!(n_requests(&store, THURSDAY, THURSDAY + WEEK).await, 3);
        assert_eq!(n_days(&store, THURSDAY - 1, THURSDAY + WEEK).await, [1, 1, 1, 1]);
        assert_eq!(
            store.check().await.unwrap().len(),
            4,
            "only of holds that are not there"
        );
        // The release before goes on beside this one.
        insert_summed(&store, 5, THURSDAY + DAY + 7).await;
        assert_eq!(n_requests(&store, THURSDAY, THURSDAY + WEEK).await, 4);
        assert_eq!(n_requests(&store, THURSDAY + DAY, THURSDAY + 2 * DAY).await, 2);
        assert_eq!(n_days(&store, THURSDAY, THURSDAY + WEEK).await, [1, 2, 1]);
        let before = Timestamp::from_millis(THURSDAY + WEEK);
        assert_eq!(store.prune(before, 2).await.unwrap(), 2);
        assert_eq!(n_requests(&store, THURSDAY, THURSDAY + WEEK).await, 3);
        assert_eq!(store.prune(before, 9).await.unwrap(), 3);
        assert_eq!(n_requests(&store, THURSDAY - WEEK, THURSDAY + WEEK).await, 0);
        assert_eq!(n_totals(&store).await.unwrap(), 0, "what is empty is gone");
    }
}

/// How many requests there were on each of the days that had any.
async fn n_days(store: &SqlStore, from: i64, until: i64) -> Vec<u64> {
    let period = Period {
        from: Timestamp::from_millis(from),
        until: Timestamp::from_millis(until),
    };
    let account = "demo".parse().unwrap();
    let groups = store.summarize(&account, Currency::Algo, period, Grouping::Day, 9);
    groups.await.unwrap().iter().map(|group| group.requests).collect()
}
