use std::time::Duration;

use futures_util::future::join_all;
use orch_auth::Form;

use super::sample::{
    NOW, SECOND, a_finish, a_transaction, answered, begin, consumer, find, id, reopen, try_begin,
    try_begin_alone,
};
use crate::{
    Transaction, TransactionStore,
    store::{Begun, Filter, Finish, Name},
    transaction::{End, Priority, State},
};

const RACERS: u32 = 16;

/// What was begun, and however it ended, is found whole by each of its names, among those of its consumer.
pub async fn a_transaction_reads_back(store: &dyn TransactionStore) {
    let ends = [
        State::Pending,
        State::NotExecuted,
        answered(r#"{"n":1.50,"t":"Zoë \u0000"}"#),
        State::Ended {
            at: NOW,
            end: End::Answered {
                status: Some(204),
                result: None,
            },
        },
        State::Ended {
            at: NOW,
            end: End::Answered {
                status: None,
                result: Some("null".into()),
            },
        },
        State::Ended {
            at: NOW,
            end: End::Refused {
                status: 422,
                body: Some("null".into()),
            },
        },
        State::Ended {
            at: NOW,
            end: End::Refused {
                status: 500,
                body: None,
            },
        },
        State::Ended {
            at: NOW,
            end: End::Lost,
        },
        State::Ended {
            at: NOW,
            end: End::TimedOut,
        },
    ];
    for (number, state) in ends.into_iter().enumerate() {
        let name = format!("tx_{number}");
        let transaction = Transaction {
            state,
            priority: Priority::Critical,
            form: Form::D,
            attempts: 3,
            executions: 2,
            signature: [u8::try_from(number).unwrap(); 32],
            ..a_transaction(&name, Some(&format!("key {number}")))
        };
        begin(store, &transaction).await;
        let names = [
            Name::Id(id(&name)),
            Name::Key(format!("key {number}")),
            Name::Signature(transaction.signature, NOW),
        ];
        for name in names {
            let found = store.find(&consumer("one"), &name).await.unwrap();
            assert_eq!(found.as_ref(), Some(&transaction), "{name:?}");
            assert_eq!(store.find(&consumer("two"), &name).await.unwrap(), None);
        }
        let too_late = Name::Signature(transaction.signature, NOW + Duration::from_millis(1));
        assert_eq!(store.find(&consumer("one"), &too_late).await.unwrap(), None);
    }
}

/// An id and a key are each taken once within a consumer, and whoever comes second leaves nothing and is told the first.
pub async fn a_transaction_begins_once(store: &dyn TransactionStore) {
    let (first, keyed) = (a_transaction("tx_1", None), a_transaction("tx_2", Some("key")));
    begin(store, &first).await;
    begin(store, &keyed).await;
    let taken = |first: &Transaction| Begun::Taken(Box::new(first.clone()));
    let same_id = Transaction {
        content: [9; 32],
        ..a_transaction("tx_1", Some("other"))
    };
    assert_eq!(try_begin(store, &same_id).await, taken(&first));
    let same_key = a_transaction("tx_3", Some("key"));
    assert_eq!(try_begin(store, &same_key).await, taken(&keyed));
    let same = a_transaction("tx_1", Some("key"));
    assert_eq!(try_begin(store, &same).await, taken(&first));
    assert_eq!(find(store, "one", "tx_3").await, None);
    assert_eq!(find(store, "one", "tx_1").await, Some(first));
    let foreign = Transaction {
        consumer: consumer("two"),
        ..a_transaction("tx_1", Some("key"))
    };
    begin(store, &foreign).await;
    begin(store, &a_transaction("tx_4", None)).await;
}

/// A signature is taken for as long as who comes with it says, and whoever comes meanwhile is told what it was taken for.
pub async fn a_signature_begins_once_in_its_time(store: &dyn TransactionStore) {
    let of = |name, millis| Transaction {
        started_at: NOW + Duration::from_millis(millis),
        ..a_transaction(name, None)
    };
    let since = |millis| Some(NOW + Duration::from_millis(millis));
    let (first, second) = (of("tx_1", 0), of("tx_2", 1));
    assert_eq!(try_begin_alone(store, &first, since(0)).await, Begun::New);
    let taken = Begun::Taken(Box::new(first));
    assert_eq!(try_begin_alone(store, &second, since(0)).await, taken);
    assert_eq!(find(store, "one", "tx_2").await, None);
    assert_eq!(try_begin_alone(store, &second, since(1)).await, Begun::New);
    let others = [
        Transaction {
            consumer: consumer("two"),
            ..of("tx_3", 1)
        },
        Transaction {
            signature: [3; 32],
            ..of("tx_3", 1)
        },
    ];
    for other in others {
        assert_eq!(try_begin_alone(store, &other, since(0)).await, Begun::New);
    }
}

/// Of those who begin at once with one signature that is to be alone, one is new.
pub async fn of_racing_signatures_one_is_new(store: &dyn TransactionStore) {
    let beginnings: Vec<_> = (0..RACERS)
        .map(|racer| a_transaction(&format!("tx_{racer}"), None))
        .collect();
    let begun = beginnings
        .iter()
        .map(|transaction| try_begin_alone(store, transaction, Some(NOW)));
    let begun = join_all(begun).await;
    let n_new = begun.iter().filter(|begun| **begun == Begun::New).count();
    assert_eq!(n_new, 1);
}

/// Of those who begin one transaction at once, one is new.
pub async fn of_racing_beginnings_one_is_new(store: &dyn TransactionStore) {
    let beginnings: Vec<_> = (0..RACERS)
        .map(|racer| Transaction {
            request_bytes: racer.into(),
            ..a_transaction("tx_1", Some("key"))
        })
        .collect();
    let begun = join_all(beginnings.iter().map(|transaction| try_begin(store, transaction))).await;
    let n_new = begun.iter().filter(|begun| **begun == Begun::New).count();
    assert_eq!(n_new, 1);
    let kept = find(store, "one", "tx_1").await.unwrap();
    for begun in begun {
        if let Begun::Taken(known) = begun {
            assert_eq!(*known, kept);
        }
    }
}

/// What is pending ends once, by the execution that is under way.
pub async fn a_finish_counts_once(store: &dyn TransactionStore) {
    let transaction = a_transaction("tx_1", None);
    assert!(
        !store
            .finish(&a_finish(&transaction, answered("1")))
            .await
            .unwrap(),
        "nothing is there"
    );
    begin(store, &transaction).await;
    begin(store, &a_transaction("tx_2", None)).await;
    let early = Finish {
        execution: 2,
        ..a_finish(&transaction, answered("0"))
    };
    assert!(!store.finish(&early).await.unwrap());
    let finish = Finish {
        joined: 4,
        ..a_finish(&transaction, answered("1"))
    };
    assert!(store.finish(&finish).await.unwrap());
    assert!(
        !store
            .finish(&a_finish(&transaction, answered("2")))
            .await
            .unwrap()
    );
    assert!(
        !store
            .finish(&a_finish(&transaction, State::NotExecuted))
            .await
            .unwrap()
    );
    let ended = Transaction {
        state: answered("1"),
        attempts: 5,
        ..transaction
    };
    assert_eq!(find(store, "one", "tx_1").await, Some(ended));
    assert_eq!(
        find(store, "one", "tx_2").await,
        Some(a_transaction("tx_2", None))
    );
}

/// Of those who finish one transaction at once, one counts.
pub async fn of_racing_finishes_one_counts(store: &dyn TransactionStore) {
    let transaction = a_transaction("tx_1", None);
    begin(store, &transaction).await;
    let finishes: Vec<_> = (0..RACERS)
        .map(|racer| a_finish(&transaction, answered(&racer.to_string())))
        .collect();
    let finished = join_all(finishes.iter().map(|finish| store.finish(finish))).await;
    let won: Vec<_> = finishes
        .iter()
        .zip(finished)
        .filter(|(_, finished)| *finished.as_ref().unwrap())
        .collect();
    assert_eq!(won.len(), 1);
    assert_eq!(find(store, "one", "tx_1").await.unwrap().state, won[0].0.state);
}

/// What was not executed is taken up again as the same transaction, once for each time it was read, and nothing else is.
pub async fn a_reopened_transaction_is_the_same(store: &dyn TransactionStore) {
    let transaction = a_transaction("tx_1", Some("key"));
    let ends_by = NOW + SECOND * 9;
    begin(store, &transaction).await;
    assert!(!reopen(store, &transaction, ends_by).await, "it is under way");
    assert!(
        store
            .finish(&a_finish(&transaction, State::NotExecuted))
            .await
            .unwrap()
    );
    let reopenings = (0..RACERS).map(|_| reopen(store, &transaction, ends_by));
    let reopened = join_all(reopenings)
        .await
        .into_iter()
        .filter(|reopened| *reopened);
    assert_eq!(reopened.count(), 1);
    let again = Transaction {
        ends_by,
        attempts: 2,
        executions: 2,
        ..transaction.clone()
    };
    assert_eq!(find(store, "one", "tx_1").await, Some(again.clone()));
    assert!(
        !store
            .finish(&a_finish(&transaction, answered("late")))
            .await
            .unwrap(),
        "that execution is over"
    );
    assert!(store.finish(&a_finish(&again, answered("1"))).await.unwrap());
    assert!(!reopen(store, &again, ends_by).await, "it has ended");
}

/// A list has what the filter wants, the latest first, in pages.
pub async fn transactions_are_listed_latest_first(store: &dyn TransactionStore) {
    for (name, of, at, service) in [
        ("b", "one", 1, "s"),
        ("a", "one", 1, "t"),
        ("c", "two", 3, "s"),
        ("d", "one", 2, "s"),
        ("a", "two", 1, "s"),
    ] {
        let transaction = Transaction {
            consumer: consumer(of),
            started_at: NOW + SECOND * at,
            service: service.parse().unwrap(),
            ..a_transaction(name, None)
        };
        begin(store, &transaction).await;
        if name == "d" {
            store
                .finish(&a_finish(&transaction, answered("1")))
                .await
                .unwrap();
        }
    }
    let list = |filter: Filter| async move {
        let filter = Filter {
            limit: if filter.limit == 0 { 10 } else { filter.limit },
            ..filter
        };
        let listed = store.list(&filter).await.unwrap();
        listed
            .into_iter()
            .map(|known| format!("{}/{}", known.consumer, known.id))
            .collect::<Vec<_>>()
    };
    let all = ["two/c", "one/d", "one/a", "one/b", "two/a"];
    assert_eq!(list(Filter::default()).await, all);
    assert_eq!(
        list(Filter {
            offset: 1,
            limit: 2,
            ..Filter::default()
        })
        .await,
        all[1..3]
    );
    let of_two = Filter {
        consumer: Some(consumer("two")),
        ..Filter::default()
    };
    assert_eq!(list(of_two).await, ["two/c", "two/a"]);
    let of_t = Filter {
        service: Some("t".parse().unwrap()),
        ..Filter::default()
    };
    assert_eq!(list(of_t).await, ["one/a"]);
    let called_a = Filter {
        id: Some(id("a")),
        ..Filter::default()
    };
    assert_eq!(list(called_a).await, ["one/a", "two/a"]);
    let ended = Filter {
        state: Some("success".into()),
        ..Filter::default()
    };
    assert_eq!(list(ended).await, ["one/d"]);
    let between = Filter {
        from: Some(NOW + SECOND * 2),
        to: Some(NOW + SECOND * 3),
        ..Filter::default()
    };
    assert_eq!(list(between).await, ["one/d"]);
}
