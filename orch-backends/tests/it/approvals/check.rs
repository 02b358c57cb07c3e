//! What the check of a database finds in its approvals.

use std::sync::Arc;

use orch_approvals::{ApprovalRequest, Approvals, Ballot, Party, Policy, Question};
use orch_backends::{SqlStore, sql::test_db};
use orch_core::{Caller, OsEntropy, SystemClock};

use crate::spoiled;

/// One that is used, one that was rejected, and one that is pending.
async fn ask(store: &SqlStore) {
    let approvals = Approvals::new(
        Arc::new(store.clone()),
        Arc::new(SystemClock),
        Arc::new(OsEntropy),
        Default::default(),
    );
    let (acme, boss) = (
        Caller::host("acme".parse().unwrap()),
        Caller::host("boss".parse().unwrap()),
    );
    for name in ["one", "two", "three"] {
        let policy = Policy::one_of([Party::of(&boss)]);
        let request = ApprovalRequest {
            id: Some(name.parse().unwrap()),
            ..ApprovalRequest::new(Party::of(&acme), Question::new("Shall we?"), policy)
        };
        approvals.ask(&acme, request).await.unwrap();
    }
    for (name, ballot) in [
        ("one", Ballot::approve(Party::of(&boss))),
        ("two", Ballot::reject(Party::of(&boss))),
    ] {
        approvals
            .decide(&boss, &name.parse().unwrap(), ballot)
            .await
            .unwrap();
    }
    approvals
        .consume(&acme, &"one".parse().unwrap(), "user", |_| true)
        .await
        .unwrap();
}

/// Each change breaks a law, and the next one mends it.
async fn every_law_is_checked(store: SqlStore) {
    ask(&store).await;
    let breaks = [
        (
            "UPDATE orch_approvals SET seq = seq + 1 WHERE id = 'one'",
            "an approval's number is that of its last event",
            "UPDATE orch_approvals SET seq = seq - 1 WHERE id = 'one'",
        ),
        (
            "UPDATE orch_approvals SET status = 'approved' WHERE id = 'two'",
            "an approval is closed once, as its events say",
            "UPDATE orch_approvals SET status = 'rejected' WHERE id = 'two'",
        ),
        (
            "UPDATE orch_events SET kind = 'approved' WHERE kind = 'voted' AND stream = 'approval/one'",
            "an approval is closed once, as its events say",
            "UPDATE orch_events SET kind = 'voted' WHERE kind = 'approved' AND seq = 2 AND stream = 'approval/one'",
        ),
        (
            "UPDATE orch_events SET kind = 'used' WHERE kind = 'voted' AND stream = 'approval/one'",
            "only an approved approval is used, and by one at a time",
            "UPDATE orch_events SET kind = 'voted' WHERE kind = 'used' AND seq = 2 AND stream = 'approval/one'",
        ),
        (
            "UPDATE orch_approval_requesters SET n_pending = n_pending + 1",
            "the pending approvals of a requester are as many as are counted",
            "UPDATE orch_approval_requesters SET n_pending = n_pending - 1",
        ),
        (
            "UPDATE orch_approval_viewers SET approval = 'other' WHERE approval = 'one'",
            "whoever may see an approval may see one that is there",
            "UPDATE orch_approval_viewers SET approval = 'one' WHERE approval = 'other'",
        ),
        (
            "UPDATE orch_approvals SET due_at = 7 WHERE id = 'three'",
            "an approval's document says what stands beside it, and its votes what it came to",
            "UPDATE orch_approvals SET due_at = created_at + 3600000 WHERE id = 'three'",
        ),
        (
            "UPDATE orch_approvals SET document = REPLACE(document, '\"decision\":\"reject\"', '\"decision\":\"approve\"') \
             WHERE id = 'two'",
            "an approval's document says what stands beside it, and its votes what it came to",
            "UPDATE orch_approvals SET document = REPLACE(document, '\"decision\":\"approve\"', '\"decision\":\"reject\"') \
             WHERE id = 'two'",
        ),
    ];
    spoiled::every_law_is_checked(&store, &breaks).await;
}

#[tokio::test]
async fn every_law_is_checked_on_sqlite() {
    every_law_is_checked(test_db::sqlite().await).await;
}

#[tokio::test]
async fn every_law_is_checked_on_postgres() {
    if let Some(store) = test_db::postgres().await {
        every_law_is_checked(store).await;
    }
}
