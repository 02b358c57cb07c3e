//! A planner that asks a language model, and believes none of what it says.
//!
//! The model is shown a shortlist of the catalog's tasks and the goal, all of it as data, and answers with a plan under a
//! JSON Schema that names no other tasks. Its plan is read and validated like one from a file, and measured against the
//! goal's limits; what is wrong with it goes back to the model a bounded number of times. Each time it is asked is held,
//! paid and metered, and counts against the goal's budget.

mod answer;
mod conversation;
mod options;
mod schema;
mod shortlist;

use async_trait::async_trait;
use orch_a2a::Invoker;
use orch_core::{Amount, Caller, ErrorKind, Failure, catalog::Catalog};

pub use options::LlmOptions;

use crate::{
    OrchestrationError,
    goal::Goal,
    llm::{MeteredModel, ModelUse},
    plan::Plan,
    planner::{PlanError, PlannedBy, Planner, Planning, Proposal},
    synthesis::Synthesis,
};
use answer::Answer;
use conversation::Conversation;
use shortlist::Shortlist;

/// Plans with a language model over the tasks that the caller's catalog describes.
#[derive(Clone, Debug)]
pub struct LlmPlanner {
    model: MeteredModel,
    catalog: Catalog,
    invoker: Invoker,
    options: LlmOptions,
    synthesis: Option<Synthesis>,
}

/// What the model is asked for, as usage records name it.
const TASK: &str = "plan";

impl LlmPlanner {
    /// A planner that asks this model over this catalog.
    pub fn new(model: MeteredModel, catalog: Catalog, invoker: Invoker, options: LlmOptions) -> Self {
        let synthesis = options
            .synthesis
            .map(|synthesis| Synthesis::new(model.clone(), synthesis));
        Self {
            model,
            catalog,
            invoker,
            options,
            synthesis,
        }
    }

    /// Nothing asked yet.
    pub(crate) fn unused(&self) -> ModelUse {
        self.model.unused()
    }

    /// The model's plan for the goal; what asking took is added to `used`, whatever came of it.
    pub(crate) async fn converse(
        &self,
        caller: &Caller,
        goal: &Goal,
        used: &mut ModelUse,
    ) -> Result<Plan, PlanError> {
        let shortlist = Shortlist::gather(&self.catalog, caller, goal, self.options.tasks).await;
        let shortlist = shortlist.map_err(PlanError::failed)?;
        if shortlist.is_empty() {
            let wish = crate::prompt::cut(&goal.text, 200).to_owned();
            return Err(PlanError::NothingFits { wish });
        }
        let deadline = self.model.now() + self.options.timeout.min(goal.limits.timeout);
        let mut conversation = Conversation::new(goal, &shortlist, &self.options, deadline);
        loop {
            let available = left(goal, used)?;
            let asked = self
                .model
                .complete(caller.account(), TASK, conversation.request(), available, used)
                .await;
            let completion = asked.map_err(|error| PlanError::of_model(self.model.model(), error))?;
            let fault = match Answer::read(&completion, goal, &shortlist) {
                Ok(Answer::Refusal(refusal)) => return Err(refusal),
                Ok(Answer::Plan(plan)) => match self.fault(caller, goal, &plan, left(goal, used)?).await? {
                    None => return Ok(plan),
                    Some(fault) => fault,
                },
                Err(fault) => fault,
            };
            tracing::debug!(
                model = self.model.model(),
                fault,
                "the model's plan is not accepted"
            );
            if used.calls >= self.options.attempts.max(1) {
                return Err(PlanError::Unusable {
                    model: self.model.model().to_owned(),
                    attempts: used.calls,
                    reason: fault,
                });
            }
            conversation.correct(&completion.text, &fault);
        }
    }

    /// What keeps a plan from being accepted; `None` when nothing does.
    async fn fault(
        &self,
        caller: &Caller,
        goal: &Goal,
        plan: &Plan,
        available: Option<Amount>,
    ) -> Result<Option<String>, PlanError> {
        let valid = match plan.clone().validate(&self.catalog, &self.invoker, caller).await {
            Ok(valid) => valid,
            Err(error) => return blame(error).map(Some),
        };
        let within = valid.check_limits(Some(goal.limits.max_agents), available);
        within.map_or_else(|error| blame(error).map(Some), |()| Ok(None))
    }
}

#[async_trait]
impl Planner for LlmPlanner {
    async fn plan(&self, caller: &Caller, goal: &Goal) -> Result<Plan, PlanError> {
        self.converse(caller, goal, &mut self.unused()).await
    }

    async fn propose(&self, caller: &Caller, goal: &Goal) -> Result<Proposal, PlanError> {
        let mut used = self.unused();
        let plan = self.converse(caller, goal, &mut used).await?;
        let planning = Planning {
            by: PlannedBy::Model,
            fallback: None,
            used,
        };
        Ok(Proposal {
            plan,
            planning: Some(planning),
        })
    }

    fn synthesis(&self) -> Option<&Synthesis> {
        self.synthesis.as_ref()
    }
}

/// What is left of the goal's budget once what was used of a model is paid.
pub(crate) fn left(goal: &Goal, used: &ModelUse) -> Result<Option<Amount>, PlanError> {
    let Some(budget) = goal.limits.budget else {
        return Ok(None);
    };
    if used.cost.is_zero() {
        return Ok(Some(budget));
    }
    let left = budget.minus(used.cost);
    left.map(Some).map_err(|_| PlanError::Budget {
        required: used.cost,
        available: budget,
    })
}

/// What the model is told of a refusal; what is no fault of its plan is passed on.
fn blame(error: OrchestrationError) -> Result<String, PlanError> {
    match error.kind() {
        ErrorKind::Unavailable { .. } | ErrorKind::Internal => Err(PlanError::failed(error)),
        _ => Ok(error.to_string()),
    }
}
