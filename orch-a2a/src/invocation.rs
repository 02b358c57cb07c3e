//! One call of an agent, and what came of it.

use std::time::Duration;

use orch_billing::HoldId;
use orch_core::{AgentId, Amount, ApprovalId, InvocationId, Timestamp, Version};
use serde_json::{Map, Value};

/// One call of an agent: what its keeper stores before it is made, so that it can be made again, settled or abandoned
/// after a crash.
#[derive(Clone, Debug, PartialEq)]
pub struct Invocation {
    /// Its id, which its hold and its idempotency key share.
    pub id: InvocationId,
    /// Whom to call.
    pub agent: AgentId,
    /// In which version, with its schemas and its price.
    pub version: Version,
    /// What to do.
    pub task: String,
    /// With what; checked against the task's schema, after its defaults are filled in.
    pub arguments: Map<String, Value>,
    /// When the answer must be there. The task's own timeout may end the call sooner.
    pub deadline: Timestamp,
    /// Where its price is held.
    pub funds: Funds,
    /// Who stands behind it, as the ledger names holders that may be alive: `run_…`.
    pub keeper: String,
    /// The step that it serves, for spans.
    pub step: Option<String>,
}

impl Invocation {
    /// The most levels that arguments nest.
    pub const MAX_DEPTH: usize = 32;
    /// The most bytes that arguments take as JSON text.
    pub const MAX_BYTES: usize = 1024 * 1024;

    /// The hold on its price.
    pub fn hold(&self) -> HoldId {
        HoldId::from_uuid(self.id.uuid())
    }
}

/// Where the price of an invocation is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Funds {
    /// On the caller's credits.
    Credits,
    /// Within another hold of the caller: that of the run.
    Hold(HoldId),
}

/// What came of an invocation that did not fail.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The answer is kept and paid.
    Answered(Answer),
    /// The answer came too late for its keeper; it is not paid.
    Late(Answer),
    /// Someone else keeps the invocation now, and decides what is paid.
    Lost,
    /// A human decides first. The hold stays; call again with the same invocation once they have.
    Waiting(ApprovalId),
}

/// An agent's answer, which satisfies its schema, and what it costs.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// What the agent answered.
    pub result: Value,
    /// How many units it worked for; 1 where it did not say.
    pub units: u64,
    /// What is paid for it.
    pub cost: Amount,
    /// How long it took.
    pub took: Duration,
}

impl Answer {
    /// The most levels that a result nests.
    pub const MAX_DEPTH: usize = 32;
    /// The most units that count, which is the most that every store can keep; more count as this many.
    pub const MAX_UNITS: u64 = i64::MAX.unsigned_abs();
}
