use orch_billing::{Hold, HoldState};
use orch_core::InvocationId;

use super::{Comparison, Evidence, Moment};
use crate::{
    agents,
    stored::{StoredRun, StoredStep},
};

/// What the log says of each step agrees with what was paid for it.
pub(super) fn compare(evidence: &Evidence<'_>, moment: Moment, comparison: &mut Comparison) {
    for run in evidence.runs.values() {
        let is_over = run.status.is_ended();
        comparison.n_open += usize::from(!is_over);
        comparison.require(is_over || moment != Moment::AtRest, "a run ends", || {
            format!("{} ({}) is {}", run.id, run.label, run.status)
        });
        compare_hold(run, comparison);
        for step in &run.steps {
            comparison.n_steps += usize::from(step.n_started > 0);
            comparison.n_interrupted += usize::from(step.is_interrupted());
            comparison.n_resent += step.n_started.saturating_sub(1);
            compare_ends(run, step, comparison);
            for (invocation, hold) in &step.calls {
                compare_call(run, step, (*invocation, hold.as_ref()), moment, comparison);
            }
        }
    }
}

/// A run holds its price until all its money is where it belongs, and then no more.
fn compare_hold(run: &StoredRun, comparison: &mut Comparison) {
    let Some(hold) = &run.hold else {
        return comparison.require(run.price.is_zero(), "a run holds its price", || {
            format!("{} holds nothing of {}", run.id, run.price)
        });
    };
    comparison.require(hold.amount == run.price, "a run holds its price", || {
        format!("{} holds {} of {}", run.id, hold.amount, run.price)
    });
    let is_due = run.status.is_ended();
    let is_paid_from = run.has_begun_own_call() && matches!(hold.state, HoldState::Captured { .. });
    comparison.require(
        !is_due || hold.state == HoldState::Released || is_paid_from,
        "a run that has ended holds nothing",
        || format!("the hold of {} is {}", run.id, hold.state),
    );
}

fn compare_ends(run: &StoredRun, step: &StoredStep, comparison: &mut Comparison) {
    let StoredStep {
        id, n_started, ends, ..
    } = step;
    comparison.require(ends.len() <= 1, "a step ends once", || {
        format!("{id} of {} ended as {ends:?}", run.id)
    });
    comparison.require(
        ends.is_empty() || *n_started > 0,
        "a step that ends was started",
        || format!("{id} of {} was not", run.id),
    );
    let is_over = run.status.is_ended();
    comparison.require(
        !is_over || *n_started == 0 || !ends.is_empty(),
        "every step of a run that has ended has ended",
        || format!("{id} of {} has not", run.id),
    );
}

/// Money follows the log: an answer that counts is paid, and nothing else is.
fn compare_call(
    run: &StoredRun,
    step: &StoredStep,
    (invocation, hold): (InvocationId, Option<&Hold>),
    moment: Moment,
    comparison: &mut Comparison,
) {
    let place = || format!("{} of {} ({invocation})", step.id, run.id);
    let owed = step
        .success()
        .filter(|success| success.invocation == invocation)
        .map(|success| success.cost);
    let is_over = run.status.is_ended();
    match (owed, hold.map(|hold| hold.state)) {
        (Some(owed), Some(HoldState::Captured { amount, fee })) => {
            comparison.n_captures += 1;
            comparison.require(amount == owed, "an answer is paid what it costs", || {
                format!("{} costs {owed}, and was paid {amount}", place())
            });
            let due = agents::fee().ok().map(|points| owed.basis_points(points));
            comparison.require(Some(fee) == due, "the platform gets its share", || {
                format!("{} was paid with a fee of {fee}, not of {due:?}", place())
            });
        }
        (Some(_), Some(HoldState::Open)) if !is_over => comparison.n_unpaid += 1,
        (Some(owed), state) => comparison.require(false, "an answer that counts is paid", || {
            format!("{} costs {owed}, and its hold is {state:?}", place())
        }),
        (None, Some(HoldState::Captured { amount, .. })) => {
            comparison.require(false, "only an answer that counts is paid", || {
                format!("{} was paid {amount}, and ended as {:?}", place(), step.ends)
            });
        }
        (None, Some(HoldState::Open)) => {
            // What holds nothing stands outside the run's hold. One who was paused and does not know that the run is
            // another's can open such a hold late, and leaves it to the sweeper.
            let holds_nothing = hold.is_some_and(|hold| hold.amount.is_zero());
            let had_rivals = matches!(moment, Moment::Killed { n_lives } if n_lives > 1);
            comparison.require(
                !is_over || (holds_nothing && had_rivals),
                "what is not paid is given back",
                || format!("{} is still held, and ended as {:?}", place(), step.ends),
            );
        }
        (None, Some(HoldState::Released | HoldState::Expired) | None) => {}
    }
}
