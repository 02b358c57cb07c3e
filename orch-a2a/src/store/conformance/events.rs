use orch_core::EventLog;

use super::sample::{NOW, SECOND, a_finish, a_transaction, answered, begin, reopen, try_begin};
use crate::{Transaction, TransactionStore, store::Finish, transaction::State};

/// The kinds of the events of a transaction, in their order.
async fn kinds(log: &dyn EventLog, transaction: &Transaction) -> Vec<String> {
    let events = log.read(&transaction.stream(), 1, 100).await.unwrap();
    let places = events.iter().map(|event| event.seq);
    assert!(places.eq(1..=events.len() as u64));
    events.into_iter().map(|event| event.kind).collect()
}

/// What is written brings its event, and what is refused brings none.
pub async fn events_come_with_their_transaction(store: &(impl TransactionStore + EventLog)) {
    let transaction = a_transaction("tx_1", Some("key"));
    begin(store, &transaction).await;
    try_begin(store, &transaction).await;
    let same_key = a_transaction("tx_2", Some("key"));
    try_begin(store, &same_key).await;
    let unknown = a_transaction("tx_3", None);
    let finish = a_finish(&unknown, answered("1"));
    assert!(!store.finish(&finish).await.unwrap());
    for refused in [&same_key, &unknown] {
        assert_eq!(kinds(store, refused).await, [""; 0]);
    }
    assert!(!reopen(store, &transaction, NOW).await);
    let other = Finish {
        execution: 2,
        ..a_finish(&transaction, answered("1"))
    };
    assert!(!store.finish(&other).await.unwrap());
    assert_eq!(kinds(store, &transaction).await, ["began"]);
    let not_executed = a_finish(&transaction, State::NotExecuted);
    assert!(store.finish(&not_executed).await.unwrap());
    assert!(!store.finish(&not_executed).await.unwrap());
    assert!(reopen(store, &transaction, NOW + SECOND).await);
    assert!(!reopen(store, &transaction, NOW + SECOND).await);
    assert_eq!(
        kinds(store, &transaction).await,
        ["began", "not_executed", "began"]
    );
    let again = Transaction {
        executions: 2,
        ..transaction.clone()
    };
    for is_first in [true, false] {
        let finish = a_finish(&again, answered("1"));
        assert_eq!(store.finish(&finish).await.unwrap(), is_first);
    }
    let all = ["began", "not_executed", "began", "answered"];
    assert_eq!(kinds(store, &transaction).await, all);
}
