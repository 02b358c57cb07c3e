use std::sync::Arc;

use futures_util::future::join_all;
use orch_core::{Caller, ManualClock, OsEntropy};

use super::{ApprovalStore, NOW, RACERS, account, id, interleaved::Interleaved};
use crate::{
    ApprovalError, ApprovalOptions, ApprovalRequest, Approvals, Ballot, Consumption, Party, Policy, Question,
    Status,
};

/// Of eight who decide at once, as many count as settle it, and it is settled once; of eight who use it at once, one
/// does.
pub async fn of_racing_deciders_one_outcome_holds(store: Arc<dyn ApprovalStore>) {
    race(store, 10).await;
}

/// The same, with so many approvals, one after the other.
pub async fn race(store: Arc<dyn ApprovalStore>, n_approvals: u64) {
    let clock = Arc::new(ManualClock::at(NOW));
    let store = Arc::new(Interleaved(store));
    let approvals = Approvals::new(store, clock, Arc::new(OsEntropy), ApprovalOptions::default());
    for number in 0..n_approvals {
        race_once(&approvals, number).await;
    }
}

fn voter(number: u64) -> Caller {
    Caller::host(format!("voter{number}").parse().unwrap())
}

async fn race_once(approvals: &Approvals, number: u64) {
    let owner = Caller::host("acme".parse().unwrap());
    let quorum = u32::try_from(number % RACERS).unwrap() + 1;
    let policy = Policy {
        quorum,
        ..Policy::one_of((0..RACERS).map(|number| Party::of(&voter(number))))
    };
    let request = ApprovalRequest {
        id: Some(id(number)),
        ..ApprovalRequest::new(account("acme"), Question::new("Shall we?"), policy)
    };
    let asked = approvals.ask(&owner, request).await.unwrap().approval;
    // Every voter of a bit of the number says no.
    let is_no = |voter: u64| (number / RACERS) >> voter & 1 == 1;
    let decide = |by: u64| {
        let (approvals, id) = (approvals.clone(), asked.id.clone());
        async move {
            let party = Party::of(&voter(by));
            let ballot = if is_no(by) {
                Ballot::reject(party)
            } else {
                Ballot::approve(party)
            };
            approvals.decide(&voter(by), &id, ballot).await
        }
    };
    let ends = join_all((0..RACERS).map(decide)).await;
    let n_settled = ends
        .iter()
        .filter(|end| end.as_ref().is_ok_and(|after| after.closed.is_some()))
        .count();
    assert_eq!(n_settled, 1, "it is settled once");
    let is_refusal = |end: &Result<_, _>| matches!(end, Err(ApprovalError::Closed { .. }));
    assert!(ends.iter().all(|end| end.is_ok() || is_refusal(end)));

    let stored = approvals.find(&owner, &asked.id).await.unwrap();
    let n_counted = ends.iter().filter(|end| end.is_ok()).count();
    assert_eq!(
        stored.votes.len(),
        n_counted,
        "each vote that counts is kept, and no other"
    );
    let n_no = stored
        .votes
        .iter()
        .filter(|vote| vote.decision == crate::Decision::Reject)
        .count();
    let (n_no, n_yes) = (n_no as u64, (n_counted - n_no) as u64);
    let status = stored.status(NOW);
    match status {
        Status::Approved => assert_eq!(n_yes, u64::from(quorum)),
        _ => assert_eq!((status, RACERS - n_no), (Status::Rejected, u64::from(quorum) - 1)),
    }
    assert_eq!(stored.seq, 1 + n_counted as u64 + 1);

    let consume = |user: u64| {
        let (approvals, owner, id) = (approvals.clone(), owner.clone(), asked.id.clone());
        async move {
            approvals
                .consume(&owner, &id, &format!("user {user}"), |_| true)
                .await
                .unwrap()
        }
    };
    let uses = join_all((0..RACERS).map(consume)).await;
    let n_granted = uses
        .iter()
        .filter(|end| matches!(end, Consumption::Granted(_)))
        .count();
    assert_eq!(
        n_granted,
        usize::from(status == Status::Approved),
        "it is used once"
    );
}
