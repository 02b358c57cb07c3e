//! Another agent in the place of one that failed a step.

use std::{collections::HashSet, time::Duration};

use orch_core::{AgentId, Amount, InvocationId, Version};
use serde::{Deserialize, Serialize};

use super::{Orchestration, StepFailure, StepState, event::millis, fold::Folded};
use crate::plan::StepId;

/// Who may do a step in the place of an agent that failed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FallbackPolicy {
    /// How often a step may go to another agent.
    pub per_step: u32,
    /// How many different agents may work on the run, those that failed included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_agents: Option<u32>,
    /// Agents never to take, by id, slug or `organization/name`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub excluded: Vec<String>,
}

/// Particulars of [`StepReplaced`](super::OrchestrationEvent::StepReplaced).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepReplaced {
    /// The step.
    pub step: StepId,
    /// The call that failed; it is not paid.
    pub invocation: InvocationId,
    /// Why it failed.
    pub failure: StepFailure,
    /// Who does the step from now on.
    pub by: Alternative,
}

/// An agent that does a step in the place of another. Its version and its price are pinned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alternative {
    /// Who.
    pub agent: AgentId,
    /// That agent's slug, for people.
    pub slug: String,
    /// In which version.
    pub version: Version,
    /// The most that it may cost.
    pub price: Amount,
    /// Whether doing it twice is as good as doing it once.
    pub repeatable: bool,
    /// The longest that it may take.
    #[serde(rename = "timeout_ms", with = "millis")]
    pub timeout: Duration,
    /// How much more the run has set aside for it.
    pub more: Amount,
}

impl Orchestration {
    /// Who may do its steps in the place of agents that fail, if anybody may.
    pub fn fallback(&self) -> Option<&FallbackPolicy> {
        self.planned.fallback.as_deref()
    }

    /// The agents that failed a step and were replaced, in order.
    pub fn replaced(&self, index: usize) -> &[AgentId] {
        self.replaced.get(&index).map_or(&[], Vec::as_slice)
    }

    /// The agents that work or have worked on it, those that failed included.
    pub fn agents(&self) -> HashSet<AgentId> {
        let planned = self.plan().steps().iter().map(|step| step.agent);
        planned.chain(self.replaced.values().flatten().copied()).collect()
    }

    /// Whether a step may go to this agent, as the run stands now: neither its budget nor its number of agents is exceeded
    /// by that, nor has the step gone elsewhere too often.
    pub fn may_go_to(&self, index: usize, by: &Alternative) -> bool {
        let Some(policy) = self.fallback() else {
            return false;
        };
        let mut agents = self.agents();
        agents.insert(by.agent);
        let held = self.plan().price().plus(by.more);
        let is_affordable = by.more.is_zero()
            || held.is_ok_and(|held| self.budget().is_none_or(|budget| budget.minus(held).is_ok()));
        is_affordable
            && index >= self.first_step
            && self.replaced(index).len() < policy.per_step as usize
            && policy.max_agents.is_none_or(|most| agents.len() <= most as usize)
    }

    /// The call that was last made for a step, over or not.
    pub fn last_call(&self, index: usize) -> Option<InvocationId> {
        self.calls.get(index).copied().flatten()
    }

    /// Gives a step to another agent; it can be started anew, as another call.
    pub(super) fn replace(&mut self, replaced: &StepReplaced) -> Folded {
        self.onward()?;
        let StepReplaced {
            step, invocation, by, ..
        } = replaced;
        let index = self.running(step, *invocation)?;
        let failed = self.plan().steps()[index].agent;
        if by.agent == failed || self.replaced(index).contains(&by.agent) {
            return Err(format!("agent {} has failed step {step} before", by.slug));
        }
        self.planned.plan = self.planned.plan.with_alternative(index, by)?;
        self.replaced.entry(index).or_default().push(failed);
        self.set(index, StepState::Pending);
        self.ready.insert(index);
        Ok(())
    }
}
