//! Asks for another plan when a step has failed for good and nobody takes it over.

use std::time::Duration;

use orch_a2a::Invocation;
use orch_billing::{BillingError, HoldId};
use orch_core::{Amount, Caller, StoreError};

use super::{Driver, StepEnd};
use crate::{
    Goal, GoalLimits, Orchestration,
    orchestration::{ReplanPolicy, Replanned, StepFailure},
    orchestrations::Shared,
};

/// A run as it stood when a step of it was sent, and what another plan for it has to keep to.
#[derive(Debug)]
pub(super) struct Replanner {
    run: Orchestration,
    policy: ReplanPolicy,
    index: usize,
}

impl Driver {
    /// What makes another plan should this step fail; `None` when none may be made.
    pub(super) fn replanner(&self, index: usize) -> Option<Replanner> {
        let policy = self.run.replan_policy()?;
        self.run.may_replan(index).then(|| Replanner {
            run: self.run.clone(),
            policy: policy.clone(),
            index,
        })
    }
}

impl Replanner {
    /// Has another plan made without the agent that failed, and sets its price aside; the failure stands where there is
    /// none.
    pub(super) async fn replan(
        &self,
        shared: &Shared,
        caller: &Caller,
        failed: &Invocation,
        failure: StepFailure,
    ) -> StepEnd {
        let Some(goal) = self.goal(shared) else {
            return StepEnd::Failed(failure);
        };
        let proposed = match shared.planner.propose(caller, &goal).await {
            Ok(proposed) => proposed,
            Err(error) => {
                tracing::info!(error = &error as &dyn std::error::Error, "there is no other plan");
                return StepEnd::Failed(failure);
            }
        };
        let prefix = format!("again{}-", self.run.n_replans() + 1);
        let Ok(plan) = proposed.plan.renamed(&prefix) else {
            return StepEnd::Failed(failure);
        };
        let plan = match plan.validate(&shared.catalog, &shared.invoker, caller).await {
            Ok(plan) => plan,
            Err(error) => {
                tracing::info!(
                    error = &error as &dyn std::error::Error,
                    "the other plan is of no use"
                );
                return StepEnd::Failed(failure);
            }
        };
        let replanned = Replanned {
            step: self.run.plan().steps()[self.index].id.clone(),
            invocation: failed.id,
            failure,
            plan,
            planning: proposed.planning,
        };
        if !self.run.admits(self.index, &replanned) {
            return StepEnd::Failed(replanned.failure);
        }
        match self.set_aside(shared, failed, replanned.plan.price()).await {
            Ok(true) => StepEnd::Replanned(Box::new(replanned)),
            Ok(false) => StepEnd::Failed(replanned.failure),
            Err(error) => StepEnd::GaveUp(error.into()),
        }
    }

    /// What is to be planned, without those who failed and within what is left; `None` when there is no time for it.
    fn goal(&self, shared: &Shared) -> Option<Goal> {
        let run = &self.run;
        let left: Duration = run.deadline().since(shared.clock.now());
        let mut excluded = self.policy.excluded.clone();
        excluded.extend(run.failed_agents(self.index).map(|agent| agent.to_string()));
        let budget = run
            .budget()
            .and_then(|budget| budget.minus(run.plan().price()).ok());
        let goal = Goal {
            text: run.goal()?.to_owned(),
            context: self.policy.context.clone(),
            limits: GoalLimits {
                max_agents: self.policy.max_agents,
                budget: budget.filter(|budget| !budget.is_zero()),
                timeout: left.min(*GoalLimits::TIMEOUT.end()),
                preferred: self.policy.preferred.clone(),
                excluded,
            },
        };
        goal.check().is_ok().then_some(goal)
    }

    /// Enlarges the run's hold; `false` when the credits do not suffice.
    async fn set_aside(
        &self,
        shared: &Shared,
        failed: &Invocation,
        price: Amount,
    ) -> Result<bool, StoreError> {
        if price.is_zero() {
            return Ok(true);
        }
        let hold = HoldId::from_uuid(self.run.id().uuid());
        let key = format!("{}/again", failed.id);
        let mut patience = shared.patience();
        loop {
            match shared.billing.enlarge(hold, price, &key).await {
                Ok(_) => return Ok(true),
                Err(BillingError::Store(error)) => patience.endure(error).await?,
                Err(_) => return Ok(false),
            }
        }
    }
}
