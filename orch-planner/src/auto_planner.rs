//! A planner that asks a model, and does without where the model is of no use.

use std::sync::Arc;

use async_trait::async_trait;
use orch_core::Caller;

use crate::{
    goal::Goal,
    llm_planner::{LlmPlanner, left},
    plan::Plan,
    planner::{PlanError, PlannedBy, Planner, Planning, Proposal},
    synthesis::Synthesis,
};

/// Plans with a model, and without one where it is down, overloaded, too dear or makes no valid plan.
///
/// A model that says that nothing fits the goal has answered, and is not overruled. What it cost counts against the
/// goal's budget, whoever makes the plan in the end.
#[derive(Clone, Debug)]
pub struct AutoPlanner {
    model: LlmPlanner,
    fallback: Arc<dyn Planner>,
}

impl AutoPlanner {
    /// A planner that asks the model first.
    pub fn new(model: LlmPlanner, fallback: Arc<dyn Planner>) -> Self {
        Self { model, fallback }
    }
}

#[async_trait]
impl Planner for AutoPlanner {
    async fn plan(&self, caller: &Caller, goal: &Goal) -> Result<Plan, PlanError> {
        self.propose(caller, goal).await.map(|proposal| proposal.plan)
    }

    async fn propose(&self, caller: &Caller, goal: &Goal) -> Result<Proposal, PlanError> {
        let mut used = self.model.unused();
        let refusal = match self.model.converse(caller, goal, &mut used).await {
            Ok(plan) => {
                let planning = Planning {
                    by: PlannedBy::Model,
                    fallback: None,
                    used,
                };
                return Ok(Proposal {
                    plan,
                    planning: Some(planning),
                });
            }
            Err(refusal) if refusal.is_the_models() => refusal,
            // There was nothing to show it; perhaps what there is does not answer now.
            Err(refusal @ PlanError::NothingFits { .. }) if used == self.model.unused() => {
                return Err(self.fallback.plan(caller, goal).await.err().unwrap_or(refusal));
            }
            Err(refusal) => return Err(refusal),
        };
        tracing::warn!(
            error = &refusal as &dyn std::error::Error,
            "the goal is planned without the model"
        );
        let mut goal = goal.clone();
        goal.limits.budget = left(&goal, &used)?;
        let plan = match self.fallback.plan(caller, &goal).await {
            Ok(plan) => plan,
            // The model, once it answers or is paid, may do better than what stands in for it.
            Err(error) if error.is_final() && !refusal.is_final() => return Err(refusal),
            Err(error) => return Err(error),
        };
        let planning = Planning {
            by: PlannedBy::Catalog,
            fallback: Some(refusal.to_string()),
            used,
        };
        Ok(Proposal {
            plan,
            planning: Some(planning),
        })
    }

    fn synthesis(&self) -> Option<&Synthesis> {
        self.model.synthesis()
    }
}
