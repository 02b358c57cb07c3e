use std::sync::Arc;

use futures_util::future::join_all;

use super::{
    Action, Approval, ApprovalRequest, ApprovalStore, Insertion, MANY, Party, RACERS, account, action, add,
    approved, ask, asked, awaited, find, keep, request,
};
use crate::{Approvers, Ballot, JsonText, OnExpiry, Policy, Question};

/// An approval with everything that one can have.
fn a_full_one() -> crate::Change {
    let question = Question {
        details: JsonText::try_from(r#"{"b": 1.0, "a": 1180591620717411303424}"#.to_owned()).unwrap(),
        alternatives: Some(vec![JsonText::default()]),
        transaction: Some("tx_1".into()),
        cost: Some("1.5 ALGO".parse().unwrap()),
        ..Question::new("Send \u{7f}\u{2028} it?")
    };
    let policy = Policy {
        approvers: Approvers::Anyone,
        quorum: 2,
        on_expiry: OnExpiry::Approve,
        ..request(Party::Anonymous).policy
    };
    let request = ApprovalRequest {
        action: Some(action(7)),
        ..ApprovalRequest::new(Party::agent("a/b?c").unwrap(), question, policy)
    };
    ask(7, request)
}

/// What was added is found whole, by its id and its action's key, and as it is after each change; and nothing that was
/// not.
pub async fn an_approval_reads_back(store: Arc<dyn ApprovalStore>) {
    let store = &*store;
    let (plain, full) = (asked(1), a_full_one());
    add(store, &plain).await;
    add(store, &full).await;
    assert_eq!(find(store, 1).await, Some(plain.approval));
    assert_eq!(find(store, 7).await, Some(full.approval.clone()));
    assert_eq!(
        store.find_by_key("inv_7").await.unwrap(),
        Some(full.approval.clone())
    );
    assert_eq!(find(store, 2).await, None);
    assert_eq!(store.find_by_key("inv_1").await.unwrap(), None);

    let now = full.approval.created_at;
    let vote = |by, approval: Approval| {
        let ballot = Ballot {
            approved_by: Some("Ünal".into()),
            comments: Some("why\nnot".into()),
            alternative: Some(0),
            ..Ballot::approve(by)
        };
        approval.decide(ballot, now).unwrap()
    };
    let mut change = vote(Party::Anonymous, full.approval);
    keep(store, &change).await;
    assert_eq!(find(store, 7).await, Some(change.approval.clone()));
    change = vote(account("boss"), change.approval);
    keep(store, &change).await;
    change = change.approval.consume("inv_7", now).unwrap().unwrap();
    keep(store, &change).await;
    change = change.approval.tell(now).unwrap();
    keep(store, &change).await;
    assert_eq!(find(store, 7).await, Some(change.approval.clone()));
    assert_eq!(store.find_by_key("inv_7").await.unwrap(), Some(change.approval));
}

/// An id is taken once, and whoever comes second leaves nothing.
pub async fn an_id_is_taken_once(store: Arc<dyn ApprovalStore>) {
    let store = &*store;
    add(store, &asked(1)).await;
    let other = ask(1, request(account("other")));
    assert_eq!(store.insert(&other, MANY).await.unwrap(), Insertion::IdTaken);
    let other = awaited(1);
    assert_eq!(store.insert(&other, MANY).await.unwrap(), Insertion::IdTaken);
    assert_eq!(find(store, 1).await, Some(asked(1).approval));
    assert_eq!(store.find_by_key("inv_1").await.unwrap(), None);
}

/// What asks, asks once: the next one finds the approval as it stands. Of many at once, one asks.
pub async fn an_action_asks_once(store: Arc<dyn ApprovalStore>) {
    let store = &*store;
    let same = |number| {
        let request = ApprovalRequest {
            action: Some(Action {
                key: "inv_1".into(),
                ..action(number)
            }),
            ..request(account("acme"))
        };
        ask(number, request)
    };
    let all: Vec<_> = (1..=RACERS).map(same).collect();
    let insertions = join_all(all.iter().map(|asked| store.insert(asked, MANY))).await;
    let insertions: Vec<_> = insertions.into_iter().map(Result::unwrap).collect();
    let winner = insertions
        .iter()
        .position(|insertion| *insertion == Insertion::New)
        .unwrap();
    for (place, insertion) in insertions.into_iter().enumerate() {
        let number = u64::try_from(place).unwrap() + 1;
        if place == winner {
            assert_eq!(find(store, number).await.as_ref(), Some(&all[winner].approval));
        } else {
            assert_eq!(
                insertion,
                Insertion::Asked(Box::new(all[winner].approval.clone()))
            );
            assert_eq!(find(store, number).await, None, "who comes second leaves nothing");
        }
    }
    let decided = approved(&all[winner]);
    keep(store, &decided).await;
    let again = store.insert(&same(20), MANY).await.unwrap();
    assert_eq!(again, Insertion::Asked(Box::new(decided.approval)));
}

/// A requester has at most so many approvals that are not closed; what is closed makes room, and others have room of
/// their own.
pub async fn a_requester_has_at_most_so_many_pending(store: Arc<dyn ApprovalStore>) {
    let store = &*store;
    for number in 1..=3 {
        assert_eq!(store.insert(&asked(number), 3).await.unwrap(), Insertion::New);
    }
    assert_eq!(store.insert(&awaited(4), 3).await.unwrap(), Insertion::Full);
    assert_eq!(find(store, 4).await, None);
    assert_eq!(store.find_by_key("inv_4").await.unwrap(), None);
    let other = ask(5, request(Party::Anonymous));
    assert_eq!(store.insert(&other, 3).await.unwrap(), Insertion::New);
    // A vote that settles nothing makes no room, and one that does makes room once.
    let decided = approved(&asked(2));
    keep(store, &decided).await;
    assert!(!store.advance(&decided).await.unwrap());
    assert_eq!(store.insert(&awaited(4), 3).await.unwrap(), Insertion::New);
    assert_eq!(store.insert(&asked(6), 3).await.unwrap(), Insertion::Full);
}

/// Of many who ask at once, as many do as may.
pub async fn of_racing_askers_no_more_are_pending_than_may_be(store: Arc<dyn ApprovalStore>) {
    let all: Vec<_> = (1..=RACERS).map(asked).collect();
    let insertions = join_all(all.iter().map(|asked| store.insert(asked, 3))).await;
    let n_new = insertions
        .into_iter()
        .filter(|insertion| *insertion.as_ref().unwrap() == Insertion::New)
        .count();
    assert_eq!(n_new, 3);
}
