use std::{pin::pin, sync::Arc, time::Duration};

use futures_util::{FutureExt, future::join};
use orch_core::{Caller, Clock, Fingerprint, ManualClock, SeededEntropy, event::News};

use super::{ApprovalOptions, Approvals};
use crate::{
    Action, ApprovalError, ApprovalRequest, Ballot, Consumption, Filter, InMemoryApprovals, OnExpiry, Party,
    Policy, Question, Refusal, Status,
};

const SECOND: Duration = Duration::from_secs(1);

fn caller(account: &str) -> Caller {
    Caller::host(account.parse().unwrap())
}

fn party(account: &str) -> Party {
    Party::of(&caller(account))
}

struct House {
    approvals: Approvals,
    clock: Arc<ManualClock>,
    store: Arc<InMemoryApprovals>,
}

impl House {
    fn new() -> Self {
        let store = Arc::new(InMemoryApprovals::default());
        let clock = Arc::new(ManualClock::default());
        let approvals = Self::replica(&store, &clock);
        Self {
            approvals,
            clock,
            store,
        }
    }

    /// A service like that of another process.
    fn replica(store: &Arc<InMemoryApprovals>, clock: &Arc<ManualClock>) -> Approvals {
        let options = ApprovalOptions {
            pending_per_requester: 3,
            stewards: [party("steward")].into(),
            ..ApprovalOptions::default()
        };
        Approvals::new(
            store.clone(),
            clock.clone(),
            Arc::new(SeededEntropy::default()),
            options,
        )
    }

    /// Acme asks its boss, who has a minute.
    async fn ask(&self) -> crate::Approval {
        let asked = self.approvals.ask(&caller("acme"), request()).await.unwrap();
        assert!(asked.is_new);
        asked.approval
    }

    async fn status(&self, id: &orch_core::ApprovalId) -> Status {
        let approval = self.approvals.find(&caller("acme"), id).await.unwrap();
        approval.status(self.clock.now())
    }
}

fn request() -> ApprovalRequest {
    let policy = Policy {
        timeout: SECOND * 60,
        ..Policy::one_of([party("boss")])
    };
    ApprovalRequest::new(party("acme"), Question::new("Shall we?"), policy)
}

fn of_action(number: u64) -> ApprovalRequest {
    ApprovalRequest {
        action: Some(Action {
            key: "inv_1".into(),
            digest: Fingerprint::of_value(&number.into()),
            keeper: Some("run_1".into()),
        }),
        ..request()
    }
}

#[tokio::test]
async fn a_stranger_finds_nothing_and_changes_nothing() {
    let house = House::new();
    let asked = house.ask().await;
    let (stranger, approvals) = (caller("stranger"), &house.approvals);
    let id = &asked.id;
    let not_found = |end: Result<_, _>| assert!(matches!(end, Err(ApprovalError::NotFound(_))));
    not_found(approvals.find(&stranger, id).await);
    not_found(approvals.wait(&stranger, id, house.clock.now()).await);
    not_found(
        approvals
            .decide(&stranger, id, Ballot::approve(party("stranger")))
            .await,
    );
    not_found(
        approvals
            .decide(&stranger, id, Ballot::approve(party("boss")))
            .await,
    );
    assert!(matches!(
        approvals.release(&stranger, id, "x").await,
        Err(ApprovalError::NotFound(_))
    ));
    let used = approvals.consume(&stranger, id, "x", |_| true).await.unwrap();
    assert_eq!(used, Consumption::Refused(Refusal::Unknown));
    assert_eq!(approvals.find_asked(&stranger, "inv_1").await.unwrap(), None);
    for seen_by in [None, Some("acme".parse().unwrap())] {
        let filter = Filter {
            seen_by,
            ..Filter::default()
        };
        assert!(
            approvals
                .list(&stranger, filter, 10, None)
                .await
                .unwrap()
                .approvals
                .is_empty()
        );
    }
    assert_eq!(house.status(id).await, Status::Pending);
    // Nor does who may see it decide in the name of another.
    let forged = approvals
        .decide(&caller("acme"), id, Ballot::approve(party("boss")))
        .await;
    assert!(matches!(forged, Err(ApprovalError::Forbidden { .. })));
    let own = approvals
        .decide(&caller("acme"), id, Ballot::approve(party("acme")))
        .await;
    assert!(matches!(own, Err(ApprovalError::Forbidden { .. })));
}

