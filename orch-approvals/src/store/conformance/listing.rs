use std::sync::Arc;

use super::{ApprovalStore, Party, account, add, approved, ask, asked, keep, request};
use crate::{
    Approval, ApprovalRequest, Cursor, Filter, Policy, Status,
    store::{Listing, conformance::id},
};

async fn list(store: &dyn ApprovalStore, filter: Filter, limit: u32, after: Option<Cursor>) -> Vec<u64> {
    let listing = Listing { filter, limit, after };
    let approvals = store.list(&listing).await.unwrap();
    let number = |id: &str| id.trim_start_matches("apr_").parse().unwrap();
    approvals
        .iter()
        .map(|approval| number(approval.id.as_str()))
        .collect()
}

/// A list has the newest first, and each part goes on where the one before ended, whatever came meanwhile.
pub async fn approvals_are_listed_newest_first(store: Arc<dyn ApprovalStore>) {
    let store = &*store;
    for number in [3, 1, 5, 2] {
        add(store, &asked(number)).await;
    }
    // Asked at the same moment as another, and listed by its id.
    let created_at = asked(3).approval.created_at;
    let twin = Approval::ask(
        id(9),
        "acme".parse().unwrap(),
        request(account("acme")),
        created_at,
    )
    .unwrap();
    add(store, &twin).await;
    let everything = Filter::default;
    assert_eq!(list(store, everything(), 10, None).await, [5, 9, 3, 2, 1]);
    assert_eq!(list(store, everything(), 2, None).await, [5, 9]);
    let after = Cursor::after(&twin.approval);
    assert_eq!(after.to_string().parse(), Ok(after.clone()));
    add(store, &asked(6)).await;
    assert_eq!(list(store, everything(), 2, Some(after)).await, [3, 2]);
    let last = Cursor::after(&asked(1).approval);
    assert_eq!(list(store, everything(), 2, Some(last)).await, [0; 0]);
}

/// A list has what was asked for: of an account that may see it, of a requester, of a status.
pub async fn lists_are_filtered(store: Arc<dyn ApprovalStore>) {
    let store = &*store;
    add(store, &asked(1)).await;
    let of_agent = |number, policy| {
        let agent = Party::agent("acme").unwrap();
        ask(
            number,
            ApprovalRequest {
                policy,
                ..request(agent)
            },
        )
    };
    add(
        store,
        &of_agent(2, Policy::one_of([account("two"), account("three")])),
    )
    .await;
    add(store, &of_agent(3, Policy::anyone())).await;
    let mut strangers = request(account("other"));
    strangers.policy = Policy::one_of([account("boss")]);
    let strangers = Approval::ask(id(4), "other".parse().unwrap(), strangers, super::NOW).unwrap();
    add(store, &strangers).await;
    keep(store, &approved(&asked(1))).await;

    let seen_by = |name: &str| Filter {
        seen_by: Some(name.parse().unwrap()),
        ..Filter::default()
    };
    for (name, seen) in [
        ("acme", &[3, 2, 1][..]),
        ("two", &[2]),
        ("three", &[2]),
        ("boss", &[1, 4]),
        ("other", &[4]),
        ("nobody", &[]),
    ] {
        assert_eq!(list(store, seen_by(name), 10, None).await, seen, "{name}");
    }
    let asked_by = |requester| Filter {
        requester: Some(requester),
        ..Filter::default()
    };
    assert_eq!(list(store, asked_by(account("acme")), 10, None).await, [1]);
    assert_eq!(
        list(store, asked_by(Party::agent("acme").unwrap()), 10, None).await,
        [3, 2]
    );
    let stands = |status| Filter {
        status: Some(status),
        ..Filter::default()
    };
    assert_eq!(list(store, stands(Status::Pending), 10, None).await, [3, 2, 4]);
    assert_eq!(list(store, stands(Status::Approved), 10, None).await, [1]);
    assert_eq!(list(store, stands(Status::Expired), 10, None).await, [0; 0]);
    let both = Filter {
        status: Some(Status::Pending),
        ..seen_by("boss")
    };
    assert_eq!(list(store, both, 10, None).await, [4]);
}
