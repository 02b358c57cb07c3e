use std::time::Duration;

use orch_core::{Amount, RunId};

use super::Estimate;
use crate::{
    Goal, GoalLimits, OrchestrationError, Plan, Planning, ValidPlan,
    orchestration::{FallbackPolicy, ReplanPolicy},
    store::RunHandle,
};

/// What bounds the runs of an [`Orchestrations`](super::Orchestrations), and how they are worked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrchestrationOptions {
    /// How many steps of one run run at once, at least 1.
    pub parallel_steps: usize,
    /// How many bytes the results of one run take together, about, as JSON text; an answer beyond it fails its step.
    pub result_bytes: usize,
    /// How often a step is sent in all, when crashes interrupt it and its task is repeatable.
    pub attempts: u32,
    /// How often each step of a run that was started by a goal may go to another agent, up to
    /// [`StartOptions::MAX_FALLBACKS`].
    pub fallbacks: u32,
    /// How often a run that was started by a goal may be planned anew when a step of it fails for good; never, unless the
    /// host says so. What was answered is paid all the same.
    pub replans: u32,
    /// How often a run is looked at for what other processes did to it.
    pub poll_interval: Duration,
    /// How long an unavailable store is tried again before a run is put off.
    pub patience: Duration,
    /// How long a worker lives after its last heartbeat.
    pub worker_ttl: Duration,
    /// How many runs that were just started here wait to be driven here.
    pub inbox: usize,
    /// Whether no other process serves the same store, so that every other worker is dead when one begins.
    pub sole_worker: bool,
}

impl Default for OrchestrationOptions {
    fn default() -> Self {
        Self {
            parallel_steps: 64,
            result_bytes: 16 * 1024 * 1024,
            attempts: 5,
            fallbacks: 2,
            replans: 0,
            poll_interval: Duration::from_secs(1),
            patience: Duration::from_secs(30),
            worker_ttl: Duration::from_secs(15),
            inbox: 1024,
            sole_worker: false,
        }
    }
}

impl OrchestrationOptions {
    /// Whether a run of this goal may be planned anew, and of what.
    pub(super) fn replan_policy(&self, goal: &Goal) -> Option<Box<ReplanPolicy>> {
        let GoalLimits {
            max_agents,
            preferred,
            excluded,
            ..
        } = &goal.limits;
        (self.replans > 0).then(|| {
            Box::new(ReplanPolicy {
                replans: self.replans,
                context: goal.context.clone(),
                max_agents: *max_agents,
                preferred: preferred.clone(),
                excluded: excluded.clone(),
            })
        })
    }
}

/// What a start may say besides the plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StartOptions {
    /// What the run is for, in the words of who asks.
    pub goal: Option<String>,
    /// The most that it may cost.
    pub budget: Option<Amount>,
    /// How long it may take, 1 second to an hour; 300 seconds where nothing is said.
    pub timeout: Option<Duration>,
    /// How many different agents may work on it.
    pub max_agents: Option<u32>,
    /// How often each step may go to another agent that does the same task, when the one that has it fails: up to
    /// [`MAX_FALLBACKS`](Self::MAX_FALLBACKS); never unless it is said.
    pub fallbacks: u32,
    /// Agents that no step may go to, by id, slug or `organization/name`.
    pub excluded: Vec<String>,
    /// Makes starting the same twice the same as once: 1 to 200 characters, unique within the account.
    pub key: Option<String>,
    /// How a surface names the run.
    pub handle: Option<RunHandle>,
}

impl StartOptions {
    /// The most that [`fallbacks`](Self::fallbacks) may be.
    pub const MAX_FALLBACKS: u32 = 5;

    /// Who may do steps in the place of agents that fail, if anybody may.
    pub(super) fn fallback(&self) -> Result<Option<Box<FallbackPolicy>>, OrchestrationError> {
        let per_step = self.fallbacks;
        let refused = |field, reason: String| Err(OrchestrationError::Option { field, reason });
        if per_step > StartOptions::MAX_FALLBACKS {
            return refused(
                "fallbacks",
                format!("of {per_step} is more than {}", StartOptions::MAX_FALLBACKS),
            );
        }
        if self.excluded.len() > GoalLimits::MAX_NAMED {
            return refused(
                "excluded",
                format!("names more than {} agents", GoalLimits::MAX_NAMED),
            );
        }
        Ok((per_step > 0).then(|| {
            Box::new(FallbackPolicy {
                per_step,
                max_agents: self.max_agents,
                excluded: self.excluded.clone(),
            })
        }))
    }
}

/// A run that is durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Started {
    /// The run.
    pub run: RunId,
    /// Whether this start made it, and not an earlier one with the same key.
    pub is_new: bool,
}

/// What a goal would come to. Nothing of it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Preview {
    /// The plan, as it could be started.
    pub plan: Plan,
    /// The same with its agents, versions and prices.
    pub valid: ValidPlan,
    /// What it would take.
    pub estimate: Estimate,
    /// How it came about, where there is a model.
    pub planning: Option<Planning>,
}