#[tokio::test]
async fn who_is_named_sees_and_decides_what_a_steward_only_sees() {
    let house = House::new();
    let id = house.ask().await.id;
    let steward = caller("steward");
    assert_eq!(house.approvals.find(&steward, &id).await.unwrap().id, id);
    let refused = house
        .approvals
        .decide(&steward, &id, Ballot::approve(party("steward")))
        .await;
    assert!(matches!(refused, Err(ApprovalError::Forbidden { .. })));
    let decided = house
        .approvals
        .decide(&caller("boss"), &id, Ballot::reject(party("boss")))
        .await
        .unwrap();
    assert_eq!(decided.status(house.clock.now()), Status::Rejected);
    let open = ApprovalRequest::new(Party::Anonymous, Question::new("And this?"), Policy::anyone());
    let open = house.approvals.ask(&caller("acme"), open).await.unwrap().approval;
    let decided = house
        .approvals
        .decide(&steward, &open.id, Ballot::approve(party("steward")))
        .await
        .unwrap();
    assert_eq!(decided.verdict().unwrap().by, party("steward"));
    let listed = house
        .approvals
        .list(&steward, Filter::default(), 10, None)
        .await
        .unwrap();
    assert_eq!(listed.approvals.len(), 2);
}

#[tokio::test]
async fn an_action_asks_once_and_only_for_itself() {
    let House { approvals, .. } = House::new();
    let acme = caller("acme");
    let first = approvals.ask(&acme, of_action(1)).await.unwrap();
    let second = approvals.ask(&acme, of_action(1)).await.unwrap();
    assert_eq!((first.is_new, second.is_new), (true, false));
    assert_eq!(first.approval, second.approval);
    assert_eq!(
        approvals.find_asked(&acme, "inv_1").await.unwrap(),
        Some(first.approval)
    );
    let other = approvals.ask(&acme, of_action(2)).await;
    assert!(matches!(other, Err(ApprovalError::AskedOther { .. })));
    let strangers = approvals.ask(&caller("other"), of_action(1)).await;
    assert!(matches!(strangers, Err(ApprovalError::AskedOther { .. })));
    let chosen = ApprovalRequest {
        id: Some("apr_custom_id".parse().unwrap()),
        ..request()
    };
    approvals.ask(&acme, chosen.clone()).await.unwrap();
    assert!(matches!(
        approvals.ask(&acme, chosen).await,
        Err(ApprovalError::Exists(_))
    ));
}

#[tokio::test]
async fn what_is_over_makes_room_for_who_has_too_many() {
    let house = House::new();
    for _ in 0..3 {
        house.ask().await;
    }
    let full = house.approvals.ask(&caller("acme"), request()).await;
    assert!(matches!(full, Err(ApprovalError::TooMany { limit: 3 })));
    house.clock.advance(SECOND * 60);
    house.ask().await;
}

#[tokio::test]
async fn an_approval_lets_one_thing_through_until_that_gives_it_back() {
    let house = House::new();
    let (acme, boss) = (caller("acme"), caller("boss"));
    let id = house.ask().await.id;
    let consume = |by: &'static str| {
        let (approvals, acme, id) = (house.approvals.clone(), acme.clone(), id.clone());
        async move {
            match approvals.consume(&acme, &id, by, |_| true).await.unwrap() {
                Consumption::Granted(_) => Ok(()),
                Consumption::Refused(refusal) => Err(refusal),
            }
        }
    };
    assert_eq!(consume("one").await, Err(Refusal::Pending));
    house
        .approvals
        .decide(&boss, &id, Ballot::approve(party("boss")))
        .await
        .unwrap();
    let about_something_else = house
        .approvals
        .consume(&acme, &id, "one", |_| false)
        .await
        .unwrap();
    assert_eq!(about_something_else, Consumption::Refused(Refusal::Mismatch));
    house.clock.advance(SECOND * 3600);
    let old = house
        .approvals
        .consume_within(&acme, &id, "one", Some(SECOND * 3599), |_| true);
    assert_eq!(old.await.unwrap(), Consumption::Refused(Refusal::Expired));
    let young = house
        .approvals
        .consume_within(&acme, &id, "one", Some(SECOND * 3600), |_| true);
    assert!(matches!(young.await.unwrap(), Consumption::Granted(_)));
    assert_eq!(consume("one").await, Ok(()), "the same one may ask again");
    assert_eq!(consume("two").await, Err(Refusal::Used));
    assert!(!house.approvals.release(&acme, &id, "two").await.unwrap());
    assert!(house.approvals.release(&acme, &id, "one").await.unwrap());
    assert_eq!(
        (consume("two").await, consume("one").await),
        (Ok(()), Err(Refusal::Used))
    );
}

