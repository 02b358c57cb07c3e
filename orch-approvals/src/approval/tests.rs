use std::time::Duration;

use orch_core::{Timestamp, Uuid};
use proptest::prelude::*;

use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_705_314_600_000);
const SECOND: Duration = Duration::from_secs(1);

fn party(number: usize) -> Party {
    Party::agent(&format!("voter{number}")).unwrap()
}

/// The requester is the first voter.
fn asked(policy: Policy) -> Change {
    let request = ApprovalRequest {
        action: Some(Action {
            key: "inv_1".into(),
            digest: orch_core::Fingerprint::of_value(&1.into()),
            keeper: Some("run_1".into()),
        }),
        ..ApprovalRequest::new(party(0), Question::new("Shall we?"), policy)
    };
    Approval::ask("apr_1".parse().unwrap(), "acme".parse().unwrap(), request, NOW).unwrap()
}

fn ballot(voter: usize, decision: Decision) -> Ballot {
    Ballot {
        decision,
        ..Ballot::approve(party(voter))
    }
}

/// What can happen, and when: `after` seconds later than what happened before.
#[derive(Clone, Debug)]
enum Happening {
    Vote { voter: usize, yes: bool },
    Expire,
    Use { user: usize },
    Release { user: usize },
    Tell,
}

fn happening() -> impl Strategy<Value = (Happening, u32)> {
    let what = prop_oneof![
        6 => (0..6_usize, any::<bool>()).prop_map(|(voter, yes)| Happening::Vote { voter, yes }),
        1 => Just(Happening::Expire),
        2 => (0..3_usize).prop_map(|user| Happening::Use { user }),
        1 => (0..3_usize).prop_map(|user| Happening::Release { user }),
        1 => Just(Happening::Tell),
    ];
    (what, prop_oneof![8 => Just(0_u32), 1 => 1..40_u32])
}

fn policy() -> impl Strategy<Value = Policy> {
    let approvers = prop_oneof![
        Just(Approvers::Anyone),
        proptest::collection::btree_set(0..6_usize, 1..6)
            .prop_map(|voters| Approvers::Named(voters.into_iter().map(party).collect()))
    ];
    let on_expiry = prop_oneof![Just(OnExpiry::Deny), Just(OnExpiry::Approve)];
    let parts = (approvers, 1..4_u32, any::<bool>(), on_expiry);
    let policy = parts.prop_map(|(approvers, quorum, self_approval, on_expiry)| Policy {
        approvers,
        quorum,
        self_approval,
        timeout: SECOND * 60,
        on_expiry,
    });
    policy.prop_filter("it can be meant", |policy| policy.check(&party(0)).is_ok())
}

/// The simplest thing that keeps the rules: counts of votes, and what they mean.
#[derive(Debug)]
struct Model {
    policy: Policy,
    n_eligible: usize,
    yes: Vec<usize>,
    no: Vec<usize>,
    settled: Option<Status>,
    user: Option<usize>,
    is_told: bool,
}

impl Model {
    fn new(policy: Policy) -> Self {
        let n_eligible = (0..6).filter(|voter| Self::may(&policy, *voter)).count();
        Self {
            policy,
            n_eligible,
            yes: Vec::new(),
            no: Vec::new(),
            settled: None,
            user: None,
            is_told: false,
        }
    }

    fn may(policy: &Policy, voter: usize) -> bool {
        let is_named = match &policy.approvers {
            Approvers::Anyone => true,
            Approvers::Named(named) => named.contains(&party(voter)),
        };
        is_named && (voter != 0 || policy.self_approval)
    }

    fn status(&self, at: u32) -> Status {
        match (self.settled, self.policy.on_expiry) {
            (Some(status), _) => status,
            (None, _) if at < 60 => Status::Pending,
            (None, OnExpiry::Deny) => Status::Expired,
            (None, OnExpiry::Approve) => Status::Approved,
        }
    }

