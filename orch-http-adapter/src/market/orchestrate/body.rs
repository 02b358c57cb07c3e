//! The object of an orchestration.

use std::collections::BTreeSet;

use orch::{
    Caller, Orchestration, OrchestrationError, Orchestrator, RunStatus, Timestamp,
    planner::{PlannedBy, PlannedStep, StepState, orchestration::Success},
};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::market::{
    Market,
    error::{ApiError, Inner},
    number::{Decimal, rfc_3339, seconds},
    plain::plain,
    public_id,
    shared::Shared,
};

/// The version that this surface reports of itself.
const ORCHESTRATOR_VERSION: &str = "1.2.0";

/// An orchestration as it stands.
#[derive(Debug, Serialize)]
pub(in crate::market) struct Answered {
    pub(super) request_id: String,
    status: &'static str,
    goal: Option<String>,
    final_output: Option<String>,
    execution_time: f64,
    total_cost: Decimal,
    agents_used: usize,
    pub(super) steps_executed: Vec<Step>,
    metadata: Metadata,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Inner>,
}

/// A step that was answered and paid.
#[derive(Debug, Serialize)]
pub(super) struct Step {
    step: usize,
    agent_id: String,
    agent_name: String,
    task: String,
    parameters: Option<Map<String, Value>>,
    result: Option<Shared>,
    execution_time: f64,
    cost: Decimal,
}

#[derive(Debug, Serialize)]
pub(super) struct Metadata {
    timestamp: String,
    orchestrator_version: &'static str,
    /// Who planned it, where a model was asked: `model:NAME` or `catalog`.
    #[serde(skip_serializing_if = "Option::is_none")]
    planner: Option<String>,
    /// Why the model's plan was of no use.
    #[serde(skip_serializing_if = "Option::is_none")]
    fallback: Option<String>,
    /// Why the model did not put the answer into words.
    #[serde(skip_serializing_if = "Option::is_none")]
    without_synthesis: Option<String>,
}

impl Metadata {
    pub(super) fn at(at: Timestamp) -> Self {
        Self {
            timestamp: rfc_3339(at),
            orchestrator_version: ORCHESTRATOR_VERSION,
            planner: None,
            fallback: None,
            without_synthesis: None,
        }
    }

    /// With the part that a model had in the run, if one was asked.
    fn of(run: &Orchestration, at: Timestamp) -> Self {
        let Some(planning) = run.planning() else {
            return Self::at(at);
        };
        let planner = match planning.by {
            PlannedBy::Model => format!("model:{}", planning.used.model),
            PlannedBy::Catalog => "catalog".to_owned(),
        };
        let skipped = run.synthesis().and_then(Result::err);
        Self {
            planner: Some(planner),
            fallback: planning.fallback.clone(),
            without_synthesis: skipped.map(|skipped| skipped.reason.clone()),
            ..Self::at(at)
        }
    }
}

/// The JSON object of a run, with what every step was called with and what it answered: what `POST /orchestrate` answers
/// when it is asked for that. A run that no request started is named after its own id.
///
/// # Errors
/// The store failed.
pub async fn answer(
    orchestrator: &Orchestrator,
    caller: &Caller,
    run: &Orchestration,
) -> Result<Value, OrchestrationError> {
    let handle = orchestrator.orchestrations().handle(caller, run.id()).await?;
    let id = handle.map(|handle| handle.name);
    let answered = written(orchestrator, caller, run, id, true).await?;
    Ok(serde_json::to_value(answered).unwrap_or_default())
}

/// Writes the object.
pub(super) async fn written(
    orchestrator: &Orchestrator,
    caller: &Caller,
    run: &Orchestration,
    id: Option<String>,
    with_values: bool,
) -> Result<Answered, OrchestrationError> {
    let request_id = id.unwrap_or_else(|| public_id::derived("req_", run.id().uuid().as_u128()));
    let at = run.ended_at().unwrap_or_else(|| orchestrator.clock().now());
    let mut steps = Vec::new();
    for (place, planned, success) in succeeded(run) {
        steps.push(Step {
            step: place + 1,
            agent_id: planned.slug.to_string(),
            agent_name: agent_name(orchestrator, caller, planned).await?,
            task: planned.task.clone(),
            parameters: with_values.then(|| run.arguments(place).unwrap_or_default()),
            result: with_values.then(|| Shared(success.result.clone())),
            execution_time: seconds(success.took),
            cost: Decimal(success.cost),
        });
    }
    let last_seen = step_last_seen(orchestrator, caller, run).await?;
    let error = ApiError::of_run(run, last_seen).filter(|_| run.status().is_ended());
    let agents: BTreeSet<&str> = steps.iter().map(|step| step.agent_id.as_str()).collect();
    Ok(Answered {
        status: status(run.status()),
        goal: run.goal().map(str::to_owned),
        final_output: run.output().map(|output| plain(output, usize::MAX)),
        execution_time: seconds(at.since(run.created_at())),
        total_cost: Decimal(run.cost()),
        agents_used: agents.len(),
        metadata: Metadata::of(run, at),
        error: error.map(|error| error.inner(request_id.clone(), at)),
        steps_executed: steps,
        request_id,
    })
}

fn status(status: RunStatus) -> &'static str {
    match status {
        RunStatus::Completed => "completed",
        RunStatus::Failed | RunStatus::Cancelled => "failed",
        _ => "processing",
    }
}

fn succeeded(run: &Orchestration) -> impl Iterator<Item = (usize, &PlannedStep, &Success)> {
    let steps = run.plan().steps().iter().zip(run.steps()).enumerate();
    steps.filter_map(|(place, (planned, state))| match state {
        StepState::Succeeded(success) => Some((place, planned, success)),
        _ => None,
    })
}

/// The title of the version that was called; the slug where the caller may not see the agent any more.
pub(in crate::market) async fn agent_name(
    orchestrator: &Orchestrator,
    caller: &Caller,
    planned: &PlannedStep,
) -> Result<String, OrchestrationError> {
    match orchestrator
        .catalog()
        .version(caller, planned.agent, planned.version)
        .await
    {
        Ok(resolved) => Ok(resolved.version.title.clone()),
        Err(orch::CatalogError::Store(error)) => Err(error.into()),
        Err(_) => Ok(planned.slug.to_string()),
    }
}

/// When the agent of the step that a run failed of last answered.
pub(in crate::market) async fn last_seen(
    market: &Market,
    caller: &Caller,
    run: &Orchestration,
) -> Result<Option<Timestamp>, OrchestrationError> {
    step_last_seen(market.orchestrator(), caller, run).await
}

async fn step_last_seen(
    orchestrator: &Orchestrator,
    caller: &Caller,
    run: &Orchestration,
) -> Result<Option<Timestamp>, OrchestrationError> {
    let step = run.failure().and_then(|failure| failure.step.as_ref());
    let Some(step) = step.and_then(|step| run.plan().steps().get(run.plan().index(step)?)) else {
        return Ok(None);
    };
    match orchestrator
        .catalog()
        .version(caller, step.agent, step.version)
        .await
    {
        Ok(resolved) => Ok(resolved.agent.last_seen),
        Err(orch::CatalogError::Store(error)) => Err(error.into()),
        Err(_) => Ok(None),
    }
}
