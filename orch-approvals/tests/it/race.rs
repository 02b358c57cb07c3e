//! Eight decide at once, on as many threads as there are.

use std::sync::Arc;

use orch_approvals::{
    ApprovalError, ApprovalRequest, Approvals, Ballot, Consumption, InMemoryApprovals, Party, Policy,
    Question, store::conformance,
};
use orch_core::{Caller, OsEntropy, SystemClock};

/// How many tries; `ORCH_APPROVAL_RACES` says otherwise, as in `.ci/run`.
const TRIES: u64 = 1_000;

#[expect(
    clippy::disallowed_methods,
    reason = "whoever runs the test says how long it may take"
)]
fn tries() -> u64 {
    let said = std::env::var("ORCH_APPROVAL_RACES").ok();
    said.and_then(|said| said.parse().ok()).unwrap_or(TRIES)
}

#[tokio::test]
async fn each_of_many_races_has_one_outcome_and_one_use() {
    conformance::race(Arc::new(InMemoryApprovals::default()), tries()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn threads_race_for_one_outcome_and_one_use() {
    let store = Arc::new(InMemoryApprovals::default());
    let approvals = Approvals::new(
        store,
        Arc::new(SystemClock),
        Arc::new(OsEntropy),
        Default::default(),
    );
    let caller = Caller::host("acme".parse().unwrap());
    for _ in 0..tries() / 10 {
        let request = ApprovalRequest::new(Party::Anonymous, Question::new("Shall we?"), Policy::anyone());
        let id = approvals.ask(&caller, request).await.unwrap().approval.id;
        let contend = |number: u32| {
            let (approvals, caller, id) = (approvals.clone(), caller.clone(), id.clone());
            tokio::spawn(async move {
                let party = Party::agent(&number.to_string()).unwrap();
                let ballot = if number.is_multiple_of(2) {
                    Ballot::approve(party)
                } else {
                    Ballot::reject(party)
                };
                let settled = match approvals.decide(&caller, &id, ballot).await {
                    Ok(_) => 1,
                    Err(ApprovalError::Closed { .. }) => 0,
                    Err(other) => panic!("{other}"),
                };
                let used = approvals
                    .consume(&caller, &id, &number.to_string(), |_| true)
                    .await
                    .unwrap();
                (settled, u32::from(matches!(used, Consumption::Granted(_))))
            })
        };
        let contenders: Vec<_> = (0..8).map(contend).collect();
        let (mut n_settled, mut n_used) = (0, 0);
        for contender in contenders {
            let (settled, used) = contender.await.unwrap();
            (n_settled, n_used) = (n_settled + settled, n_used + used);
        }
        let approved = approvals.find(&caller, &id).await.unwrap().used.is_some();
        assert_eq!((n_settled, n_used), (1, u32::from(approved)));
    }
}
