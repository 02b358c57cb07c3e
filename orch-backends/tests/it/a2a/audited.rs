//! Transactions are in the chain over what was done.

use std::sync::Arc;

use orch_backends::{SqlStore, sql::test_db};
use orch_core::{
    ManualClock, SeededEntropy,
    audit::{Audit, Fault},
};

use super::{answered, make};
use crate::spoiled::spoil;

async fn changed_transactions_are_found_out(store: SqlStore) {
    make(&store, "tx_1", answered()).await;
    make(&store, "tx_2", answered()).await;
    let clock = Arc::new(ManualClock::default());
    let audit = Audit::new(Arc::new(store.clone()), clock, &SeededEntropy::new(1));
    let unsealed = audit.verify(|_| None, None).await.unwrap().tail;
    let named: Vec<String> = unsealed.stretches.iter().map(ToString::to_string).collect();
    assert_eq!(
        named,
        ["tx_1", "tx_2"].map(|id| format!("events 1 to 2 of transaction/one {id}"))
    );
    assert_eq!(audit.seal().await.unwrap(), 4);
    assert!(audit.verify(|_| None, None).await.unwrap().is_sound());
    let faults = async || {
        let verdict = audit.verify(|_| None, None).await.unwrap();
        verdict.faults
    };
    spoil(
        &store,
        "UPDATE orch_events SET data = REPLACE(data, '\"one\"', '\"six\"') WHERE stream = 'transaction/one tx_1' AND seq = 1",
    )
    .await;
    let (number, stream) = (1, "transaction/one tx_1".to_owned());
    assert_eq!(
        faults().await,
        [Fault::Changed {
            number,
            stream,
            seq: 1
        }]
    );
    spoil(
        &store,
        "DELETE FROM orch_events WHERE stream = 'transaction/one tx_2'",
    )
    .await;
    assert_eq!(faults().await.len(), 3);
}

#[tokio::test]
async fn changed_transactions_are_found_out_on_sqlite() {
    changed_transactions_are_found_out(test_db::sqlite().await).await;
}

#[tokio::test]
async fn changed_transactions_are_found_out_on_postgres() {
    if let Some(store) = test_db::postgres().await {
        changed_transactions_are_found_out(store).await;
    }
}