    /// Whether it does something.
    fn happens(&mut self, what: &Happening, at: u32) -> bool {
        let status = self.status(at);
        match *what {
            Happening::Vote { voter, yes } => {
                let has_voted = self.yes.contains(&voter) || self.no.contains(&voter);
                if status != Status::Pending || has_voted || !Self::may(&self.policy, voter) {
                    return false;
                }
                if yes {
                    self.yes.push(voter);
                } else {
                    self.no.push(voter);
                }
                let quorum = self.policy.quorum as usize;
                let is_lost = match self.policy.approvers {
                    Approvers::Anyone => self.no.len() == quorum,
                    Approvers::Named(_) => self.n_eligible < quorum + self.no.len(),
                };
                if self.yes.len() == quorum {
                    self.settled = Some(Status::Approved);
                } else if is_lost {
                    self.settled = Some(Status::Rejected);
                }
                true
            }
            Happening::Expire => {
                let is_due = self.settled.is_none() && at >= 60;
                if is_due {
                    self.settled = Some(status);
                }
                is_due
            }
            Happening::Use { user } => {
                let is_free = status == Status::Approved && self.user.is_none();
                if is_free {
                    self.user = Some(user);
                    self.settled = Some(status);
                }
                is_free
            }
            Happening::Release { user } => {
                let is_theirs = self.user == Some(user);
                if is_theirs {
                    self.user = None;
                }
                is_theirs
            }
            Happening::Tell => {
                let is_due = self.settled.is_some() && !self.is_told;
                self.is_told |= is_due;
                is_due
            }
        }
    }
}

fn change(approval: Approval, what: &Happening, now: Timestamp) -> Option<Change> {
    match *what {
        Happening::Vote { voter, yes } => {
            let decision = if yes { Decision::Approve } else { Decision::Reject };
            approval.decide(ballot(voter, decision), now).ok()
        }
        Happening::Expire => approval.expire(now),
        Happening::Use { user } => approval.consume(&format!("user{user}"), now).ok().flatten(),
        Happening::Release { user } => approval.release(&format!("user{user}"), now),
        Happening::Tell => approval.tell(now),
    }
}

proptest! {
    #[test]
    fn it_keeps_the_rules_of_the_model(
        policy in policy(),
        happenings in proptest::collection::vec(happening(), 1..24),
    ) {
        let mut model = Model::new(policy.clone());
        let mut approval = asked(policy).approval;
        let mut at = 0;
        for (what, after) in happenings {
            at += after;
            let now = NOW + SECOND * at;
            let before = approval.clone();
            let changed = change(approval.clone(), &what, now);
            prop_assert_eq!(changed.is_some(), model.happens(&what, at), "{:?} at {}", what, at);
            if let Some(changed) = changed {
                prop_assert_eq!(changed.expected_seq, before.seq);
                prop_assert_eq!(changed.approval.seq, before.seq + changed.events.len() as u64);
                prop_assert!(!changed.events.is_empty());
                approval = changed.approval;
            }
            prop_assert_eq!(approval.status(now), model.status(at));
            if before.status(now).is_final() {
                prop_assert_eq!(approval.status(now), before.status(now), "nothing leaves a final status");
            }
            let user = model.user.map(|user| format!("user{user}"));
            prop_assert_eq!(approval.used.as_ref().map(|used| used.by.clone()), user);
            let read = Approval::from_document(&approval.to_document().unwrap()).unwrap();
            prop_assert_eq!(&read, &approval, "what is stored reads back");
        }
    }
}

fn two_of_three() -> Policy {
    Policy {
        quorum: 2,
        timeout: SECOND * 60,
        ..Policy::one_of((0..4).map(party))
    }
}

#[test]
fn the_vote_that_settles_it_is_its_verdict() {
    let first = asked(two_of_three())
        .approval
        .decide(ballot(1, Decision::Approve), NOW)
        .unwrap();
    assert_eq!(
        (first.approval.status(NOW), first.approval.verdict()),
        (Status::Pending, None)
    );
    let second = first
        .approval
        .decide(ballot(3, Decision::Approve), NOW + SECOND)
        .unwrap()
        .approval;
    assert_eq!(second.status(NOW), Status::Approved);
    assert_eq!(second.verdict().map(|vote| &vote.by), Some(&party(3)));
    assert_eq!(second.closed_at(NOW), Some(NOW + SECOND));
}

#[test]
fn who_asks_may_decide_only_where_the_policy_says_so() {
    let approval = asked(two_of_three()).approval;
    let own = approval.clone().decide(ballot(0, Decision::Approve), NOW);
    assert!(matches!(own, Err(ApprovalError::Forbidden { .. })));
    let stranger = approval.decide(ballot(9, Decision::Approve), NOW);
    assert!(matches!(stranger, Err(ApprovalError::Forbidden { .. })));
    let open = asked(Policy::anyone())
        .approval
        .decide(ballot(0, Decision::Reject), NOW)
        .unwrap();
    assert_eq!(open.approval.status(NOW), Status::Rejected);
}

