//! The chain over the event log, on both engines: whatever is changed in it is found.
#![cfg(test)]

use std::sync::Arc;

use orch_backends::{SqlStore, sql::test_db};
use orch_core::{
    Event, EventLog, ManualClock, SeededEntropy, Timestamp,
    audit::{Audit, Verdict},
};
use serde_json::json;

mod laws_in_memory {
    orch_core::audit_store_tests!(orch_backends::SqlStore::in_memory().await.unwrap());
}

mod laws_on_sqlite {
    orch_core::audit_store_tests!(orch_backends::sql::test_db::sqlite().await);
}

mod laws_on_postgres {
    orch_core::audit_store_tests!(optional: orch_backends::sql::test_db::postgres().await);
}

fn audit(store: &SqlStore) -> Audit {
    let clock = Arc::new(ManualClock::default());
    Audit::new(Arc::new(store.clone()), clock, &SeededEntropy::new(1))
}

async fn append(store: &SqlStore, stream: &str, seq: u64) {
    let at = Timestamp::from_millis(1_705_314_600_000);
    let event = Event::new(stream, seq, "decided", at, &json!({ "v": 1, "n": seq }));
    assert!(store.append(&[event]).await.unwrap());
}

/// Three seals over decisions and a transaction, and one event that is in none.
async fn lived_in(store: SqlStore) -> SqlStore {
    let audit = audit(&store);
    for number in 1..=3 {
        append(&store, "approval/apr_1", number).await;
        append(&store, &format!("tx_{number}"), 1).await;
        append(&store, "run_1", number).await;
        assert_eq!(audit.seal().await.unwrap(), 2);
    }
    append(&store, "approval/apr_1", 4).await;
    store
}

async fn verify(store: &SqlStore) -> Verdict {
    audit(store).verify(|_| None, None).await.unwrap()
}

async fn finds_tampering(store: impl AsyncFn() -> SqlStore) {
    let sound = verify(&lived_in(store().await).await).await;
    assert!(sound.is_sound(), "{:?}", sound.faults);
    assert_eq!((sound.n_seals, sound.n_events, sound.tail.n_events), (3, 6, 1));
    let second = "stream = 'approval/apr_1' AND seq = 2";
    let events = [
        "kind = 'undecided'",
        "data = '{}'",
        "at = at + 1",
        "stream = 'approval/apr_2'",
        "seq = 9",
        "seal = NULL",
        "seal = 1",
        "seal = 7",
    ]
    .map(|change| format!("UPDATE orch_events SET {change} WHERE {second}"));
    let others = [
        &format!("DELETE FROM orch_events WHERE {second}"),
        "DELETE FROM orch_events WHERE stream = 'tx_3'",
        "UPDATE orch_seals SET digest = previous WHERE number = 2",
        "UPDATE orch_seals SET previous = digest WHERE number = 2",
        "UPDATE orch_seals SET at = at + 1 WHERE number = 3",
        "UPDATE orch_seals SET n_events = 1 WHERE number = 1",
        "DELETE FROM orch_seals WHERE number = 1",
        "DELETE FROM orch_seals WHERE number = 2",
        "DELETE FROM orch_seals WHERE number = 3",
        "UPDATE orch_seal_entries SET digest = 'a' || SUBSTR(digest, 2) WHERE seq = 2 AND digest NOT LIKE 'a%'",
        "UPDATE orch_seal_entries SET seq = 8 WHERE seq = 2",
        "UPDATE orch_seal_entries SET at = 0 WHERE seq = 3",
        "DELETE FROM orch_seal_entries WHERE seq = 3",
        "INSERT INTO orch_seal_entries (seal, stream, seq, at, digest) \
         SELECT 2, 'tx_9', 1, at, digest FROM orch_seal_entries WHERE stream = 'tx_3'",
    ]
    .map(str::to_owned);
    for sql in events.iter().chain(&others) {
        let store = lived_in(store().await).await;
        let tampered = store.write(sql.clone(), |tx, sql| {
            Box::pin(async move { tx.execute(sql, &[]).await })
        });
        if tampered.await.unwrap() == 0 {
            // The digest began so by chance.
            assert!(sql.contains("LIKE"), "{sql}");
            continue;
        }
        let verdict = verify(&store).await;
        assert!(!verdict.is_sound(), "nobody noticed {sql}");
    }
}

#[tokio::test]
async fn sqlite_finds_tampering() {
    finds_tampering(async || SqlStore::in_memory().await.unwrap()).await;
}

#[tokio::test]
async fn postgres_finds_tampering() {
    if test_db::postgres().await.is_some() {
        finds_tampering(async || test_db::postgres().await.unwrap()).await;
    }
}

/// Two processes seal, and others append meanwhile: every event is in one seal, and the chain is whole.
async fn seals_while_others_append(stores: [SqlStore; 2]) {
    const N_EVENTS: u64 = 150;
    let appending = (0..4).map(|number| {
        let store = stores[number % 2].clone();
        tokio::spawn(async move {
            for seq in 1..=N_EVENTS {
                append(&store, &format!("approval/apr_{number}"), seq).await;
            }
        })
    });
    let appending: Vec<_> = appending.collect();
    let sealers = [(1, &stores[0]), (2, &stores[1])].map(|(seed, store)| {
        let store = Arc::new(store.clone());
        Audit::new(store, Arc::new(ManualClock::default()), &SeededEntropy::new(seed))
    });
    let mut n_sealed = 0;
    while n_sealed < 4 * N_EVENTS {
        for sealer in &sealers {
            n_sealed += u64::from(sealer.seal().await.unwrap());
        }
        tokio::task::yield_now().await;
    }
    for task in appending {
        task.await.unwrap();
    }
    let verdict = verify(&stores[0]).await;
    assert!(verdict.is_sound(), "{:?}", verdict.faults);
    assert_eq!((verdict.n_events, verdict.tail.n_events), (4 * N_EVENTS, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_seals_while_others_append() {
    let store = SqlStore::in_memory().await.unwrap();
    seals_while_others_append([store.clone(), store]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_seals_while_others_append() {
    if let Some(stores) = test_db::postgres_twice().await {
        seals_while_others_append(stores).await;
    }
}
