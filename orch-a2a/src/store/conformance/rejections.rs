use orch_core::{Event, EventLog, SeededEntropy, Timestamp};

use super::sample::{NOW, SECOND, a_transaction, begin, consumer};
use crate::{TransactionId, TransactionStore, store::Surplus, transaction::Rejection};

fn a_rejection(at: Timestamp, entropy: &SeededEntropy) -> Event {
    let rejection = Rejection {
        id: &TransactionId::generate(at, entropy),
        at,
        consumer: &consumer("one"),
        service: &"srv".parse().unwrap(),
        transaction: None,
        content: &[1; 32],
        signature: &[2; 32],
        reason: "conflict",
        approval: None,
        omitted: 3,
    };
    rejection.event()
}

/// A refusal is in the log as it was written, and a second one in its place is none.
pub async fn a_rejection_is_written_once(store: &(impl TransactionStore + EventLog)) {
    let rejection = a_rejection(NOW, &SeededEntropy::default());
    assert!(store.reject(&rejection).await.unwrap());
    let other = Event {
        kind: "other".to_owned(),
        ..rejection.clone()
    };
    assert!(!store.reject(&other).await.unwrap());
    assert_eq!(store.read(&rejection.stream, 1, 9).await.unwrap(), [rejection]);
}

/// What the log says of refusals is removed if it is old enough, so many at once, the earliest first; nothing else is.
pub async fn old_rejections_are_removed(store: &(impl TransactionStore + EventLog)) {
    let entropy = SeededEntropy::default();
    let rejections = [2, 0, 1, 9].map(|after| a_rejection(NOW + SECOND * after, &entropy));
    for rejection in &rejections {
        assert!(store.reject(rejection).await.unwrap());
    }
    let transaction = a_transaction("tx_1", None);
    begin(store, &transaction).await;
    let before = NOW + SECOND * 9;
    let remove = |before, limit| store.forget(Surplus::Rejections { before }, limit);
    let left = async || {
        let mut left = Vec::new();
        for (place, rejection) in rejections.iter().enumerate() {
            let events = store.read(&rejection.stream, 1, 9).await.unwrap();
            left.extend(events.first().map(|_| place));
        }
        left
    };
    assert_eq!(remove(NOW, 9).await.unwrap(), 0);
    assert_eq!(remove(before, 2).await.unwrap(), 2);
    assert_eq!(left().await, [0, 3]);
    assert_eq!(remove(before, 2).await.unwrap(), 1);
    assert_eq!(remove(before, 2).await.unwrap(), 0);
    assert_eq!(left().await, [3]);
    assert_eq!(store.read(&transaction.stream(), 1, 9).await.unwrap().len(), 1);
}
