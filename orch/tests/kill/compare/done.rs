use std::collections::BTreeMap;

use super::{Comparison, Evidence};
use crate::{effects::Effect, stored::StoredRun};

/// What agents did outside of the database agrees with what the log says that they were asked to do.
pub(super) fn compare(evidence: &Evidence<'_>, comparison: &mut Comparison) {
    let mut done: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for effect in &evidence.effects {
        *done.entry((&effect.label, &effect.step)).or_default() += 1;
    }
    let runs: BTreeMap<_, _> = evidence
        .runs
        .values()
        .map(|run| (run.label.as_str(), run))
        .collect();
    for effect in &evidence.effects[evidence.n_old_effects..] {
        let was_asked = runs
            .get(effect.label.as_str())
            .is_some_and(|run| was_asked(run, effect));
        comparison.require(
            was_asked,
            "nothing is done for a step that was not started",
            || format!("{effect:?}"),
        );
    }
    for run in evidence.runs.values() {
        for step in &run.steps {
            let n_done = done.get(&(&run.label, &step.id)).copied().unwrap_or(0);
            let place = || {
                format!(
                    "{} of {} ({}) was done {n_done} times",
                    step.id, run.id, run.label
                )
            };
            comparison.require(
                step.is_repeatable || n_done <= 1,
                "a non-repeatable task never runs twice",
                place,
            );
            comparison.require(
                n_done <= step.n_started,
                "a task runs at most as often as it was started",
                place,
            );
            comparison.require(
                step.success().is_none() || n_done > 0,
                "what was answered was done",
                place,
            );
        }
    }
}

fn was_asked(run: &StoredRun, effect: &Effect) -> bool {
    let step = run
        .steps
        .iter()
        .find(|step| step.id == effect.step && step.task == effect.task);
    step.is_some_and(|step| step.calls.contains_key(&effect.invocation))
}
