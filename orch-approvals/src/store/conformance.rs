//! The laws of an [`ApprovalStore`], for every store that keeps approvals.
//!
//! A law takes a fresh, empty store and panics when the store breaks it.
//! [`approval_store_tests!`](crate::approval_store_tests) stamps a test for each.
#![expect(clippy::unwrap_used, reason = "a law fails by panicking")]

mod adding;
mod changing;
mod ending;
mod interleaved;
mod listing;
mod racing;

use std::time::Duration;

use orch_core::{ApprovalId, Fingerprint, Timestamp};

use super::{ApprovalStore, Insertion};
use crate::{Action, Approval, ApprovalRequest, Ballot, Change, Party, Policy, Question};

pub use adding::{
    a_requester_has_at_most_so_many_pending, an_action_asks_once, an_approval_reads_back,
    an_id_is_taken_once, of_racing_askers_no_more_are_pending_than_may_be,
};
pub use changing::{a_change_comes_after_what_it_knew, of_racing_changes_one_is_kept};
pub use ending::{only_what_is_over_is_pruned, what_is_due_is_found_in_its_order};
pub use listing::{approvals_are_listed_newest_first, lists_are_filtered};
pub use racing::{of_racing_deciders_one_outcome_holds, race};

/// Stamps one test for each law. The argument makes a fresh, empty store and may await; behind `optional:` it makes an
/// `Option` of one, and every law holds for `None`.
#[macro_export]
macro_rules! approval_store_tests {
    (optional: $make:expr) => {
        $crate::approval_store_tests! { @each $make;
            an_approval_reads_back
            an_id_is_taken_once
            an_action_asks_once
            a_requester_has_at_most_so_many_pending
            of_racing_askers_no_more_are_pending_than_may_be
            a_change_comes_after_what_it_knew
            of_racing_changes_one_is_kept
            approvals_are_listed_newest_first
            lists_are_filtered
            what_is_due_is_found_in_its_order
            only_what_is_over_is_pruned
            of_racing_deciders_one_outcome_holds
        }
    };
    (@each $make:expr; $($law:ident)+) => {$(
        #[tokio::test]
        async fn $law() {
            if let Some(store) = $make {
                $crate::store::conformance::$law(std::sync::Arc::new(store)).await;
            }
        }
    )+};
    ($make:expr) => {
        $crate::approval_store_tests!(optional: Some($make));
    };
}

/// How many contend in a race.
const RACERS: u64 = 8;
/// As many as any requester of these laws may have pending, where nothing is said.
const MANY: u32 = 1000;
const SECOND: Duration = Duration::from_secs(1);
const NOW: Timestamp = Timestamp::from_millis(1_705_314_600_000);

fn id(number: u64) -> ApprovalId {
    format!("apr_{number}").parse().unwrap()
}

fn account(name: &str) -> Party {
    format!("account:{name}").parse().unwrap()
}

fn request(requester: Party) -> ApprovalRequest {
    let question = Question::new("ünïcode \" \\ ' 🦀");
    let policy = Policy {
        timeout: SECOND * 60,
        ..Policy::one_of([account("boss")])
    };
    ApprovalRequest::new(requester, question, policy)
}

fn action(number: u64) -> Action {
    Action {
        key: format!("inv_{number}"),
        digest: Fingerprint::of_value(&number.into()),
        keeper: Some("run_1".into()),
    }
}

fn ask(number: u64, request: ApprovalRequest) -> Change {
    Approval::ask(
        id(number),
        "acme".parse().unwrap(),
        request,
        NOW + SECOND * u32::try_from(number).unwrap(),
    )
    .unwrap()
}

/// The approval of that number, asked by acme of its boss; higher numbers are younger by a second.
fn asked(number: u64) -> Change {
    ask(number, request(account("acme")))
}

/// The same, with an action that a run waits for.
fn awaited(number: u64) -> Change {
    let request = ApprovalRequest {
        action: Some(action(number)),
        ..request(account("acme"))
    };
    ask(number, request)
}

fn approved(asked: &Change) -> Change {
    let boss = Ballot::approve(account("boss"));
    asked
        .approval
        .clone()
        .decide(boss, asked.approval.created_at)
        .unwrap()
}

async fn add(store: &dyn ApprovalStore, asked: &Change) {
    assert_eq!(store.insert(asked, MANY).await.unwrap(), Insertion::New);
}

async fn keep(store: &dyn ApprovalStore, change: &Change) {
    assert!(store.advance(change).await.unwrap());
}

async fn find(store: &dyn ApprovalStore, number: u64) -> Option<Approval> {
    store.find(&id(number)).await.unwrap()
}
