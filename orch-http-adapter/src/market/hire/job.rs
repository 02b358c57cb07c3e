use orch::{
    Amount, Orchestration, RunStatus, Timestamp,
    planner::{StepState, orchestration::Success},
};
use serde::Serialize;

use crate::market::{
    error::{ApiError, Inner},
    number::{Decimal, rfc_3339, seconds},
    public_id,
    shared::Shared,
};

/// A job as it stands.
#[derive(Debug, Serialize)]
pub(in crate::market) struct Job {
    job_id: String,
    status: &'static str,
    agent_id: String,
    task: String,
    result: Option<Shared>,
    execution_time: f64,
    cost: Decimal,
    payment_transaction: Option<String>,
    timestamp: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Inner>,
}

impl Job {
    pub(super) fn new(
        job_id: String,
        run: &Orchestration,
        last_seen: Option<Timestamp>,
        now: Timestamp,
    ) -> Self {
        let at = run.ended_at().unwrap_or(now);
        let step = run.plan().steps().first();
        let success = run.steps().iter().find_map(|state| match state {
            StepState::Succeeded(success) if run.status() == RunStatus::Completed => Some(success),
            _ => None,
        });
        let error = ApiError::of_run(run, last_seen).filter(|_| run.status().is_ended());
        let took = success.map_or_else(|| at.since(run.created_at()), |success| success.took);
        let nothing = Amount::zero(run.plan().price().currency());
        Self {
            status: match run.status() {
                RunStatus::Completed => "completed",
                RunStatus::Failed | RunStatus::Cancelled => "failed",
                _ => "processing",
            },
            agent_id: step.map(|step| step.slug.to_string()).unwrap_or_default(),
            task: step.map(|step| step.task.clone()).unwrap_or_default(),
            result: success.map(|success| Shared(success.result.clone())),
            execution_time: seconds(took),
            cost: Decimal(success.map_or(nothing, |success| success.cost)),
            payment_transaction: success.map(transaction),
            timestamp: rfc_3339(at),
            error: error.map(|error| error.inner(request_id(&job_id), at)),
            job_id,
        }
    }
}

/// What an error about a job calls it: the job's own id, as requests are called.
pub(super) fn request_id(job_id: &str) -> String {
    format!("req_{}", job_id.trim_start_matches("job_"))
}

/// The id that the ledger's capture goes by here: derived from the call that it paid for.
fn transaction(success: &Success) -> String {
    let id = public_id::derived("", success.invocation.uuid().as_u128());
    format!("TXN_{}", id.to_ascii_uppercase())
}
