use std::sync::Arc;

use super::{Approval, ApprovalStore, NOW, SECOND, add, approved, asked, awaited, find, keep};

fn numbers(approvals: &[Approval]) -> Vec<&str> {
    approvals.iter().map(|approval| approval.id.as_str()).collect()
}

/// Due is what is over and not written down as such, and what is closed and somebody waits for, until they are told; the
/// longest due first.
pub async fn what_is_due_is_found_in_its_order(store: Arc<dyn ApprovalStore>) {
    let store = &*store;
    for number in [2, 1, 3] {
        add(store, &asked(number)).await;
    }
    let waits = awaited(30);
    add(store, &waits).await;
    let due = |at, limit| async move {
        let due = store.due(at, limit).await.unwrap();
        numbers(&due).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(due(NOW + SECOND * 60, 10).await, [""; 0], "nothing is over yet");
    assert_eq!(due(NOW + SECOND * 62, 10).await, ["apr_1", "apr_2"]);
    assert_eq!(due(NOW + SECOND * 63, 2).await, ["apr_1", "apr_2"]);
    let decided = approved(&waits);
    keep(store, &decided).await;
    assert_eq!(due(NOW + SECOND * 62, 10).await, ["apr_30", "apr_1", "apr_2"]);
    assert_eq!(due(NOW + SECOND * 29, 10).await, [""; 0]);
    let expired = asked(1).approval.expire(NOW + SECOND * 62).unwrap();
    keep(store, &expired).await;
    let told = decided.approval.tell(NOW + SECOND * 62).unwrap();
    keep(store, &told).await;
    assert_eq!(due(NOW + SECOND * 63, 10).await, ["apr_2", "apr_3"]);
}

/// Removed is what was closed before a moment, nobody has to be told of and nothing has happened to since, those that were
/// closed first before others; whatever else there is stays, however old it is.
pub async fn only_what_is_over_is_pruned(store: Arc<dyn ApprovalStore>) {
    let store = &*store;
    for number in [1, 3, 2, 4] {
        add(store, &asked(number)).await;
    }
    for number in [1, 3, 2] {
        keep(store, &approved(&asked(number))).await;
    }
    let untold = awaited(5);
    add(store, &untold).await;
    let untold = approved(&untold);
    keep(store, &untold).await;
    let before = NOW + SECOND * 3;
    assert_eq!(store.prune(before, 1).await.unwrap(), 1);
    assert_eq!(find(store, 1).await, None, "it was closed first");
    assert_eq!(store.prune(before, 10).await.unwrap(), 1);
    assert_eq!(store.prune(before, 10).await.unwrap(), 0);
    assert!(find(store, 2).await.is_none() && find(store, 3).await.is_some());
    assert_eq!(store.prune(NOW + SECOND * 1000, 10).await.unwrap(), 1);
    assert!(find(store, 4).await.is_some() && find(store, 5).await.is_some());
    let told = untold.approval.tell(NOW + SECOND * 10).unwrap();
    keep(store, &told).await;
    let when_told = NOW + SECOND * 10;
    assert_eq!(
        store.prune(when_told, 10).await.unwrap(),
        0,
        "its last event is kept as long"
    );
    assert_eq!(store.prune(NOW + SECOND * 1000, 10).await.unwrap(), 1);
    // Its id and its key are free again.
    add(store, &awaited(5)).await;
    assert_eq!(
        store.find_by_key("inv_5").await.unwrap(),
        Some(awaited(5).approval)
    );
}
