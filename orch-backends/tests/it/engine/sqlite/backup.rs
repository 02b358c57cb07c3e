//! A copy of a file while it is served.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use orch_backends::{Options, SqlStore, sql::BackupError};
use orch_billing::{BalanceOf, Grant, LedgerStore};
use orch_core::{AccountId, Amount, Currency, Timestamp};

fn account() -> AccountId {
    "demo".parse().unwrap()
}

async fn grant(store: &SqlStore, number: i64) {
    let grant = Grant {
        account: account(),
        amount: Amount::new(1, Currency::Algo).unwrap(),
        key: format!("grant-{number}"),
        at: Timestamp::from_millis(number),
    };
    store.grant(&grant).await.unwrap().unwrap();
}

async fn granted(store: &SqlStore) -> i64 {
    let balance = store
        .balance(&BalanceOf::Credits(account()), Currency::Algo)
        .await;
    balance.unwrap().available.minor()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_has_all_that_was_acknowledged_and_nothing_by_halves() {
    let folder = tempfile::tempdir().unwrap();
    let url = |name: &str| format!("sqlite://{}", folder.path().join(name).display());
    let store = SqlStore::connect(&url("orch.db"), Options::default())
        .await
        .unwrap();
    let _serving = store.serve().unwrap();
    let (acknowledged, is_over) = (AtomicI64::new(0), AtomicBool::new(false));
    let writing = async {
        for number in 1.. {
            grant(&store, number).await;
            acknowledged.store(number, Ordering::SeqCst);
            if is_over.load(Ordering::SeqCst) {
                return;
            }
        }
    };
    let copying = async {
        for number in 0..5 {
            while acknowledged.load(Ordering::SeqCst) < 20 * (number + 1) {
                tokio::task::yield_now().await;
            }
            let before = acknowledged.load(Ordering::SeqCst);
            let name = format!("copy-{number}.db");
            store.backup(&folder.path().join(&name)).await.unwrap();
            let after = acknowledged.load(Ordering::SeqCst) + 1;
            let copy = SqlStore::connect(&url(&name), Options::default()).await.unwrap();
            let _serving = copy.serve().unwrap();
            let n_granted = granted(&copy).await;
            assert!(
                (before..=after).contains(&n_granted),
                "{before} <= {n_granted} <= {after}"
            );
            assert_eq!(copy.check().await.unwrap(), []);
            grant(&copy, i64::MAX).await;
        }
        is_over.store(true, Ordering::SeqCst);
    };
    tokio::join!(writing, copying);
    assert_eq!(store.check().await.unwrap(), []);
}

#[tokio::test]
async fn a_copy_replaces_nothing_and_leaves_nothing_behind_when_it_fails() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("orch.db").display());
    let store = SqlStore::connect(&url, Options::default()).await.unwrap();
    let there = folder.path().join("there");
    std::fs::write(&there, "mine").unwrap();
    assert!(matches!(
        store.backup(&there).await,
        Err(BackupError::Exists { .. })
    ));
    assert_eq!(std::fs::read_to_string(&there).unwrap(), "mine");
    let nowhere = folder.path().join("no folder").join("copy.db");
    assert!(matches!(
        store.backup(&nowhere).await,
        Err(BackupError::File { .. })
    ));
    store.backup(&folder.path().join("copy.db")).await.unwrap();
    let is_part = |entry: std::fs::DirEntry| entry.file_name().to_string_lossy().contains(".part");
    assert!(
        !folder
            .path()
            .read_dir()
            .unwrap()
            .any(|entry| is_part(entry.unwrap()))
    );
    let in_memory = SqlStore::in_memory().await.unwrap();
    assert!(matches!(
        in_memory.backup(&folder.path().join("another.db")).await,
        Err(BackupError::Unsupported)
    ));
}
