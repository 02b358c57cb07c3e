//! What only PostgreSQL promises.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use futures_util::future::{join_all, select};
use orch_backends::{
    ConnectError, Options, SqlStore,
    sql::{Tx, test_db},
};
use orch_core::StoreError;
use tokio::sync::Barrier;

async fn boats(store: &SqlStore) {
    for sql in [
        "CREATE TABLE boats (id BIGINT PRIMARY KEY, n BIGINT NOT NULL)",
        "INSERT INTO boats (id, n) VALUES (1, 0), (2, 0)",
    ] {
        store
            .write(sql, |tx, sql| Box::pin(async move { tx.execute(sql, &[]).await }))
            .await
            .unwrap();
    }
}

async fn sail(tx: &mut dyn Tx, id: i64) -> Result<u64, StoreError> {
    tx.execute("UPDATE boats SET n = n + 1 WHERE id = ?1", &[id.into()])
        .await
}

/// The same tables, as a process with other patience sees them.
async fn with_timeout(url: &str, store: &SqlStore, timeout: Duration) -> SqlStore {
    let schema = store.read((), |tx, ()| {
        Box::pin(async move {
            let rows = tx
                .query("SELECT CAST(current_schema() AS TEXT) AS name", &[])
                .await?;
            rows[0].of("schemas").text("name").map(str::to_owned)
        })
    });
    let options = Options {
        schema: schema.await.unwrap(),
        timeout,
        ..Options::default()
    };
    SqlStore::connect(url, options).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deadlock_is_settled_by_running_a_unit_again() {
    let Some(store) = test_db::postgres().await else {
        return;
    };
    boats(&store).await;
    let both_hold_one = Arc::new(Barrier::new(2));
    let n_runs = Arc::new(AtomicU32::new(0));
    let units = [[1_i64, 2], [2, 1]].map(|order| {
        store.write(
            (order, both_hold_one.clone(), n_runs.clone()),
            |tx, (order, both_hold_one, n_runs)| {
                Box::pin(async move {
                    sail(tx, order[0]).await?;
                    if n_runs.fetch_add(1, Ordering::SeqCst) < 2 {
                        both_hold_one.wait().await;
                    }
                    sail(tx, order[1]).await
                })
            },
        )
    });
    for outcome in join_all(units).await {
        assert_eq!(outcome.unwrap(), 1);
    }
    assert_eq!(n_runs.load(Ordering::SeqCst), 3);
    let rows = store.read((), |tx, ()| {
        Box::pin(async move { tx.query("SELECT id FROM boats WHERE n = 2", &[]).await })
    });
    assert_eq!(rows.await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_unit_whose_caller_went_away_leaves_no_lock_and_no_transaction() {
    let Some(store) = test_db::postgres().await else {
        return;
    };
    boats(&store).await;
    // More often than there are connections.
    for _ in 0..10 {
        let held = Box::pin(store.write((), |tx, ()| {
            Box::pin(async move {
                sail(tx, 1).await?;
                std::future::pending::<()>().await;
                Ok(())
            })
        }));
        let patience = Box::pin(async {
            // Long enough for the statement, mostly; the law holds anyhow.
            for _ in 0..20 {
                let sql = "SELECT CAST(pg_sleep(0.001) AS TEXT) AS slept";
                store
                    .read(sql, |tx, sql| Box::pin(async move { tx.query(sql, &[]).await }))
                    .await
                    .unwrap();
            }
        });
        let _ = select(held, patience).await;
        assert_eq!(store.write((), |tx, ()| Box::pin(sail(tx, 1))).await.unwrap(), 1);
    }
    let rows = store.read((), |tx, ()| {
        Box::pin(async move { tx.query("SELECT id FROM boats WHERE n = 10", &[]).await })
    });
    assert_eq!(rows.await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_lock_that_is_never_given_up_is_not_waited_for_forever() {
    let Some(url) = test_db::postgres_url() else {
        return;
    };
    let Some(store) = test_db::postgres().await else {
        return;
    };
    boats(&store).await;
    let hasty = with_timeout(&url, &store, Duration::from_secs(1)).await;
    let outcome = store.write(hasty, |tx, hasty| {
        Box::pin(async move {
            sail(tx, 1).await?;
            Ok(hasty.write((), |tx, ()| Box::pin(sail(tx, 1))).await)
        })
    });
    let outcome = outcome.await.unwrap();
    assert!(matches!(outcome, Err(StoreError::Unavailable(_))), "{outcome:?}");
}

/// A process that stands still keeps a lock for as long as the server lets it. Were its waiting units to inherit the lock,
/// each would keep it as long again, and what it has would be taken over that much later.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_process_that_stands_still_no_unit_inherits_a_lock() {
    let Some(url) = test_db::postgres_url() else {
        return;
    };
    let Some(store) = test_db::postgres().await else {
        return;
    };
    boats(&store).await;
    let still = with_timeout(&url, &store, Duration::from_secs(1)).await;
    let (has_lock, mut locked) = tokio::sync::mpsc::channel(2);
    let stand_still = |store: SqlStore| {
        let has_lock = has_lock.clone();
        tokio::spawn(async move {
            store
                .write(has_lock, |tx, has_lock| {
                    Box::pin(async move {
                        sail(tx, 1).await?;
                        let _ = has_lock.send(()).await;
                        std::future::pending::<Result<(), StoreError>>().await
                    })
                })
                .await
        })
    };
    let first = stand_still(still.clone());
    locked.recv().await.unwrap();
    let second = stand_still(still).await.unwrap();
    assert!(matches!(second, Err(StoreError::Unavailable(_))), "{second:?}");
    assert!(locked.try_recv().is_err(), "the second had the lock, too");
    assert_eq!(store.write((), |tx, ()| Box::pin(sail(tx, 1))).await.unwrap(), 1);
    first.abort();
}

#[tokio::test]
async fn a_pool_without_a_free_connection_is_unavailable() {
    let Some(url) = test_db::postgres_url() else {
        return;
    };
    let options = Options {
        connections: 1,
        timeout: Duration::from_secs(2),
        schema: "orch_test_pool".into(),
        ..Options::default()
    };
    let store = SqlStore::connect(&url, options).await.unwrap();
    let outcome = store.read(store.clone(), |tx, store| {
        Box::pin(async move {
            tx.now().await?;
            Ok(store
                .read((), |tx, ()| Box::pin(async move { tx.now().await }))
                .await)
        })
    });
    let outcome = outcome.await.unwrap();
    assert!(matches!(outcome, Err(StoreError::Unavailable(_))), "{outcome:?}");
    let sql = "DROP SCHEMA orch_test_pool CASCADE";
    store
        .write(sql, |tx, sql| Box::pin(async move { tx.execute(sql, &[]).await }))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unavailable() {
    let options = Options {
        timeout: Duration::from_millis(500),
        ..Options::default()
    };
    let outcome = SqlStore::connect("postgres://nobody@127.0.0.1:1/none", options).await;
    assert!(
        matches!(outcome, Err(ConnectError::Store(StoreError::Unavailable(_)))),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn a_schema_that_is_no_plain_name_is_refused() {
    for schema in ["", "Orch", "a b", "a;b", "1a", "é"] {
        let options = Options {
            schema: schema.to_owned(),
            ..Options::default()
        };
        let outcome = SqlStore::connect("postgres://nobody@127.0.0.1:1/none", options).await;
        assert!(
            matches!(outcome, Err(ConnectError::Invalid { .. })),
            "{schema}: {outcome:?}"
        );
    }
}

#[tokio::test]
async fn several_may_serve_and_none_holds_a_lock() {
    let Some(store) = test_db::postgres().await else {
        return;
    };
    assert!(!store.is_exclusive());
    assert!(store.serve().unwrap().is_none());
    assert!(store.serve().unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_may_open_a_new_schema_at_once() {
    let Some(url) = test_db::postgres_url() else {
        return;
    };
    let schema = format!("orch_test_many_{}", std::process::id());
    let options = Options {
        connections: 1,
        schema: schema.clone(),
        ..Options::default()
    };
    let opening = (0..6).map(|_| {
        let (url, options) = (url.clone(), options.clone());
        tokio::spawn(async move { SqlStore::connect(&url, options).await })
    });
    let stores: Vec<SqlStore> = join_all(opening)
        .await
        .into_iter()
        .map(|opened| opened.unwrap().unwrap())
        .collect();
    let sql = format!("DROP SCHEMA {schema} CASCADE");
    stores[0]
        .write(sql, |tx, sql| Box::pin(async move { tx.execute(sql, &[]).await }))
        .await
        .unwrap();
}
