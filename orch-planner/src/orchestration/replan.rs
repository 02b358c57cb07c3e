//! Another plan for what a run has left, after a step of it failed for good.

use orch_core::{AgentId, Amount, InvocationId};
use serde::{Deserialize, Serialize};

use super::{Orchestration, StepFailure, StepState, fold::Folded};
use crate::{
    plan::{OnFailure, StepId, ValidPlan},
    planner::Planning,
};

/// Whether another plan may be made of a run's goal, and of what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplanPolicy {
    /// How often.
    pub replans: u32,
    /// What the goal is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
    /// How many different agents may work on the run, those that failed included.
    pub max_agents: u32,
    /// Agents to take where several fit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub preferred: Vec<String>,
    /// Agents never to take.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub excluded: Vec<String>,
}

/// Particulars of [`Replanned`](super::OrchestrationEvent::Replanned).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Replanned {
    /// The step that failed.
    pub step: StepId,
    /// Its call; it is not paid.
    pub invocation: InvocationId,
    /// Why it failed.
    pub failure: StepFailure,
    /// What is done from now on; what was not sent of the plan before is skipped. No step of it bears a name that was
    /// used before.
    pub plan: ValidPlan,
    /// How that plan came about, where there is a model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planning: Option<Planning>,
}

impl Orchestration {
    /// Whether another plan may be made of its goal, if any may.
    pub fn replan_policy(&self) -> Option<&ReplanPolicy> {
        self.planned.replan.as_deref()
    }

    /// How the plans that followed its first one came about, where there is a model: what they cost counts.
    pub fn replannings(&self) -> &[Planning] {
        &self.replannings
    }

    /// How often it was planned anew.
    pub fn n_replans(&self) -> u32 {
        self.n_replans
    }

    /// Whether it may be planned anew when this step fails: it goes on, the step belongs to the latest plan and would fail
    /// the run, and nothing was ever begun that may not be done twice, as another plan can ask for the same.
    pub fn may_replan(&self, index: usize) -> bool {
        let Some(policy) = self.replan_policy() else {
            return false;
        };
        let steps = self.plan().steps();
        let would_fail = steps
            .get(index)
            .is_some_and(|step| step.on_failure == OnFailure::Fail);
        let is_repeatable = |index: usize| self.last_call(index).is_none() || steps[index].repeatable;
        would_fail
            && self.onward().is_ok()
            && index >= self.first_step
            && self.n_replans < policy.replans
            && (0..steps.len()).all(is_repeatable)
    }

    /// The agents that failed a step of it, and the one of this step.
    pub(crate) fn failed_agents(&self, index: usize) -> impl Iterator<Item = AgentId> {
        let steps = self.plan().steps().iter().zip(&self.steps).enumerate();
        let failed = steps.filter(move |(place, (_, state))| {
            *place == index || matches!(state, StepState::Failed(_) | StepState::Interrupted)
        });
        let replaced = self.replaced.values().flatten().copied();
        failed.map(|(_, (step, _))| step.agent).chain(replaced)
    }

    /// Whether it may go on as said when this step fails, as it stands now.
    pub fn admits(&self, index: usize, replanned: &Replanned) -> bool {
        let mut agents = self.agents();
        agents.extend(replanned.plan.steps().iter().map(|step| step.agent));
        let most = self.replan_policy().map_or(0, |policy| policy.max_agents);
        self.may_replan(index)
            && agents.len() <= most as usize
            && self.has_room_for(&replanned.plan, replanned.planning.as_ref())
    }

    /// Whether its budget covers another plan besides all that was set aside or paid before.
    pub(crate) fn has_room_for(&self, plan: &ValidPlan, planning: Option<&Planning>) -> bool {
        let Some(price) = self.price_with(plan) else {
            return false;
        };
        let Some(budget) = self.budget() else {
            return true;
        };
        let plannings = self.replannings.iter().chain(planning);
        let mut left = budget.minus(price).ok();
        for planning in plannings.filter(|planning| !planning.used.cost.is_zero()) {
            left = left.and_then(|left| left.minus(planning.used.cost).ok());
        }
        price.is_zero() || left.is_some()
    }

    /// What a run costs that a plan follows: what was set aside before, and for the plan.
    pub fn price_with(&self, plan: &ValidPlan) -> Option<Amount> {
        match (self.plan().price(), plan.price()) {
            (held, more) if more.is_zero() => Some(held),
            // A run that costs nothing holds nothing that could be enlarged.
            (held, _) if held.is_zero() => None,
            (held, more) => held.plus(more).ok(),
        }
    }

    /// Ends the failed step, skips what was not sent, and goes on with another plan.
    pub(super) fn replan(&mut self, replanned: Replanned) -> Folded {
        self.onward()?;
        let Replanned {
            step,
            invocation,
            failure,
            plan,
            planning,
        } = replanned;
        let index = self.running(&step, invocation)?;
        let followed = self.plan().followed_by(&plan)?;
        self.end(index, StepState::Failed(failure));
        for index in 0..self.steps.len() {
            if self.steps[index] == StepState::Pending {
                self.end(index, StepState::Skipped);
            }
        }
        let first = self.steps.len();
        self.planned.plan = followed;
        for (index, step) in self.planned.plan.steps().iter().enumerate().skip(first) {
            self.steps.push(StepState::Pending);
            self.calls.push(None);
            self.missing.push(step.before.len());
            self.n_open += 1;
            if step.before.is_empty() {
                self.ready.insert(index);
            }
        }
        self.first_step = first;
        self.n_replans += 1;
        self.replannings.extend(planning);
        Ok(())
    }
}
