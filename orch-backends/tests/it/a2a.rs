//! Services and signed transactions on both engines.
#![cfg(test)]

mod audited;
mod check;

use orch_a2a::{
    Transaction, TransactionStore,
    store::{Begun, Finish},
    transaction::{End, Priority, State},
};
use orch_backends::SqlStore;
use orch_core::Timestamp;

mod laws_in_memory {
    orch_a2a::service_store_tests!(orch_backends::SqlStore::in_memory().await.unwrap());
    orch_a2a::transaction_store_tests!(orch_backends::SqlStore::in_memory().await.unwrap());
}

mod laws_on_sqlite {
    orch_a2a::service_store_tests!(orch_backends::sql::test_db::sqlite().await);
    orch_a2a::transaction_store_tests!(orch_backends::sql::test_db::sqlite().await);
}

mod laws_on_postgres {
    orch_a2a::service_store_tests!(optional: orch_backends::sql::test_db::postgres().await);
    orch_a2a::transaction_store_tests!(optional: orch_backends::sql::test_db::postgres().await);
}

const NOW: Timestamp = Timestamp::from_millis(1_705_314_600_000);

/// Makes a transaction that comes as far as this.
async fn make(store: &SqlStore, id: &str, state: State) -> Transaction {
    let transaction = Transaction {
        id: id.parse().unwrap(),
        consumer: "one".parse().unwrap(),
        service: "srv-1".parse().unwrap(),
        provider: "two".parse().unwrap(),
        priority: Priority::Normal,
        key: None,
        content: [1; 32],
        signature: [2; 32],
        form: orch_auth::Form::A,
        request_bytes: 100,
        started_at: NOW,
        ends_by: NOW,
        state: State::Pending,
        attempts: 1,
        executions: 1,
    };
    let event = transaction.began(NOW, None, None);
    let begun = TransactionStore::begin(store, &transaction, None, &event).await;
    assert_eq!(begun.unwrap(), Begun::New);
    if state != State::Pending {
        let finish = Finish {
            consumer: transaction.consumer.clone(),
            id: transaction.id.clone(),
            execution: 1,
            event: transaction.became(NOW, &state, None),
            state,
            joined: 0,
        };
        assert!(TransactionStore::finish(store, &finish).await.unwrap());
    }
    transaction
}

fn answered() -> State {
    let end = End::Answered {
        status: Some(200),
        result: Some("1".to_owned()),
    };
    State::Ended { at: NOW, end }
}
