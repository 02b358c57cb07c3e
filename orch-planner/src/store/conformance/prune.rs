use orch_core::RunId;

use super::{OrchestrationStore, RunRecord, RunStatus, add, at, find, insert, keyed, record, seqs};
use crate::store::{Insertion, RunName};

async fn is_there(store: &dyn OrchestrationStore, id: RunId) -> bool {
    store.find(id).await.unwrap().is_some()
}

/// Only what ended before the moment is removed, what ended first before the rest, and no more than wanted.
pub async fn only_what_ended_before_is_pruned(store: &dyn OrchestrationStore) {
    let ended = |number, ended_at| RunRecord {
        status: RunStatus::Completed,
        ended_at: Some(at(ended_at)),
        ..record(number)
    };
    for run in [ended(1, 30), ended(2, 10), ended(3, 20), ended(4, 40)] {
        add(store, &run).await;
    }
    let going_on = [
        RunStatus::Running,
        RunStatus::Waiting,
        RunStatus::Cancelling,
        RunStatus::Failing,
    ];
    for (number, status) in (5..).zip(going_on) {
        add(
            store,
            &RunRecord {
                status,
                ..record(number)
            },
        )
        .await;
    }
    assert_eq!(store.prune(at(10), 10).await.unwrap(), 0, "it ended just then");
    assert_eq!(store.prune(at(40), 2).await.unwrap(), 2);
    for (number, is_left) in [(1, true), (2, false), (3, false), (4, true)] {
        assert_eq!(is_there(store, record(number).id).await, is_left, "run {number}");
    }
    assert_eq!(store.prune(at(40), 2).await.unwrap(), 1);
    assert_eq!(store.prune(at(40), 2).await.unwrap(), 0);
    assert_eq!(find(store, &record(4)).await, ended(4, 40));
    for number in 5..9 {
        assert!(is_there(store, record(number).id).await, "run {number} goes on");
    }
}

/// Of a run that was removed there are no events left, and its key can be used anew.
pub async fn what_is_pruned_leaves_nothing(store: &dyn OrchestrationStore) {
    let old = RunRecord {
        seq: 7,
        status: RunStatus::Failed,
        ended_at: Some(at(1)),
        ..keyed(1, "k")
    };
    add(store, &old).await;
    add(store, &RunRecord { seq: 3, ..record(2) }).await;
    assert_eq!(store.prune(at(2), 10).await.unwrap(), 1);
    assert_eq!(seqs(store, old.id).await, [0; 0]);
    assert_eq!(seqs(store, record(2).id).await, [1, 2, 3], "of another");
    assert_eq!(
        store
            .find_by(&old.account, &RunName::Key("k".into()))
            .await
            .unwrap(),
        None
    );
    assert_eq!(insert(store, &keyed(3, "k")).await, Insertion::New);
}
