//! The file: what is in it, who may open it, and who may serve it.

use std::{fs, time::Duration};

use futures_util::future::join_all;
use orch_backends::{ConnectError, Options, SqlStore};
use orch_core::StoreError;
use tempfile::TempDir;

use super::{INSERT, count, insert, open, open_with};

#[tokio::test]
async fn what_was_acknowledged_is_in_the_files() {
    let directory = TempDir::new().unwrap();
    let store = open(&directory.path().join("orch.db")).await;
    for n in 1..=20 {
        insert(&store, n).await.unwrap();
        // As a power cut would leave them.
        let copy = TempDir::new().unwrap();
        for file in ["orch.db", "orch.db-wal"] {
            fs::copy(directory.path().join(file), copy.path().join(file)).unwrap();
        }
        assert_eq!(count(&open(&copy.path().join("orch.db")).await).await, n);
    }
}

#[tokio::test]
async fn a_database_outlives_its_store() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("orch.db");
    insert(&open(&path).await, 7).await.unwrap();
    assert_eq!(count(&open(&path).await).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_engines_write_to_one_file_in_turn() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("orch.db");
    let (server, tool) = (open(&path).await, open(&path).await);
    insert(&server, 1).await.unwrap();
    let increments = (0..200).map(|n| {
        let store = if n % 4 == 0 { tool.clone() } else { server.clone() };
        tokio::spawn(async move {
            store
                .write((), |tx, ()| {
                    Box::pin(async move { tx.execute("UPDATE boats SET n = COALESCE(n, 0) + 1", &[]).await })
                })
                .await
        })
    });
    for done in join_all(increments).await {
        assert_eq!(done.unwrap().unwrap(), 1);
    }
    let sql = "SELECT id FROM boats WHERE n = 200";
    let found = server.read(sql, |tx, sql| Box::pin(async move { tx.query(sql, &[]).await }));
    assert_eq!(found.await.unwrap().len(), 1);
}

/// The writer that never rests leaves gaps that another process finds.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_busy_engine_does_not_lock_another_out() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("orch.db");
    let (server, tool) = (open(&path).await, open(&path).await);
    let busy = join_all((0..8).map(|caller| {
        let server = server.clone();
        async move {
            for n in 0..300 {
                insert(&server, 1_000 * caller + n).await.unwrap();
            }
        }
    }));
    let beside = async {
        for n in 0..10 {
            insert(&tool, 100_000 + n).await.unwrap();
        }
    };
    tokio::join!(busy, beside);
    assert_eq!(count(&server).await, 8 * 300 + 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_may_open_a_new_database_at_once() {
    let directory = TempDir::new().unwrap();
    let url = format!("sqlite://{}", directory.path().join("orch.db").display());
    let opening = (0..8).map(|_| {
        tokio::spawn({
            let url = url.clone();
            async move { SqlStore::connect(&url, Options::default()).await }
        })
    });
    for opened in join_all(opening).await {
        opened.unwrap().unwrap();
    }
}

#[tokio::test]
async fn only_one_may_serve_a_file() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("orch.db");
    let first = open(&path).await;
    let link = directory.path().join("link.db");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    let second = open(&link).await;
    assert!(first.is_exclusive());
    let lock = first.serve().unwrap().unwrap();
    assert!(matches!(second.serve(), Err(ConnectError::Served { .. })));
    // Only serving is exclusive.
    insert(&second, 1).await.unwrap();
    drop(lock);
    assert!(second.serve().unwrap().is_some());
}

#[tokio::test]
async fn urls_that_cannot_be_meant_are_refused() {
    for url in [
        "sqlite://",
        "sqlite:orch.db",
        "sqlite://orch.db?mode=ro",
        "orch.db",
        "mysql://host/db",
    ] {
        let outcome = SqlStore::connect(url, Options::default()).await;
        let is_refused = matches!(
            outcome,
            Err(ConnectError::Invalid { .. } | ConnectError::Unsupported { .. })
        );
        assert!(is_refused, "{url}: {outcome:?}");
    }
    let outcome = SqlStore::connect("sqlite:///no/such/directory/orch.db", Options::default()).await;
    assert!(
        matches!(outcome, Err(ConnectError::Store(StoreError::Unavailable(_)))),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("orch.db");
    fs::write(
        &path,
        "not a database at all, but long enough to have a header of its own kind".repeat(100),
    )
    .unwrap();
    let outcome = SqlStore::connect(&format!("sqlite://{}", path.display()), Options::default()).await;
    assert!(
        matches!(outcome, Err(ConnectError::Store(StoreError::Broken(_)))),
        "{outcome:?}"
    );
}

/// Another process that holds the file is waited for, but not by each unit in turn.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_stays_locked_is_unavailable_to_all_who_queue() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("orch.db");
    let holder = open(&path).await;
    let timeout = Duration::from_millis(200);
    let store = open_with(
        &path,
        Options {
            timeout,
            ..Options::default()
        },
    )
    .await;
    let held = holder.write(store, move |tx, store| {
        let store = store.clone();
        // Another thread, since the holder's own must not wait.
        let waiting = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(join_all((0..50).map(|n| insert(&store, n))))
        });
        Box::pin(async move {
            tx.execute(INSERT, &[1_i64.into()]).await?;
            let started = std::time::Instant::now();
            let outcomes = waiting.join().unwrap();
            Ok((outcomes, started.elapsed()))
        })
    });
    let (outcomes, took) = held.await.unwrap();
    assert!(
        outcomes
            .iter()
            .all(|outcome| matches!(outcome, Err(StoreError::Unavailable(_))))
    );
    assert!(took < 20 * timeout, "{took:?}");
    assert_eq!(count(&holder).await, 1);
}
