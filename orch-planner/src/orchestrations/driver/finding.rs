use orch_core::{ApprovalId, InvocationId, switch::Stop};

use super::keeper::Answered;
use crate::{
    OrchestrationError,
    orchestration::{Alternative, Replanned, StepFailure},
};

/// Something that a step has to say.
#[derive(Debug)]
pub(super) enum Finding {
    /// Its agent has answered, and waits for the answer to be kept.
    Answered(Answered),
    /// What was done for it is over.
    Ended(Work, StepEnd),
}

/// What is done for a step.
#[derive(Clone, Copy, Debug)]
pub(super) struct Work {
    /// The step, by its place.
    pub(super) index: usize,
    /// The call that it is done for, if there is one: the step may have another when this is over.
    pub(super) call: Option<InvocationId>,
}

/// What came of what was done for a step.
#[derive(Debug)]
pub(super) enum StepEnd {
    /// All is written down already, and its money is where it belongs.
    Settled,
    /// Its answer is written down and not paid yet.
    Unpaid,
    /// It failed; its hold is released.
    Failed(StepFailure),
    /// It failed, its hold is released, and nothing speaks against its being done by another agent.
    Replaceable(StepFailure),
    /// It failed, its hold is released, and another agent is to do it, for whom enough is held.
    Replaced(StepFailure, Box<Alternative>),
    /// It failed, its hold is released, and another plan is to be followed, for which enough is held.
    Replanned(Box<Replanned>),
    /// It was stopped or given up; its hold is released.
    Released,
    /// It was stopped or not sent, because its account or everything is stopped; its hold is released.
    Stopped(Box<Stop>),
    /// It was not sent, and its hold is released: it can be started anew as another call.
    Unsent,
    /// A human decides first.
    Waiting(ApprovalId),
    /// The run is another worker's.
    Lost,
    /// It cannot be brought to an end now.
    GaveUp(OrchestrationError),
}
