use std::{sync::Arc, time::Duration};

use orch_core::{AccountId, Amount, ApprovalId, InvocationId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{FallbackPolicy, ReplanPolicy, Replanned, StepReplaced};
use crate::{
    llm::TokenUsage,
    plan::{StepId, ValidPlan},
    planner::Planning,
    synthesis::SynthesisOrder,
};

/// Something that happened to a run. Its state is the fold of these.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum OrchestrationEvent {
    /// The run exists: its plan is valid and its price is held. Always the first.
    Planned(Planned),
    /// A step is about to be sent, for the first time or again.
    StepStarted(StepStarted),
    /// A step's answer counts, and will be paid.
    StepSucceeded(StepSucceeded),
    /// A step failed and is not paid.
    StepFailed(StepFailed),
    /// A step failed and is not paid, and another agent is to do it.
    StepReplaced(Box<StepReplaced>),
    /// A step failed and is not paid, and another plan is followed from now on.
    Replanned(Box<Replanned>),
    /// A step was sent before a crash; nobody knows what became of it, and its task may not be done twice.
    StepInterrupted(StepEnded),
    /// A step's answer came after the run was told to stop; it is not paid.
    StepLate(StepEnded),
    /// A step was stopped with its run.
    StepCancelled(StepEnded),
    /// A step waits for a human.
    StepWaiting(StepWaiting),
    /// A human decided, so that a waiting step can be sent or refused.
    ApprovalDecided(ApprovalDecided),
    /// Someone asked for the run to stop.
    CancelRequested,
    /// The run took longer than it may, so that it has to stop.
    TimedOut(TimedOut),
    /// A model has written the run's answer from the results of its steps, and will be paid.
    Synthesized(Synthesized),
    /// No model has written the run's answer: the results are the answer.
    SynthesisSkipped(SynthesisSkipped),
    /// The run ended well. Nothing comes after.
    Completed(Completed),
    /// The run failed. Nothing comes after.
    Failed(RunFailure),
    /// The run was cancelled. Nothing comes after.
    Cancelled,
}

/// Particulars of [`OrchestrationEvent::Planned`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Planned {
    /// Who owns the run and pays for it.
    pub account: AccountId,
    /// What it is for, in the words of who asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goal: Option<String>,
    /// The most that its steps may come to cost: what was given, without what models took or may take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<Amount>,
    /// How long it may take, apart from waiting for humans.
    #[serde(rename = "timeout_ms", with = "millis")]
    pub timeout: Duration,
    /// What is done.
    pub plan: ValidPlan,
    /// How the plan came about, where there is a model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planning: Option<Planning>,
    /// That a model writes the answer once all is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub synthesis: Option<SynthesisOrder>,
    /// Who may do its steps in the place of agents that fail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<Box<FallbackPolicy>>,
    /// Whether another plan may be made of its goal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replan: Option<Box<ReplanPolicy>>,
    /// That it is one call and nothing else, which is paid from the run's own hold: see
    /// [`own_call`](super::Orchestration::own_call).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_one_call: bool,
}

/// Particulars of [`OrchestrationEvent::StepStarted`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepStarted {
    /// The step.
    pub step: StepId,
    /// Its call; the same for every attempt, unless the one before was never sent.
    pub invocation: InvocationId,
    /// Counts from 1.
    pub attempt: u32,
}

/// Particulars of [`OrchestrationEvent::StepSucceeded`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepSucceeded {
    /// The step.
    pub step: StepId,
    /// Its call.
    pub invocation: InvocationId,
    /// What the agent answered.
    #[serde(with = "shared")]
    pub result: Arc<Value>,
    /// How many units it worked for.
    pub units: u64,
    /// What is paid.
    pub cost: Amount,
    /// How long it took.
    #[serde(rename = "took_ms", with = "millis")]
    pub took: Duration,
}

/// Particulars of [`OrchestrationEvent::StepFailed`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepFailed {
    /// The step.
    pub step: StepId,
    /// Its call.
    pub invocation: InvocationId,
    /// Why.
    pub failure: StepFailure,
}

/// Why a step failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepFailure {
    /// The kind of failure, for programs: `timed_out`, `agent_failed`.
    pub code: String,
    /// What happened, for people; at most [`MAX_REASON_CHARS`](Self::MAX_REASON_CHARS) characters.
    pub reason: String,
}

impl StepFailure {
    /// The longest reason; what is longer is cut.
    pub const MAX_REASON_CHARS: usize = 1000;

    /// A failure, its reason cut to the bound.
    pub fn new(code: &str, reason: impl Into<String>) -> Self {
        let mut reason = reason.into();
        if let Some((end, _)) = reason.char_indices().nth(Self::MAX_REASON_CHARS) {
            reason.truncate(end);
        }
        let code = code.to_owned();
        Self { code, reason }
    }
}

/// Particulars of what ends a step without a result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepEnded {
    /// The step.
    pub step: StepId,
    /// Its call.
    pub invocation: InvocationId,
}

/// Particulars of [`OrchestrationEvent::StepWaiting`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepWaiting {
    /// The step.
    pub step: StepId,
    /// Its call.
    pub invocation: InvocationId,
    /// What it waits for.
    pub approval: ApprovalId,
}

/// Particulars of [`OrchestrationEvent::ApprovalDecided`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ApprovalDecided {
    /// The approval.
    pub approval: ApprovalId,
}

/// Particulars of [`OrchestrationEvent::TimedOut`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TimedOut {
    /// How long it was given.
    #[serde(rename = "after_ms", with = "millis")]
    pub after: Duration,
}

/// Particulars of [`OrchestrationEvent::Synthesized`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Synthesized {
    /// The call of the model.
    pub invocation: InvocationId,
    /// Which model.
    pub model: String,
    /// What it wrote.
    pub answer: String,
    /// How many tokens that took.
    pub tokens: TokenUsage,
    /// What is paid.
    pub cost: Amount,
    /// How long it took.
    #[serde(rename = "took_ms", with = "millis")]
    pub took: Duration,
}

/// Particulars of [`OrchestrationEvent::SynthesisSkipped`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SynthesisSkipped {
    /// Why, for people.
    pub reason: String,
}

/// Particulars of [`OrchestrationEvent::Completed`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Completed {
    /// What the run answers.
    pub output: Value,
}

/// Why a run failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunFailure {
    /// The step that it failed of, if it was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<StepId>,
    /// Why.
    pub failure: StepFailure,
}

/// A value that many hold, as itself.
mod shared {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use serde_json::Value;

    pub(super) fn serialize<S: Serializer>(value: &Arc<Value>, serializer: S) -> Result<S::Ok, S::Error> {
        (**value).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<Value>, D::Error> {
        Value::deserialize(deserializer).map(Arc::new)
    }
}

/// A duration as whole milliseconds.
pub(super) mod millis {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_millis)
    }
}
