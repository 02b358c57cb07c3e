//! What the laws are tried on.

use std::time::Duration;

use orch_auth::{Form, PartyId};
use orch_core::{Event, Timestamp};
use serde_json::json;

use crate::{
    Transaction, TransactionId, TransactionStore,
    store::{Begun, Finish, Name},
    transaction::{End, Priority, State},
};

pub(super) const NOW: Timestamp = Timestamp::from_millis(1_705_314_600_000);
pub(super) const SECOND: Duration = Duration::from_secs(1);

pub(super) fn id(name: &str) -> TransactionId {
    name.parse().unwrap()
}

pub(super) fn consumer(name: &str) -> PartyId {
    name.parse().unwrap()
}

pub(super) fn a_transaction(name: &str, key: Option<&str>) -> Transaction {
    Transaction {
        id: id(name),
        consumer: consumer("one"),
        service: "srv-1".parse().unwrap(),
        provider: "agent-001".parse().unwrap(),
        priority: Priority::Normal,
        key: key.map(str::to_owned),
        content: [1; 32],
        signature: [2; 32],
        form: Form::A,
        request_bytes: 100,
        started_at: NOW,
        ends_by: NOW + SECOND,
        state: State::Pending,
        attempts: 1,
        executions: 1,
    }
}

pub(super) fn a_finish(transaction: &Transaction, state: State) -> Finish {
    Finish {
        consumer: transaction.consumer.clone(),
        id: transaction.id.clone(),
        execution: transaction.executions,
        event: transaction.became(NOW + SECOND, &state, None),
        state,
        joined: 0,
    }
}

pub(super) fn answered(result: &str) -> State {
    let end = End::Answered {
        status: Some(201),
        result: Some(result.to_owned()),
    };
    State::Ended {
        at: NOW + SECOND,
        end,
    }
}

/// What came of beginning a transaction, with the first event of its stream.
pub(super) async fn try_begin(store: &dyn TransactionStore, transaction: &Transaction) -> Begun {
    try_begin_alone(store, transaction, None).await
}

/// The same, where another of its signature that was started since then is in its way.
pub(super) async fn try_begin_alone(
    store: &dyn TransactionStore,
    transaction: &Transaction,
    since: Option<Timestamp>,
) -> Begun {
    let event = Event::new(transaction.stream(), 1, "began", NOW, &json!({ "v": 1 }));
    store.begin(transaction, since, &event).await.unwrap()
}

pub(super) async fn begin(store: &dyn TransactionStore, transaction: &Transaction) {
    assert_eq!(try_begin(store, transaction).await, Begun::New);
}

/// Takes a transaction up again, with the event that follows.
pub(super) async fn reopen(store: &dyn TransactionStore, read: &Transaction, ends_by: Timestamp) -> bool {
    let again = Transaction {
        executions: read.executions + 1,
        ..read.clone()
    };
    let event = again.began(NOW + SECOND, None, None);
    store.reopen(read, ends_by, &event).await.unwrap()
}

pub(super) async fn find(store: &dyn TransactionStore, of: &str, name: &str) -> Option<Transaction> {
    store.find(&consumer(of), &Name::Id(id(name))).await.unwrap()
}
