use std::{sync::Arc, time::Duration};

use orch_core::{Amount, ApprovalId, InvocationId, Timestamp};
use serde_json::Value;

use super::StepFailure;

/// Where a step stands.
#[derive(Clone, Debug, PartialEq)]
pub enum StepState {
    /// Not sent yet.
    Pending,
    /// Sent, or about to be.
    Running {
        /// Its call.
        invocation: InvocationId,
        /// Counts from 1.
        attempt: u32,
        /// When it was last started.
        since: Timestamp,
    },
    /// A human decides first. Its price stays held.
    Waiting {
        /// Its call.
        invocation: InvocationId,
        /// How often it was started.
        attempt: u32,
        /// What it waits for.
        approval: ApprovalId,
    },
    /// A human has decided; it is to be started again, as the same call.
    Decided {
        /// Its call.
        invocation: InvocationId,
        /// How often it was started.
        attempt: u32,
    },
    /// Answered and paid, or about to be.
    Succeeded(Success),
    /// Failed; not paid.
    Failed(StepFailure),
    /// Sent before a crash and never answered; not paid.
    Interrupted,
    /// Answered after its run was told to stop; not paid.
    Late,
    /// Stopped with its run; not paid.
    Cancelled,
    /// Never sent, as a step before it did not succeed or its run ended first.
    Skipped,
}

/// What came of a step.
#[derive(Clone, Debug, PartialEq)]
pub struct Success {
    /// Its call.
    pub invocation: InvocationId,
    /// What the agent answered.
    pub result: Arc<Value>,
    /// How many units it worked for.
    pub units: u64,
    /// What is paid.
    pub cost: Amount,
    /// How long it took.
    pub took: Duration,
}

impl StepState {
    /// One word for it, as surfaces and programs show it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running { .. } => "running",
            Self::Waiting { .. } => "waiting",
            Self::Decided { .. } => "decided",
            Self::Succeeded(_) => "succeeded",
            Self::Failed(_) => "failed",
            Self::Interrupted => "interrupted",
            Self::Late => "late",
            Self::Cancelled => "cancelled",
            Self::Skipped => "skipped",
        }
    }

    /// Whether nothing more becomes of it.
    pub fn is_final(&self) -> bool {
        !matches!(self, Self::Pending) && self.open_invocation().is_none()
    }

    /// Its call, while that is not over.
    pub fn open_invocation(&self) -> Option<InvocationId> {
        match self {
            Self::Running { invocation, .. }
            | Self::Waiting { invocation, .. }
            | Self::Decided { invocation, .. } => Some(*invocation),
            _ => None,
        }
    }
}