#[tokio::test]
async fn who_waits_hears_of_the_decision_and_of_the_end_of_time() {
    let house = House::new();
    let (acme, boss) = (caller("acme"), caller("boss"));
    let id = house.ask().await.id;
    let start = house.clock.now();
    {
        let mut wait = pin!(house.approvals.wait(&acme, &id, start + SECOND * 25));
        assert!(wait.as_mut().now_or_never().is_none());
        house.clock.advance(SECOND * 25);
        assert_eq!(
            wait.await.unwrap().status(house.clock.now()),
            Status::Pending,
            "its patience is over"
        );
    }
    let decide = house.approvals.decide(&boss, &id, Ballot::approve(party("boss")));
    let wait = house.approvals.wait(&acme, &id, start + SECOND * 1000);
    // No time passes here.
    let (waited, decided) = join(wait, decide).await;
    assert_eq!(waited.unwrap(), decided.unwrap());

    let silent = house.ask().await.id;
    let mut wait = pin!(house.approvals.wait(&acme, &silent, start + SECOND * 1000));
    assert!(wait.as_mut().now_or_never().is_none());
    house.clock.advance(SECOND * 60);
    assert_eq!(wait.await.unwrap().status(house.clock.now()), Status::Expired);
}

#[tokio::test]
async fn news_of_another_process_wakes_who_waits() {
    let house = House::new();
    let there = House::replica(&house.store, &house.clock);
    let asked = house.ask().await;
    let (acme, boss) = (caller("acme"), caller("boss"));
    let ear = house.approvals.ear().upgrade().unwrap();
    let mut changes = house.approvals.changes();
    let mut wait = pin!(
        house
            .approvals
            .wait(&acme, &asked.id, house.clock.now() + SECOND * 25)
    );
    assert!(wait.as_mut().now_or_never().is_none() && changes.next().now_or_never().is_none());
    there
        .decide(&boss, &asked.id, Ballot::approve(party("boss")))
        .await
        .unwrap();
    assert!(
        wait.as_mut().now_or_never().is_none(),
        "nothing is heard of it yet"
    );
    let stream = asked.stream();
    ear.hear(&News::Grew {
        stream,
        seq: 3,
        is_over: true,
    });
    assert!(wait.now_or_never().is_some() && changes.next().now_or_never().is_some());
}

#[tokio::test]
async fn what_is_due_is_closed_and_told_once() {
    let house = House::new();
    let approvals = &house.approvals;
    let acme = caller("acme");
    let silent = ApprovalRequest {
        policy: Policy {
            on_expiry: OnExpiry::Approve,
            ..request().policy
        },
        ..of_action(1)
    };
    let silent = approvals.ask(&acme, silent).await.unwrap().approval;
    let unattended = house.ask().await;
    let due = approvals.run_due(10).await.unwrap();
    assert_eq!((due.n_found, due.untold.len()), (0, 0));
    house.clock.advance(SECOND * 60);
    let due = approvals.run_due(10).await.unwrap();
    assert_eq!(due.n_found, 2);
    assert_eq!(due.untold.len(), 1, "nobody waits for the other");
    assert_eq!(due.untold[0].id, silent.id);
    assert_eq!(house.status(&silent.id).await, Status::Approved);
    assert_eq!(house.status(&unattended.id).await, Status::Expired);
    let again = approvals.run_due(10).await.unwrap();
    assert_eq!(again.untold, due.untold, "nobody was told yet");
    approvals.told(again.untold[0].clone()).await.unwrap();
    approvals.told(due.untold[0].clone()).await.unwrap();
    assert_eq!(approvals.run_due(10).await.unwrap().n_found, 0);
    house.clock.advance(SECOND);
    assert_eq!(approvals.prune(house.clock.now(), 10).await.unwrap(), 2);
}

#[tokio::test]
async fn a_list_goes_on_where_it_stopped() {
    let house = House::new();
    let acme = caller("acme");
    let mut asked = Vec::new();
    for _ in 0..3 {
        asked.insert(0, house.ask().await.id);
        house.clock.advance(SECOND);
    }
    let ids = |listed: &crate::Listed| {
        listed
            .approvals
            .iter()
            .map(|approval| approval.id.clone())
            .collect::<Vec<_>>()
    };
    let first = house
        .approvals
        .list(&acme, Filter::default(), 2, None)
        .await
        .unwrap();
    assert_eq!(ids(&first), asked[..2]);
    let rest = house
        .approvals
        .list(&acme, Filter::default(), 2, first.next)
        .await
        .unwrap();
    assert_eq!((ids(&rest), rest.next), (asked[2..].to_vec(), None));
    let pending = || Filter {
        status: Some(Status::Pending),
        ..Filter::default()
    };
    house.clock.advance(SECOND * 58);
    let listed = house.approvals.list(&acme, pending(), 10, None).await.unwrap();
    assert_eq!(ids(&listed), asked[..1], "what is over is not pending");
}
