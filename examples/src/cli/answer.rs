//! What came of a run, for its bill.

use orch::{Orchestration, planner::StepState};

/// The agents whose answers were paid, each once, in the order of the steps.
pub(super) fn agents(run: &Orchestration) -> Vec<&str> {
    let mut agents: Vec<&str> = Vec::new();
    for (planned, state) in run.plan().steps().iter().zip(run.steps()) {
        if matches!(state, StepState::Succeeded(_)) && !agents.contains(&&*planned.slug) {
            agents.push(&planned.slug);
        }
    }
    agents
}

/// How long it took from its plan to its end, in seconds.
pub(super) fn seconds(run: &Orchestration) -> f64 {
    run.ended_at()
        .map_or(0.0, |ended_at| ended_at.since(run.created_at()).as_secs_f64())
}
