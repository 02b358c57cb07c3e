use std::sync::Arc;

use futures_util::future::join_all;

use super::{ApprovalStore, RACERS, account, add, approved, asked, find, keep};
use crate::{Ballot, Party, Policy};

/// A change is kept where nothing else happened since it was thought of, and once.
pub async fn a_change_comes_after_what_it_knew(store: Arc<dyn ApprovalStore>) {
    let store = &*store;
    let change = approved(&asked(1));
    assert!(
        !store.advance(&change).await.unwrap(),
        "there is nothing to change"
    );
    assert_eq!(find(store, 1).await, None);
    for number in [1, 2] {
        add(store, &asked(number)).await;
    }
    keep(store, &change).await;
    assert!(!store.advance(&change).await.unwrap(), "it is done");
    let at = change.approval.created_at;
    let late = asked(1)
        .approval
        .decide(Ballot::reject(account("boss")), at)
        .unwrap();
    assert!(!store.advance(&late).await.unwrap(), "something else came first");
    assert_eq!(find(store, 1).await, Some(change.approval));
    assert_eq!(
        find(store, 2).await,
        Some(asked(2).approval),
        "another is as it was"
    );
}

/// Of many changes of the same approval at once, one is kept.
pub async fn of_racing_changes_one_is_kept(store: Arc<dyn ApprovalStore>) {
    let store = &*store;
    let mut open = super::request(Party::Anonymous);
    open.policy = Policy {
        quorum: u32::try_from(RACERS).unwrap(),
        ..Policy::anyone()
    };
    let open = super::ask(1, open);
    add(store, &open).await;
    let vote = |voter: u64| {
        let ballot = Ballot::approve(account(&format!("voter{voter}")));
        open.approval
            .clone()
            .decide(ballot, open.approval.created_at)
            .unwrap()
    };
    let votes: Vec<_> = (0..RACERS).map(vote).collect();
    let kept = join_all(votes.iter().map(|vote| store.advance(vote))).await;
    let kept: Vec<_> = kept
        .into_iter()
        .zip(&votes)
        .filter(|(kept, _)| *kept.as_ref().unwrap())
        .collect();
    assert_eq!(kept.len(), 1);
    assert_eq!(find(store, 1).await.as_ref(), Some(&kept[0].1.approval));
}
