//! One task of one agent, asked for directly: a run of one step.

use orch_core::{Caller, Task, agent::Status, catalog::Resolved, switch::Stoppable};
use serde_json::{Map, Value};

use super::{Orchestrations, StartOptions, Started, key::run_key};
use crate::{
    InvalidPlan, OrchestrationError, Plan,
    plan::{KnownAgents, Parameter, Step, StepIdError},
};

/// One task of one agent, asked for directly.
#[derive(Clone, Debug, PartialEq)]
pub struct Hire {
    /// Who does it: a slug, `organization/name` or an agent's id, with `@version` where one is pinned.
    pub agent: String,
    /// Which of the agent's tasks.
    pub task: String,
    /// With what, taken as it is: nothing in it points at anything.
    pub arguments: Map<String, Value>,
}

/// The name of the one step.
const STEP: &str = "hire";

impl Orchestrations {
    /// Starts a run of one step, which is paid, kept and taken over like any other.
    ///
    /// # Errors
    ///
    /// An agent that is not there or does not answer, a task that it does not do, and arguments that miss the task's
    /// declaration: a name that is not declared is refused even where the schema would let it pass. Then, and when the
    /// credits do not suffice, nothing is stored.
    pub async fn hire(
        &self,
        caller: &Caller,
        hire: Hire,
        options: StartOptions,
    ) -> Result<Started, OrchestrationError> {
        let key = run_key(&options, &(&hire.agent, &hire.task, &hire.arguments))?;
        if let Some(started) = self.replay(caller.account(), key.as_ref()).await? {
            return Ok(started);
        }
        let resolved = self.0.catalog.resolve(caller, &hire.agent).await;
        let resolved = resolved.map_err(|cause| OrchestrationError::UnknownAgent {
            field: "agent".to_owned(),
            cause,
        })?;
        check(&resolved, &hire)?;
        self.check_stopped(caller, &resolved).await?;
        // The version that was checked is the one that is called.
        let agent = format!("{}@{}", resolved.agent.id, resolved.version.version);
        let plan = plan(agent.clone(), hire)?;
        let known = KnownAgents::from_iter([(agent, resolved)]);
        let started = self
            .start_valid(caller, plan.into(), &known, options, key, None)
            .await;
        started.map_err(|error| match error {
            OrchestrationError::Invalid(InvalidPlan { field, reason }) => {
                let field = field.strip_prefix("steps[0].").unwrap_or(&field);
                InvalidPlan::new(field, reason).into()
            }
            other => other,
        })
    }

    /// Refuses an account that is stopped, and an agent that is stopped: that as one that is away.
    async fn check_stopped(&self, caller: &Caller, resolved: &Resolved) -> Result<(), OrchestrationError> {
        let agent = &resolved.agent;
        let switch = self.0.invoker.switch();
        match switch.check(caller.account(), Some(agent.id)).await? {
            Some(stop) if stop.what == Stoppable::Agent(agent.id) => Err(OrchestrationError::Offline {
                agent: agent.slug.to_string(),
                last_seen: agent.last_seen,
            }),
            Some(stop) => Err(stop.into()),
            None => Ok(()),
        }
    }
}

fn check(resolved: &Resolved, hire: &Hire) -> Result<(), OrchestrationError> {
    let slug = || resolved.agent.slug.to_string();
    let Some(task) = resolved.version.task(&hire.task) else {
        return Err(OrchestrationError::UnknownTask {
            field: "task".to_owned(),
            agent: slug(),
            task: hire.task.chars().take(100).collect(),
        });
    };
    if let Some(name) = undeclared(task, &hire.arguments) {
        let name: String = name.chars().take(100).collect();
        return Err(InvalidPlan::new(format!("arguments.{name}"), "is not declared").into());
    }
    if resolved.agent.status != Status::Online {
        return Err(OrchestrationError::Offline {
            agent: slug(),
            last_seen: resolved.agent.last_seen,
        });
    }
    Ok(())
}

/// An argument that the task does not declare; none of a task that declares nothing.
fn undeclared<'a>(task: &Task, arguments: &'a Map<String, Value>) -> Option<&'a String> {
    let declared = task.parameters.get("properties")?.as_object()?;
    arguments.keys().find(|name| !declared.contains_key(*name))
}

fn plan(agent: String, hire: Hire) -> Result<Plan, OrchestrationError> {
    let id = STEP
        .parse()
        .map_err(|error: StepIdError| InvalidPlan::new("steps[0].id", error.to_string()))?;
    let mut step = Step::new(id, agent, hire.task);
    for (name, value) in hire.arguments {
        let field = format!("arguments.{name}");
        let argument = Parameter::parse(value, &field)?;
        if !argument.is_literal() {
            // It would be read as a pointer when the plan is read back.
            return Err(InvalidPlan::new(field, "has an object whose one member is $result").into());
        }
        step = step.argument(name, argument);
    }
    Ok(Plan {
        steps: vec![step],
        output: None,
    })
}
