//! What plans and runs count, through the `metrics` facade.

use std::time::Duration;

use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};

use crate::{Orchestration, PlanError, Proposal, RunStatus};

const PLANS: &str = "orch_plans_total";
const PLANNING: &str = "orch_planning_seconds";
const STARTED: &str = "orch_runs_started_total";
const ENDED: &str = "orch_runs_ended_total";
const SECONDS: &str = "orch_run_seconds";
const DRIVEN: &str = "orch_runs_driven";
const RECOVERED: &str = "orch_runs_recovered_total";

/// Tells the recorder of this process what the figures mean. Once, by the host's program.
pub fn describe() {
    describe_counter!(
        PLANS,
        "Goals that a planner thought about, by whether a plan came of it"
    );
    describe_histogram!(PLANNING, Unit::Seconds, "How long planners thought");
    describe_counter!(STARTED, "Runs that were started here");
    describe_counter!(ENDED, "Runs that ended here, by how");
    describe_histogram!(
        SECONDS,
        Unit::Seconds,
        "How long runs took from their start to their end here, by how they ended"
    );
    describe_gauge!(DRIVEN, "Runs that this process drives");
    describe_counter!(
        RECOVERED,
        "Runs that were taken up from the store: put off, left by another, or started elsewhere"
    );
}

pub(crate) fn planned(proposal: &Result<Proposal, PlanError>, took: Duration) {
    let outcome = if proposal.is_ok() { "planned" } else { "refused" };
    counter!(PLANS, "outcome" => outcome).increment(1);
    histogram!(PLANNING).record(took);
}

pub(crate) fn started() {
    counter!(STARTED).increment(1);
}

pub(crate) fn recovered() {
    counter!(RECOVERED).increment(1);
}

/// A run has ended in this process.
pub(crate) fn ended(run: &Orchestration) {
    let status = match run.status() {
        RunStatus::Completed => "completed",
        RunStatus::Failed => "failed",
        RunStatus::Cancelled => "cancelled",
        _ => return,
    };
    counter!(ENDED, "status" => status).increment(1);
    if let Some(ended_at) = run.ended_at() {
        histogram!(SECONDS, "status" => status).record(ended_at.since(run.created_at()));
    }
}

/// A run that this process drives, until it is dropped.
#[derive(Debug)]
pub(crate) struct Driving(());

impl Driving {
    pub(crate) fn begin() -> Self {
        gauge!(DRIVEN).increment(1.0);
        Self(())
    }
}

impl Drop for Driving {
    fn drop(&mut self) {
        gauge!(DRIVEN).decrement(1.0);
    }
}