#[test]
fn a_late_or_second_vote_says_why_it_does_not_count() {
    let approval = asked(two_of_three()).approval;
    let voted = approval
        .clone()
        .decide(ballot(1, Decision::Approve), NOW)
        .unwrap()
        .approval;
    let again = voted.clone().decide(ballot(1, Decision::Reject), NOW);
    assert!(matches!(again, Err(ApprovalError::Voted { .. })));
    let late = voted.decide(ballot(2, Decision::Approve), NOW + SECOND * 60);
    assert!(matches!(
        late,
        Err(ApprovalError::Closed {
            status: Status::Expired,
            ..
        })
    ));
}

#[test]
fn nobody_s_answer_is_what_the_policy_says() {
    let silent = |on_expiry| Policy {
        on_expiry,
        ..two_of_three()
    };
    let (end, denied) = (NOW + SECOND * 60, asked(silent(OnExpiry::Deny)).approval);
    assert_eq!(denied.status(end), Status::Expired);
    assert_eq!(denied.clone().consume("user", end), Err(Refusal::Expired));
    assert_eq!(
        denied.expire(end).unwrap().approval.closed.unwrap().by,
        ClosedBy::Time
    );
    let approved = asked(silent(OnExpiry::Approve)).approval;
    let used = approved.consume("user", end + SECOND).unwrap().unwrap();
    let kinds: Vec<&str> = used.events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(
        kinds,
        ["approved", "used"],
        "how it came to be approved is written down before it is used"
    );
    assert_eq!(used.approval.closed_at(end), Some(end));
    assert_eq!(used.approval.verdict(), None);
}

#[test]
fn what_cannot_be_meant_is_refused_by_its_name() {
    let refused = |question: Question, policy: Policy| {
        let request = ApprovalRequest::new(party(0), question, policy);
        match Approval::ask("apr_1".parse().unwrap(), "acme".parse().unwrap(), request, NOW) {
            Err(ApprovalError::Invalid { field, .. }) => field,
            other => panic!("{other:?}"),
        }
    };
    let fine = || Question::new("Shall we?");
    for summary in ["", " \n", "a\0b", &"x".repeat(4097)] {
        assert_eq!(refused(Question::new(summary), Policy::anyone()), "summary");
    }
    let many = Question {
        alternatives: Some(vec![JsonText::default(); 51]),
        ..fine()
    };
    assert_eq!(refused(many, Policy::anyone()), "alternatives");
    let unnamed = Question {
        transaction: Some("two words".into()),
        ..fine()
    };
    assert_eq!(refused(unnamed, Policy::anyone()), "transaction_id");
    for timeout in [Duration::ZERO, Duration::from_millis(999), SECOND * 2_592_001] {
        let policy = Policy {
            timeout,
            ..Policy::anyone()
        };
        assert_eq!(refused(fine(), policy), "timeout");
    }
    assert_eq!(refused(fine(), Policy::one_of([])), "approvers");
    for quorum in [0, 4] {
        // Three of the four may decide, as one of them asks.
        assert_eq!(
            refused(
                fine(),
                Policy {
                    quorum,
                    ..two_of_three()
                }
            ),
            "quorum"
        );
    }
    let approval = asked(Policy::anyone()).approval;
    let no_such = Ballot {
        alternative: Some(0),
        ..ballot(1, Decision::Approve)
    };
    let long = Ballot {
        comments: Some("x".repeat(4097)),
        ..ballot(1, Decision::Approve)
    };
    for (ballot, name) in [(no_such, "selected_alternative"), (long, "comments")] {
        let refused = approval.clone().decide(ballot, NOW);
        assert!(matches!(refused, Err(ApprovalError::Invalid { field, .. }) if field == name));
    }
}

/// What this release wrote once must be read for ever.
#[test]
fn the_first_form_keeps_reading() {
    let golden = include_str!("golden_1.json");
    let approval = Approval::from_document(golden).unwrap();
    assert_eq!(approval.to_document().unwrap(), golden.trim_end());
    assert_eq!(approval.status(NOW), Status::Approved);
    assert_eq!(approval.used.unwrap().by, format!("inv_{}", Uuid::nil().simple()));
    assert!(Approval::from_document(&golden.replacen("\"v\":1", "\"v\":2", 1)).is_err());
}
