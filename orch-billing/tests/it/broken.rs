//! Every law is broken by a store, and notices.

mod close;
mod fault;
mod grant;
mod hold;
mod refund;
mod store;

use std::sync::Arc;

use orch_billing::store::conformance::{self, Attempt};
use orch_core::Amount;

use self::{fault::Fault, store::Broken};

/// A sum that no law reaches, so that a broken store can make money.
const MINTED: &str = "minted";

fn minor(amount: Amount) -> i64 {
    amount.minor()
}

/// Fails unless the law fails on the store that breaks it.
macro_rules! caught {
    (each: $($law:ident by $fault:ident),+ $(,)?) => {$(
        #[tokio::test]
        async fn $law() {
            let store = Broken::by(Fault::$fault);
            let law = tokio::spawn(async move { conformance::$law(&store).await });
            assert!(law.await.is_err(), "{:?} went unnoticed", Fault::$fault);
        }
    )+};
    (race: $($law:ident by $fault:ident),+ $(,)?) => {$(
        #[tokio::test]
        async fn $law() {
            let store = Arc::new(Broken::by(Fault::$fault));
            let law = tokio::spawn(async move { conformance::$law(store, &|attempts| Box::pin(race(attempts))).await });
            assert!(law.await.is_err(), "{:?} went unnoticed", Fault::$fault);
        }
    )+};
}

/// On one thread, attempts take turns wherever a store gives way, so that a race is lost every time.
async fn race(attempts: Vec<Attempt>) -> Vec<orch_billing::Settled<()>> {
    let tasks: Vec<_> = attempts.into_iter().map(tokio::spawn).collect();
    let mut settled = Vec::new();
    for task in tasks {
        settled.push(task.await.unwrap());
    }
    settled
}

caught! { each:
    a_grant_adds_credits_once by GrantsTwice,
    credits_are_per_account_and_currency by PoolsCredits,
    grants_of_similar_names_do_not_meet by JoinsNames,
    grants_stay_within_their_limit by GrantsWithoutLimit,
    a_hold_sets_credits_aside by HoldsWithoutTaking,
    a_hold_needs_credits by LendsCredit,
    a_hold_of_nothing_needs_no_credits by RefusesNothing,
    the_same_hold_again_is_the_first by AnswersWithTheRequest,
    another_hold_of_a_known_key_or_id_is_refused by IgnoresConflicts,
    a_refused_hold_leaves_nothing by RemembersRefusals,
    a_sub_hold_takes_from_its_parent by TakesSubHoldsFromCredits,
    a_sub_hold_fits_in_its_parent by LendsMoreThanThereIs,
    a_sub_hold_needs_an_open_parent_of_its_own_kind by AcceptsAnyParent,
    a_parent_waits_for_its_sub_holds by ForcesParents,
    a_sub_hold_gives_back_to_its_parent by GivesBackToCredits,
    open_sub_holds_are_listed by ListsNoSubHolds,
    enlarging_takes_more_once by EnlargesTwice,
    enlarging_is_all_or_nothing by EnlargesByWhatThereIs,
    a_sub_hold_grows_from_its_parent by GrowsFromCredits,
    only_an_open_hold_is_extended by ExtendsClosed,
    more_time_is_never_less by ForgetsTime,
    a_capture_pays_and_gives_the_rest_back by TakesNoFee,
    without_a_payee_the_platform_earns by ForgetsFees,
    a_capture_stays_within_the_hold by CapturesWhatThereIs,
    a_repeated_capture_is_the_first by RefusesRepetition,
    a_release_gives_all_back_once by GivesBackTwice,
    a_closed_hold_stays_as_it_is by ClosesTwice,
    an_unknown_hold_is_missing by InventsHolds,
    a_hold_expires_when_its_time_is_over by ExpiresEarly,
    an_overdue_hold_can_be_captured by RefusesLateCaptures,
    due_holds_are_found_in_order by FindsTheLatestFirst,
    a_refund_brings_back_both_shares by RefundsNothing,
    refunds_stay_within_the_capture by RefundsWhatThereIs,
    a_refund_happens_once by RefundsTwice,
    small_refunds_bring_back_no_other_share by RoundsEachRefund,
    only_a_capture_is_refunded by RefundsAnything,
    usage_is_kept_with_its_closing by DropsUsage,
    usage_of_a_refused_or_repeated_closing_is_not_kept by KeepsAnyUsage,
    usage_is_listed_latest_first by ListsOldestFirst,
    usage_is_summed_up by GroupsByAgentOnly,
    usage_is_summed_up_between_any_moments by SumsWholeHours,
    answered_calls_are_counted by CountsAlways,
    the_activity_of_an_agent_is_counted_by_hours by CountsFailures,
    old_usage_is_pruned by PrunesWithoutLimit,
}

caught! { race:
    of_racing_holds_as_many_succeed_as_credits_cover by LooksBeforeItTakes,
    of_racing_sub_holds_as_many_succeed_as_the_parent_covers by LooksBeforeItTakes,
    of_racing_enlargements_as_many_succeed_as_credits_cover by LooksBeforeItTakes,
    of_racing_captures_one_pays by LooksBeforeItPays,
    of_racing_endings_one_wins by LooksBeforeItEnds,
    of_racing_refunds_as_many_succeed_as_was_captured by LooksBeforeItRefunds,
    a_raced_hold_is_taken_once by LooksBeforeItClaims,
    a_raced_grant_is_given_once by LooksBeforeItGrants,
    a_closing_parent_and_a_new_sub_hold_exclude_each_other by LooksBeforeItEnds,
    racing_sub_holds_give_all_back by LosesUpdates,
    racing_captures_are_all_summed_up by LosesSums,
}

/// What is caught is the fault, not the decoration.
mod without_a_fault {
    use super::{Broken, Fault};

    orch_billing::ledger_store_tests!(Broken::by(Fault::None));
}
