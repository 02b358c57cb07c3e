//! Plans: which agents do which tasks with what, in an order that follows from who needs whose results.

mod graph;
mod parameter;

mod parse;
mod step_id;
mod valid;
mod validate;

use std::collections::BTreeMap;

use orch_core::{ErrorKind, Failure};
use serde::{Deserialize, Serialize};

pub use parameter::{Parameter, ResultPointer};
pub use step_id::{StepId, StepIdError};
pub use valid::{PlannedStep, ValidPlan};
pub(crate) use validate::KnownAgents;

/// The most steps that a plan has.
pub const MAX_STEPS: usize = 10_000;
/// How deep the JSON of a parameter nests at most.
pub const MAX_DEPTH: usize = 32;
/// The most bytes of a plan's JSON.
pub const MAX_PLAN_BYTES: usize = 1024 * 1024;

/// What shall be done: a graph of steps without cycles. As made by a planner or read from a file; nothing is known
/// yet of whether its agents exist or what it costs.
///
/// ```
/// use orch_planner::plan::Plan;
///
/// let plan = Plan::parse(r#"{"steps": [
///     {"id": "read", "agent": "table", "task": "read_table", "arguments": {"path": "reviews.csv"}},
///     {"id": "words", "agent": "keywords", "task": "extract", "arguments": {"text": {"$result": "/read/text"}}}
/// ]}"#)?;
/// assert_eq!(plan.steps.len(), 2);
///
/// let error = Plan::parse(r#"{"steps": [{"id": "read", "agent": "table", "task": 7}]}"#).unwrap_err();
/// assert_eq!(error.to_string(), "the plan is invalid: steps[0].task is no text");
/// # Ok::<(), orch_planner::plan::InvalidPlan>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Plan {
    /// The steps, 1 to [`MAX_STEPS`]; their order says nothing.
    pub steps: Vec<Step>,
    /// What the run answers. Default: an object with the result of each step on which no other depends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<Parameter>,
}

/// One task of one agent.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// Its name in the plan.
    pub id: StepId,
    /// Who does it: a slug, `organization/name` or an agent's id, with `@version` where one is pinned.
    pub agent: String,
    /// Which of the agent's tasks.
    pub task: String,
    /// With what; the task's schema says which.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub arguments: BTreeMap<String, Parameter>,
    /// Steps that come before, besides those whose results it takes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<StepId>,
    /// What becomes of the run when this step fails.
    #[serde(skip_serializing_if = "OnFailure::is_default")]
    pub on_failure: OnFailure,
}

impl Plan {
    /// The same plan, every step of which bears another name; the first name that is too long for that otherwise.
    pub(crate) fn renamed(mut self, prefix: &str) -> Result<Self, StepIdError> {
        let renamed = |id: &StepId| format!("{prefix}{id}").parse::<StepId>();
        for step in &mut self.steps {
            step.id = renamed(&step.id)?;
            for after in &mut step.after {
                *after = renamed(after)?;
            }
            for argument in step.arguments.values_mut() {
                argument.rename(&renamed)?;
            }
        }
        if let Some(output) = &mut self.output {
            output.rename(&renamed)?;
        }
        Ok(self)
    }
}

impl Step {
    /// A step without arguments that nothing comes before.
    pub fn new(id: StepId, agent: impl Into<String>, task: impl Into<String>) -> Self {
        Self {
            id,
            agent: agent.into(),
            task: task.into(),
            arguments: BTreeMap::new(),
            after: Vec::new(),
            on_failure: OnFailure::default(),
        }
    }

    /// The same step with one argument more.
    #[must_use]
    pub fn argument(mut self, name: impl Into<String>, value: Parameter) -> Self {
        self.arguments.insert(name.into(), value);
        self
    }
}

/// What becomes of the run when a step fails or is interrupted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnFailure {
    /// The run fails; its other running steps are cancelled.
    #[default]
    Fail,
    /// The steps that need this one are skipped, and the run goes on.
    Skip,
}

impl OnFailure {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// A plan cannot be run as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the plan is invalid: {field} {reason}")]
pub struct InvalidPlan {
    /// The member at fault: `steps[1].arguments.text`.
    pub field: String,
    /// What is wrong with it.
    pub reason: String,
}

impl InvalidPlan {
    pub(crate) fn new(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            reason: reason.into(),
        }
    }
}

impl Failure for InvalidPlan {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid {
            field: self.field.clone(),
            reason: self.reason.clone(),
        }
    }
}
