//! The laws of a [`LedgerStore`] and the [`UsageStore`] that reads its records.
//!
//! A law takes a fresh, empty store and panics when the store breaks it. [`ledger_store_tests!`](crate::ledger_store_tests)
//! stamps a test for each.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a law fails by panicking")]

mod closing;
mod credits;
mod expiry;
mod extending;
mod fixture;
mod holds;
mod racing;
mod refunds;
pub mod script;
mod sub_holds;
mod usage;

use super::{LedgerStore, UsageStore};

pub use closing::*;
pub use credits::*;
pub use expiry::*;
pub use extending::*;
pub use holds::*;
pub use racing::*;
pub use refunds::*;
pub use sub_holds::*;
pub use usage::*;

/// A store of both kinds, as the laws want it.
pub trait Ledger: LedgerStore + UsageStore {}

impl<S: LedgerStore + UsageStore> Ledger for S {}

/// Stamps one test for each law; the argument makes a fresh, empty store and may await.
///
/// The tests need `tokio` with the features `macros` and `rt-multi-thread`.
#[macro_export]
macro_rules! ledger_store_tests {
    ($make:expr) => {
        $crate::ledger_store_tests!(@each $make;
            a_grant_adds_credits_once,
            credits_are_per_account_and_currency,
            grants_of_similar_names_do_not_meet,
            grants_stay_within_their_limit,
            a_hold_sets_credits_aside,
            a_hold_needs_credits,
            a_hold_of_nothing_needs_no_credits,
            the_same_hold_again_is_the_first,
            another_hold_of_a_known_key_or_id_is_refused,
            a_refused_hold_leaves_nothing,
            a_sub_hold_takes_from_its_parent,
            a_sub_hold_fits_in_its_parent,
            a_sub_hold_needs_an_open_parent_of_its_own_kind,
            a_parent_waits_for_its_sub_holds,
            a_sub_hold_gives_back_to_its_parent,
            open_sub_holds_are_listed,
            enlarging_takes_more_once,
            enlarging_is_all_or_nothing,
            a_sub_hold_grows_from_its_parent,
            only_an_open_hold_is_extended,
            more_time_is_never_less,
            a_capture_pays_and_gives_the_rest_back,
            without_a_payee_the_platform_earns,
            a_capture_stays_within_the_hold,
            a_repeated_capture_is_the_first,
            a_release_gives_all_back_once,
            a_closed_hold_stays_as_it_is,
            an_unknown_hold_is_missing,
            a_hold_expires_when_its_time_is_over,
            an_overdue_hold_can_be_captured,
            due_holds_are_found_in_order,
            a_refund_brings_back_both_shares,
            refunds_stay_within_the_capture,
            a_refund_happens_once,
            small_refunds_bring_back_no_other_share,
            only_a_capture_is_refunded,
            usage_is_kept_with_its_closing,
            usage_of_a_refused_or_repeated_closing_is_not_kept,
            usage_is_listed_latest_first,
            usage_is_summed_up,
            usage_is_summed_up_between_any_moments,
            answered_calls_are_counted,
            the_activity_of_an_agent_is_counted_by_hours,
            old_usage_is_pruned,
        );
        $crate::ledger_store_tests!(@race $make;
            of_racing_holds_as_many_succeed_as_credits_cover,
            of_racing_sub_holds_as_many_succeed_as_the_parent_covers,
            of_racing_enlargements_as_many_succeed_as_credits_cover,
            of_racing_captures_one_pays,
            of_racing_endings_one_wins,
            of_racing_refunds_as_many_succeed_as_was_captured,
            a_raced_hold_is_taken_once,
            a_raced_grant_is_given_once,
            a_closing_parent_and_a_new_sub_hold_exclude_each_other,
            racing_sub_holds_give_all_back,
            racing_captures_are_all_summed_up,
        );
    };
    (@each $make:expr; $($law:ident),+ $(,)?) => {$(
        #[tokio::test]
        async fn $law() {
            $crate::store::conformance::$law(&$make).await;
        }
    )+};
    (@race $make:expr; $($law:ident),+ $(,)?) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
        async fn $law() {
            let store = ::std::sync::Arc::new($make);
            $crate::store::conformance::$law(store, &|attempts| ::std::boxed::Box::pin(async {
                let tasks: ::std::vec::Vec<_> = attempts.into_iter().map(tokio::spawn).collect();
                let mut settled = ::std::vec::Vec::new();
                for task in tasks {
                    settled.push(task.await.expect("an attempt does not panic"));
                }
                settled
            })).await;
        }
    )+};
}
