//! What a goal would come to, for a request that only asks.

use std::collections::{BTreeMap, BTreeSet};

use orch::{
    Caller, OrchestrationError,
    planner::{Preview, plan::Parameter},
};
use serde::Serialize;

use super::body::{Metadata, agent_name};
use crate::market::{Market, number::Decimal};

/// An orchestration that was planned and not started.
#[derive(Debug, Serialize)]
pub(super) struct Planned {
    request_id: String,
    status: &'static str,
    goal: String,
    final_output: Option<String>,
    execution_time: f64,
    total_cost: f64,
    agents_used: usize,
    steps_executed: [(); 0],
    estimated_cost: Decimal,
    steps_planned: Vec<Step>,
    metadata: Metadata,
}

/// A step that would be done.
#[derive(Debug, Serialize)]
struct Step {
    step: usize,
    agent_id: String,
    agent_name: String,
    task: String,
    /// An object whose one member is `$result` stands for a part of an earlier step's result.
    parameters: BTreeMap<String, Parameter>,
    /// The steps that come before it.
    after: Vec<usize>,
    estimated_cost: Decimal,
}

pub(super) async fn planned(
    market: &Market,
    caller: &Caller,
    request_id: String,
    goal: &str,
    preview: &Preview,
) -> Result<Planned, OrchestrationError> {
    let mut steps = Vec::new();
    for (place, step) in preview.valid.steps().iter().enumerate() {
        steps.push(Step {
            step: place + 1,
            agent_id: step.slug.to_string(),
            agent_name: agent_name(market.orchestrator(), caller, step).await?,
            task: step.task.clone(),
            parameters: step.arguments.clone(),
            after: step.before.iter().map(|before| before + 1).collect(),
            estimated_cost: Decimal(step.price),
        });
    }
    let agents: BTreeSet<&str> = steps.iter().map(|step| step.agent_id.as_str()).collect();
    Ok(Planned {
        request_id,
        status: "planned",
        goal: goal.to_owned(),
        final_output: None,
        execution_time: 0.0,
        total_cost: 0.0,
        agents_used: agents.len(),
        steps_executed: [],
        estimated_cost: Decimal(preview.valid.price()),
        steps_planned: steps,
        metadata: Metadata::at(market.now()),
    })
}
