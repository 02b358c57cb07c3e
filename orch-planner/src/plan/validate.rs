//! Makes a plan one that can be run: finds its agents, pins versions and prices, checks what is known of arguments.

use std::collections::{HashMap, HashSet};

use orch_a2a::{InvokeError, Invoker};
use orch_core::{
    Agent, AgentId, Amount, Caller, Task,
    catalog::{Catalog, Resolved},
};
use serde_json::Map;

use super::{InvalidPlan, Plan, PlannedStep, Step, ValidPlan};
use crate::OrchestrationError;

impl Plan {
    /// Checks the plan against the catalog, as the caller sees it.
    ///
    /// # Errors
    ///
    /// [`Invalid`](OrchestrationError::Invalid) for a step named twice, a cycle, a pointer at no step, arguments that
    /// miss their schema, prices in different currencies; [`UnknownAgent`](OrchestrationError::UnknownAgent) and
    /// [`UnknownTask`](OrchestrationError::UnknownTask). Each names the member at fault.
    pub async fn validate(
        self,
        catalog: &Catalog,
        invoker: &Invoker,
        caller: &Caller,
    ) -> Result<ValidPlan, OrchestrationError> {
        let graph = self.graph()?;
        let agents = self.resolve(catalog, caller).await?;
        let mut steps = Vec::with_capacity(self.steps.len());
        for (index, step) in self.steps.into_iter().enumerate() {
            let agent = &agents[&step.agent];
            check_arguments(invoker, index, &step, agent)?;
            steps.push(pin(index, step, agent, graph.before[index].clone())?);
        }
        let price = total(&steps)?;
        Ok(ValidPlan::new(steps, graph, self.output, price))
    }

    /// The agents that the steps name, each looked up once.
    async fn resolve(
        &self,
        catalog: &Catalog,
        caller: &Caller,
    ) -> Result<HashMap<String, Resolved>, OrchestrationError> {
        let mut agents = HashMap::new();
        for (index, step) in self.steps.iter().enumerate() {
            if agents.contains_key(&step.agent) {
                continue;
            }
            let resolved = catalog.resolve(caller, &step.agent).await;
            let resolved = resolved.map_err(|cause| OrchestrationError::UnknownAgent {
                field: format!("steps[{index}].agent"),
                cause,
            })?;
            agents.insert(step.agent.clone(), resolved);
        }
        Ok(agents)
    }
}

impl ValidPlan {
    /// How many different agents work on it.
    pub fn n_agents(&self) -> usize {
        let agents: HashSet<AgentId> = self.steps().iter().map(|step| step.agent).collect();
        agents.len()
    }
}

fn check_arguments(
    invoker: &Invoker,
    index: usize,
    step: &Step,
    agent: &Resolved,
) -> Result<(), OrchestrationError> {
    let (mut arguments, mut holes, mut place) = (Map::new(), Vec::new(), String::new());
    for (name, argument) in &step.arguments {
        arguments.insert(name.clone(), argument.sketch_member(name, &mut place, &mut holes));
    }
    let invalid = |field: String, reason: String| Err(InvalidPlan::new(field, reason).into());
    match invoker.check_arguments(agent, &step.task, arguments, holes) {
        Ok(()) => Ok(()),
        Err(InvokeError::TaskNotFound { agent, task }) => Err(OrchestrationError::UnknownTask {
            field: format!("steps[{index}].task"),
            agent,
            task,
        }),
        Err(InvokeError::Refused { field, reason }) => {
            let field = field.replace('/', ".").replace("~1", "/").replace("~0", "~");
            // The field is named before the reason.
            let reason = reason.strip_prefix("it ").unwrap_or(&reason).to_owned();
            invalid(format!("steps[{index}].arguments{field}"), reason)
        }
        Err(other) => invalid(format!("steps[{index}].task"), other.to_string()),
    }
}

fn pin(index: usize, step: Step, agent: &Resolved, before: Vec<usize>) -> Result<PlannedStep, InvalidPlan> {
    let version = &agent.version;
    let price = version.pricing.ceiling();
    let price =
        price.map_err(|error| InvalidPlan::new(format!("steps[{index}].agent"), error.to_string()))?;
    let task = version.task(&step.task);
    Ok(PlannedStep {
        id: step.id,
        agent: agent.agent.id,
        slug: agent.agent.slug.to_string(),
        version: version.version,
        arguments: step.arguments,
        before,
        price,
        repeatable: task.is_some_and(|task| task.repeatable),
        timeout: task
            .and_then(|task: &Task| task.timeout)
            .unwrap_or(Agent::DEFAULT_TIMEOUT),
        on_failure: step.on_failure,
        task: step.task,
    })
}

/// The sum of the prices. What costs nothing may be counted in any currency; all else is in one.
fn total(steps: &[PlannedStep]) -> Result<Amount, InvalidPlan> {
    let mut total: Option<Amount> = None;
    for (index, step) in steps.iter().enumerate() {
        total = Some(match total {
            Some(total) if step.price.is_zero() => total,
            Some(total) if !total.is_zero() => total.plus(step.price).map_err(|error| {
                InvalidPlan::new(
                    format!("steps[{index}].agent"),
                    format!("is paid otherwise: {error}"),
                )
            })?,
            _ => step.price,
        });
    }
    total.ok_or_else(|| InvalidPlan::new("steps", "is empty"))
}
