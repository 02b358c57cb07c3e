//! A run of a plan, as the fold over what happened to it: no clock, no store, no agents.

mod answer;
mod error;
mod event;
mod fallback;
mod fold;
mod one_call;
mod replan;
mod status;
mod step;
mod stored;
mod synthesis;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use orch_core::{AccountId, AgentId, Amount, InvocationId, RunId, Timestamp};
use serde_json::Value;

pub use answer::result_size;
pub use error::FoldError;
pub use event::{
    ApprovalDecided, Completed, OrchestrationEvent, Planned, RunFailure, StepEnded, StepFailed, StepFailure,
    StepStarted, StepSucceeded, StepWaiting, SynthesisSkipped, Synthesized, TimedOut,
};
pub use fallback::{Alternative, FallbackPolicy, StepReplaced};
pub use replan::{ReplanPolicy, Replanned};
use status::Course;
pub use status::{RunStatus, RunStatusError};
pub use step::{StepState, Success};
pub use stored::FORM;

use crate::{
    plan::{StepId, ValidPlan},
    planner::Planning,
};

/// A run: its plan, and where each step stands.
///
/// It changes by events alone, and each change touches only the step at hand and those behind it. What is to be done
/// next is derived: the [`ready`](Self::ready) steps, and the [`ending`](Self::ending) when there is nothing more.
#[derive(Clone, Debug, PartialEq)]
pub struct Orchestration {
    id: RunId,
    planned: Planned,
    seq: u64,
    created_at: Timestamp,
    ended_at: Option<Timestamp>,
    course: Course,
    steps: Vec<StepState>,
    /// For each step, the last of its calls.
    calls: Vec<Option<InvocationId>>,
    /// For each step that went to another agent, those that failed it.
    replaced: BTreeMap<usize, Vec<AgentId>>,
    /// Where the steps of the latest plan begin.
    first_step: usize,
    n_replans: u32,
    replannings: Vec<Planning>,
    /// For each step, how many of those before it have not succeeded.
    missing: Vec<usize>,
    ready: BTreeSet<usize>,
    n_running: usize,
    n_waiting: usize,
    /// How many steps are not final.
    n_open: usize,
    /// How long it only waited, and since when it does now.
    waited: Duration,
    waits_since: Option<Timestamp>,
    spent: Amount,
    result_bytes: usize,
    output: Option<Value>,
    /// What came of asking a model for the answer.
    written: Option<Result<Synthesized, SynthesisSkipped>>,
}

impl Orchestration {
    /// Its id.
    pub fn id(&self) -> RunId {
        self.id
    }

    /// Who owns it and pays for it.
    pub fn account(&self) -> &AccountId {
        &self.planned.account
    }

    /// What it is for, in the words of who asked.
    pub fn goal(&self) -> Option<&str> {
        self.planned.goal.as_deref()
    }

    /// The most that its steps may come to cost, if that was said.
    pub fn budget(&self) -> Option<Amount> {
        self.planned.budget
    }

    /// How long it may take, apart from waiting for humans.
    pub fn timeout(&self) -> Duration {
        self.planned.timeout
    }

    /// What is done.
    pub fn plan(&self) -> &ValidPlan {
        &self.planned.plan
    }

    /// How many events have happened; the sequence number of the last.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// When it was planned.
    pub fn created_at(&self) -> Timestamp {
        self.created_at
    }

    /// When it ended.
    pub fn ended_at(&self) -> Option<Timestamp> {
        self.ended_at
    }

    /// When it has taken too long, unless it waits for a human longer than it has until now.
    pub fn deadline(&self) -> Timestamp {
        self.created_at + self.planned.timeout + self.waited
    }

    /// Where it stands.
    pub fn status(&self) -> RunStatus {
        match &self.course {
            Course::Onward if self.n_running == 0 && self.ready.is_empty() && self.n_waiting > 0 => {
                RunStatus::Waiting
            }
            Course::Onward => RunStatus::Running,
            Course::Cancel => RunStatus::Cancelling,
            Course::Fail(_) => RunStatus::Failing,
            Course::Ended { status, .. } => *status,
        }
    }

    /// Where each step stands, in the order of the plan's steps.
    pub fn steps(&self) -> &[StepState] {
        &self.steps
    }

    /// Where a step stands.
    pub fn step(&self, id: &StepId) -> Option<&StepState> {
        self.steps.get(self.plan().index(id)?)
    }

    /// The steps that can be started now, by their index.
    pub fn ready(&self) -> impl Iterator<Item = usize> {
        let goes_on = self.course == Course::Onward;
        self.ready.iter().copied().filter(move |_| goes_on)
    }

    /// How many steps run.
    pub fn n_running(&self) -> usize {
        self.n_running
    }

    /// What its answered steps cost together.
    pub fn spent(&self) -> Amount {
        self.spent
    }

    /// About how many bytes the results take together, as JSON text.
    pub fn result_bytes(&self) -> usize {
        self.result_bytes
    }

    /// What it answered, once it has completed.
    pub fn output(&self) -> Option<&Value> {
        self.output.as_ref()
    }

    /// Why it fails or failed.
    pub fn failure(&self) -> Option<&RunFailure> {
        match &self.course {
            Course::Fail(failure)
            | Course::Ended {
                failure: Some(failure),
                ..
            } => Some(failure),
            _ => None,
        }
    }
}
