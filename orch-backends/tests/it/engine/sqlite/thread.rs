//! The thread that writes: nothing foreign stops it, and it ends with its handle.

use std::{
    future::pending,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use futures_util::future::join_all;
use orch_backends::{Options, SqlStore, sql::Value};
use orch_core::{ManualClock, StoreError};
use tempfile::TempDir;

use super::{INSERT, count, insert, open, open_with};

#[tokio::test]
async fn a_unit_that_waits_for_something_else_is_refused() {
    let directory = TempDir::new().unwrap();
    let store = open(&directory.path().join("orch.db")).await;
    let outcome = store
        .write((), |tx, ()| {
            Box::pin(async move {
                tx.execute(INSERT, &[1_i64.into()]).await?;
                pending::<()>().await;
                Ok(())
            })
        })
        .await;
    assert!(matches!(outcome, Err(StoreError::Broken(_))), "{outcome:?}");
    let outcome = store
        .read((), |_, ()| {
            Box::pin(async move {
                pending::<()>().await;
                Ok(())
            })
        })
        .await;
    assert!(matches!(outcome, Err(StoreError::Broken(_))), "{outcome:?}");
    assert_eq!(count(&store).await, 0);
    insert(&store, 1).await.unwrap();
}

#[tokio::test]
async fn a_unit_whose_caller_only_asked_still_happens_whole() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("orch.db");
    let store = open(&path).await;
    for n in 0..50 {
        let mut future = Box::pin(insert(&store, n));
        assert!(matches!(
            future.as_mut().poll(&mut Context::from_waker(Waker::noop())),
            Poll::Pending
        ));
    }
    // The thread ends only after the units that were queued.
    drop(store);
    assert_eq!(count(&open(&path).await).await, 50);
}

#[tokio::test]
async fn more_units_than_the_queue_holds_wait_for_room() {
    let directory = TempDir::new().unwrap();
    let store = open(&directory.path().join("orch.db")).await;
    let outcomes = join_all((0..3_000).map(|n| insert(&store, n))).await;
    assert!(outcomes.into_iter().all(|outcome| matches!(outcome, Ok(1))));
    assert_eq!(count(&store).await, 3_000);
}

/// Units share a transaction without a savepoint each, so a failure makes the others run again.
#[tokio::test]
async fn what_shares_a_transaction_with_a_failure_happens_once() {
    let directory = TempDir::new().unwrap();
    let store = open(&directory.path().join("orch.db")).await;
    insert(&store, 0).await.unwrap();
    let add = |n: i64| {
        store.write(n, |tx, n| {
            Box::pin(async move {
                tx.execute("UPDATE boats SET n = COALESCE(n, 0) + ?1", &[(*n).into()])
                    .await?;
                match n {
                    7 => Err(StoreError::Broken("the seventh fails".into())),
                    _ => Ok(*n),
                }
            })
        })
    };
    let outcomes = join_all((1..=300).map(|n| add(n % 100))).await;
    let acknowledged: i64 = outcomes.into_iter().filter_map(Result::ok).sum();
    assert_eq!(acknowledged, 3 * (99 * 50 - 7));
    let total = store.read((), |tx, ()| {
        Box::pin(async move {
            tx.query("SELECT n FROM boats", &[]).await?[0]
                .of("boats")
                .integer("n")
        })
    });
    assert_eq!(total.await.unwrap(), acknowledged);
}

#[tokio::test]
async fn a_full_disk_fails_what_does_not_fit_and_nothing_else() {
    let directory = TempDir::new().unwrap();
    let store = open(&directory.path().join("orch.db")).await;
    set_page_limit(&store, 200).await;
    let outcomes = join_all((0..100).map(|n| {
        let note = "x".repeat(if n % 2 == 0 { 10 } else { 100_000 });
        store.write((n, note), |tx, (n, note)| {
            Box::pin(async move {
                let sql = "INSERT INTO boats (id, note) VALUES (?1, ?2)";
                tx.execute(sql, &[Value::Integer(*n), note.into()]).await
            })
        })
    }))
    .await;
    let n_kept = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert!(n_kept < 60, "{n_kept} were kept");
    assert!(
        outcomes
            .iter()
            .all(|outcome| outcome.is_ok() || matches!(outcome, Err(StoreError::Unavailable(_))))
    );
    assert_eq!(count(&store).await, i64::try_from(n_kept).unwrap());
    set_page_limit(&store, 100_000).await;
    insert(&store, 1_000).await.unwrap();
}

async fn set_page_limit(store: &SqlStore, n_pages: i64) {
    let sql = format!("PRAGMA max_page_count = {n_pages}");
    store
        .write(sql, |tx, sql| Box::pin(async move { tx.query(sql, &[]).await }))
        .await
        .unwrap();
}

#[tokio::test]
async fn the_thread_ends_with_the_last_handle() {
    let directory = TempDir::new().unwrap();
    let clock = Arc::new(ManualClock::default());
    let options = Options {
        clock: clock.clone(),
        ..Options::default()
    };
    let store = open_with(&directory.path().join("orch.db"), options).await;
    assert!(Arc::strong_count(&clock) > 1);
    drop(store);
    assert_eq!(Arc::strong_count(&clock), 1);
}

/// The thread drops the unit, and with it the last handle to itself.
#[tokio::test]
async fn a_unit_may_hold_the_last_handle() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("orch.db");
    let store = open(&path).await;
    {
        let mut future = pin!(store.write(store.clone(), |tx, _| {
            Box::pin(async move { tx.execute(INSERT, &[1_i64.into()]).await })
        }));
        assert!(
            future
                .as_mut()
                .poll(&mut Context::from_waker(Waker::noop()))
                .is_pending()
        );
    }
    drop(store);
    let reopened = open(&path).await;
    for _ in 0..1_000 {
        if count(&reopened).await == 1 {
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("the unit did not happen");
}

/// Panics when it is dropped, which happens on the writer thread once its caller went away.
struct Bomb;

#[expect(clippy::panic, reason = "which is what it is for")]
impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("a destructor panics on purpose");
    }
}

#[tokio::test]
async fn a_destructor_that_panics_does_not_stop_the_thread() {
    let directory = TempDir::new().unwrap();
    let store = open(&directory.path().join("orch.db")).await;
    {
        let mut slow = pin!(store.write((), |_, ()| {
            Box::pin(async move {
                std::thread::sleep(Duration::from_millis(100));
                Ok(())
            })
        }));
        assert!(
            slow.as_mut()
                .poll(&mut Context::from_waker(Waker::noop()))
                .is_pending()
        );
        let mut queued = pin!(store.write(Bomb, |tx, _| {
            Box::pin(async move { tx.execute(INSERT, &[1_i64.into()]).await })
        }));
        assert!(
            queued
                .as_mut()
                .poll(&mut Context::from_waker(Waker::noop()))
                .is_pending()
        );
    }
    insert(&store, 2).await.unwrap();
}
