use orch_core::EventLog;

use super::sample::{NOW, SECOND, a_finish, a_transaction, answered, begin, consumer, find};
use crate::{
    Transaction, TransactionStore,
    store::{Finish, Surplus},
    transaction::{End, State},
};

/// Begins a transaction that started so many seconds from now, and ends it a second later.
async fn ended(store: &dyn TransactionStore, name: &str, key: Option<&str>, at: u32) -> Transaction {
    let started_at = NOW + SECOND * at;
    let transaction = Transaction {
        started_at,
        ends_by: started_at + SECOND * 9,
        ..a_transaction(name, key)
    };
    begin(store, &transaction).await;
    let end = State::Ended {
        at: started_at + SECOND,
        end: End::Answered {
            status: Some(200),
            result: Some("1".into()),
        },
    };
    assert!(store.finish(&a_finish(&transaction, end)).await.unwrap());
    transaction
}

/// Answers are forgotten that ended before a moment, so many at once; that they were there is not.
pub async fn answers_are_forgotten_in_time(store: &dyn TransactionStore) {
    for (name, at) in [("a", 0), ("b", 1), ("c", 2), ("d", 8)] {
        ended(store, name, None, at).await;
    }
    begin(store, &a_transaction("e", None)).await;
    let ended_before = NOW + SECOND * 9;
    for n_forgotten in [2, 1, 0] {
        let forgotten = store.forget(Surplus::Answers { ended_before }, 2).await;
        assert_eq!(forgotten.unwrap(), n_forgotten);
    }
    for name in ["a", "b", "c", "d", "e"] {
        let known = find(store, "one", name).await.unwrap();
        assert_eq!(known.is_forgotten(), matches!(name, "a" | "b" | "c"), "{name}");
    }
}

/// Of a consumer with too many keys the earliest are forgotten of those that have ended, and can be used anew; the
/// transactions are not.
pub async fn surplus_keys_are_forgotten(store: &dyn TransactionStore) {
    begin(store, &a_transaction("pending", Some("p"))).await;
    for (name, key, at) in [("b", "1", 3), ("a", "2", 2), ("c", "3", 1), ("d", "4", 4)] {
        ended(store, name, Some(key), at).await;
    }
    ended(store, "unnamed", None, 0).await;
    let foreign = Transaction {
        consumer: consumer("two"),
        ..a_transaction("a", Some("1"))
    };
    begin(store, &foreign).await;
    assert!(store.finish(&a_finish(&foreign, answered("1"))).await.unwrap());
    for number in 0..5 {
        let unexecuted = a_transaction(&format!("unexecuted-{number}"), Some(&format!("u{number}")));
        begin(store, &unexecuted).await;
        let finish = a_finish(&unexecuted, State::NotExecuted);
        assert!(store.finish(&finish).await.unwrap());
    }
    let forget = |beyond, limit| store.forget(Surplus::Keys { beyond }, limit);
    assert_eq!(
        forget(4, 9).await.unwrap(),
        0,
        "what was not executed is not counted"
    );
    assert_eq!(forget(1, 2).await.unwrap(), 2);
    assert_eq!(forget(1, 9).await.unwrap(), 1);
    assert_eq!(forget(1, 9).await.unwrap(), 0);
    for (name, key) in [
        ("pending", Some("p")),
        ("a", None),
        ("b", None),
        ("c", None),
        ("d", Some("4")),
    ] {
        let known = find(store, "one", name).await.unwrap();
        assert_eq!(known.key.as_deref(), key, "{name}");
    }
    assert_eq!(find(store, "two", "a").await.unwrap().key.as_deref(), Some("1"));
    begin(store, &a_transaction("e", Some("3"))).await;
    assert_eq!(forget(0, 9).await.unwrap(), 2, "what is under way keeps its key");
    let unexecuted = find(store, "one", "unexecuted-0").await.unwrap();
    assert_eq!(unexecuted.key.as_deref(), Some("u0"));
}

/// What started and must be over before a moment, and to which nothing happened since, is removed with its events, so many at once, the earliest first.
pub async fn what_is_over_is_removed(store: &(impl TransactionStore + EventLog)) {
    let mut all = Vec::new();
    for (name, at) in [("c", 3), ("a", 1), ("b", 2), ("later", 12)] {
        all.push(ended(store, name, Some(name), at).await);
    }
    let may_go_on = Transaction {
        ends_by: NOW + SECOND * 60,
        ..a_transaction("may-go-on", None)
    };
    begin(store, &may_go_on).await;
    let abandoned = a_transaction("abandoned", None);
    begin(store, &abandoned).await;
    let given_up_late = a_transaction("given-up-late", None);
    begin(store, &given_up_late).await;
    let (at, end) = (NOW + SECOND * 50, End::TimedOut);
    let finish = Finish {
        event: given_up_late.became(at, &State::Ended { at, end }, None),
        ..a_finish(
            &given_up_late,
            State::Ended {
                at,
                end: End::TimedOut,
            },
        )
    };
    assert!(store.finish(&finish).await.unwrap());
    all.extend([may_go_on, abandoned, given_up_late]);
    let before = NOW + SECOND * 20;
    let remove = |before, limit| store.forget(Surplus::Transactions { before }, limit);
    assert_eq!(remove(NOW, 9).await.unwrap(), 0);
    assert_eq!(remove(before, 2).await.unwrap(), 2);
    let left = async || {
        let mut left = Vec::new();
        for transaction in &all {
            let is_there = find(store, "one", transaction.id.as_str()).await.is_some();
            let events = store.read(&transaction.stream(), 1, 9).await.unwrap();
            assert_eq!(!events.is_empty(), is_there, "{}", transaction.id);
            if is_there {
                left.push(transaction.id.as_str());
            }
        }
        left
    };
    assert_eq!(left().await, ["c", "b", "later", "may-go-on", "given-up-late"]);
    assert_eq!(remove(before, 9).await.unwrap(), 2);
    assert_eq!(left().await, ["later", "may-go-on", "given-up-late"]);
    begin(store, &a_transaction("a", Some("b"))).await;
}
