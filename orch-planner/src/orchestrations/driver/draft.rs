//! What is written down next.

use orch_a2a::Kept;
use orch_billing::Closing;
use orch_core::{InvocationId, Timestamp, event::Event};

use super::{
    Driver, Halt, StepEnd,
    finding::{Finding, Work},
    keeper::Answered,
};
use crate::{
    OrchestrationEvent, RunStatus, StepState,
    orchestration::{
        Alternative, StepEnded, StepFailed, StepFailure, StepReplaced, StepStarted, StepSucceeded,
        StepWaiting, TimedOut, result_size,
    },
};

/// Events that the run has applied and the store has not, and what follows from each finding once it has.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) events: Vec<Event>,
    /// What pays for the answers among them, and gives back what a run that ends with them has left.
    pub(super) closings: Vec<Closing>,
    /// For each finding, in order. Only answers wait for theirs.
    pub(super) verdicts: Vec<Kept>,
    /// The steps that are started.
    pub(super) started: Vec<usize>,
}

impl Driver {
    /// Applies what was found to the run. If the store refuses it, the run has to be folded anew.
    pub(super) fn draft(&mut self) -> Result<Draft, Halt> {
        let now = self.shared.clock.now();
        let mut draft = Draft {
            events: Vec::new(),
            closings: Vec::new(),
            verdicts: Vec::new(),
            started: Vec::new(),
        };
        let mut findings = std::mem::take(&mut self.findings);
        for finding in &mut findings {
            let (event, kept) = match finding {
                Finding::Answered(answered) => {
                    let (event, kept) = self.judge(answered);
                    let counts = event.is_some() && kept == Kept::Accepted;
                    match answered
                        .payment
                        .clone()
                        .filter(|_| counts && self.pays_together())
                    {
                        Some(payment) => {
                            draft.closings.push(*payment);
                            (event, Kept::Paid)
                        }
                        None => (event, kept),
                    }
                }
                Finding::Ended(work, end) => (self.conclude(*work, end)?, Kept::Lost),
            };
            if let Some(event) = event {
                if let (Finding::Ended(work, _), OrchestrationEvent::StepStarted(_)) = (&*finding, &event) {
                    draft.started.push(work.index);
                }
                self.record(event, now, &mut draft)?;
            }
            draft.verdicts.push(kept);
        }
        self.findings = findings;
        if self.run.status() == RunStatus::Running
            && now >= self.run.deadline()
            && self.run.ending().is_none()
            && !self.run.awaits_synthesis()
        {
            let after = self.run.timeout();
            self.record(OrchestrationEvent::TimedOut(TimedOut { after }), now, &mut draft)?;
        }
        self.start(now, &mut draft)?;
        self.end_with_answers(now, &mut draft)?;
        Ok(draft)
    }

    /// Whether answers are paid in the unit of work that keeps them.
    pub(super) fn pays_together(&self) -> bool {
        self.shared.paid_runs.is_some() && !self.pays_apart
    }

    /// Ends the run together with its last answers, when they are paid and nothing else is under way.
    fn end_with_answers(&mut self, now: Timestamp, draft: &mut Draft) -> Result<(), Halt> {
        let are_last = !draft.closings.is_empty() && draft.closings.len() == self.busy.len();
        if !are_last || self.run.synthesis_order().is_some() || self.run.status() != RunStatus::Running {
            return Ok(());
        }
        if let Some(ending) = self.run.ending() {
            draft.closings.extend(self.rest()?);
            self.record(ending, now, draft)?;
        }
        Ok(())
    }

    /// Starts what is ready, as far as there is room, and again what a crash interrupted.
    fn start(&mut self, now: Timestamp, draft: &mut Draft) -> Result<(), Halt> {
        if self.run.status() != RunStatus::Running {
            return Ok(());
        }
        let room = self
            .shared
            .options
            .parallel_steps
            .max(1)
            .saturating_sub(self.run.n_running());
        let ready: Vec<usize> = self
            .again
            .iter()
            .copied()
            .chain(self.run.ready().take(room))
            .collect();
        for index in ready {
            let (invocation, attempt) = match &self.run.steps()[index] {
                StepState::Pending => (self.run.first_call(now, &*self.shared.entropy), 1),
                StepState::Decided { invocation, attempt }
                | StepState::Running {
                    invocation, attempt, ..
                } => (*invocation, attempt + 1),
                _ => continue,
            };
            let step = self.run.plan().steps()[index].id.clone();
            let started = StepStarted {
                step,
                invocation,
                attempt,
            };
            self.record(OrchestrationEvent::StepStarted(started), now, draft)?;
            draft.started.push(index);
        }
        Ok(())
    }

    fn record(&mut self, event: OrchestrationEvent, now: Timestamp, draft: &mut Draft) -> Result<(), Halt> {
        draft
            .events
            .push(event.to_event(self.run.id(), self.run.seq() + 1, now)?);
        self.run.apply(event, now)?;
        Ok(())
    }

    /// Whether an answer counts.
    fn judge(&self, Answered { index, answer, .. }: &Answered) -> (Option<OrchestrationEvent>, Kept) {
        let ended = || StepEnded {
            step: answer.step.clone(),
            invocation: answer.invocation,
        };
        match &self.run.steps()[*index] {
            StepState::Running { invocation, .. } if *invocation == answer.invocation => {}
            // The store had taken it, although it seemed to fail.
            StepState::Succeeded(success) if success.invocation == answer.invocation => {
                return (None, Kept::Accepted);
            }
            _ => return (None, Kept::Late),
        }
        if self.run.status() != RunStatus::Running {
            return (Some(OrchestrationEvent::StepLate(ended())), Kept::Late);
        }
        let limit = self.shared.options.result_bytes;
        if self.run.result_bytes() + result_size(&answer.result) > limit {
            let StepSucceeded { step, invocation, .. } = answer.clone();
            let failure = StepFailure::new(
                "too_large",
                format!("the results of the run take more than {limit} bytes"),
            );
            return (
                Some(OrchestrationEvent::StepFailed(StepFailed {
                    step,
                    invocation,
                    failure,
                })),
                Kept::Late,
            );
        }
        (
            Some(OrchestrationEvent::StepSucceeded(answer.clone())),
            Kept::Accepted,
        )
    }

    /// What the end of a step's work means.
    fn conclude(&self, work: Work, end: &mut StepEnd) -> Result<Option<OrchestrationEvent>, Halt> {
        // Only what ends the drive is taken out: what is unpaid must still be found so once this is written down.
        match end {
            StepEnd::Lost => return Err(Halt::Lost),
            StepEnd::GaveUp(_) => {
                if let StepEnd::GaveUp(error) = std::mem::replace(end, StepEnd::Settled) {
                    return Err(Halt::Failed(error));
                }
            }
            _ => {}
        }
        // It may be written down already, although that seemed to fail: then the step has no open call, or another one.
        let Work { index, call } = work;
        let open = self.run.steps().get(index).and_then(StepState::open_invocation);
        let Some(invocation) = open.filter(|open| Some(*open) == call) else {
            return Ok(None);
        };
        let step = self.run.plan().steps()[index].id.clone();
        let stops = matches!(self.run.status(), RunStatus::Cancelling | RunStatus::Failing);
        Ok(match end {
            StepEnd::Settled | StepEnd::Unpaid | StepEnd::Lost | StepEnd::GaveUp(_) => None,
            StepEnd::Replaced(failure, by) if !stops && self.run.may_go_to(index, by) => {
                Some(OrchestrationEvent::StepReplaced(Box::new(StepReplaced {
                    step,
                    invocation,
                    failure: failure.clone(),
                    by: Alternative::clone(by),
                })))
            }
            StepEnd::Replanned(replanned) if !stops && self.run.admits(index, replanned) => {
                Some(OrchestrationEvent::Replanned(replanned.clone()))
            }
            StepEnd::Replanned(replanned) => Some(OrchestrationEvent::StepFailed(StepFailed {
                step,
                invocation,
                failure: replanned.failure.clone(),
            })),
            StepEnd::Failed(failure) | StepEnd::Replaceable(failure) | StepEnd::Replaced(failure, _) => {
                let failure = failure.clone();
                Some(OrchestrationEvent::StepFailed(StepFailed {
                    step,
                    invocation,
                    failure,
                }))
            }
            StepEnd::Stopped(_) if stops => {
                Some(OrchestrationEvent::StepCancelled(StepEnded { step, invocation }))
            }
            // The run stops with it, and the step as soon as that is written down.
            StepEnd::Stopped(stop) => {
                tracing::warn!(%stop, "the run is cancelled");
                Some(OrchestrationEvent::CancelRequested)
            }
            StepEnd::Released if stops => {
                Some(OrchestrationEvent::StepCancelled(StepEnded { step, invocation }))
            }
            StepEnd::Released => Some(OrchestrationEvent::StepInterrupted(StepEnded {
                step,
                invocation,
            })),
            // It is given up as soon as this is over.
            StepEnd::Waiting(_) | StepEnd::Unsent if stops => None,
            StepEnd::Unsent => {
                let attempt = match &self.run.steps()[index] {
                    StepState::Running { attempt, .. } => attempt + 1,
                    _ => return Ok(None),
                };
                let invocation = InvocationId::generate(self.shared.clock.now(), &*self.shared.entropy);
                Some(OrchestrationEvent::StepStarted(StepStarted {
                    step,
                    invocation,
                    attempt,
                }))
            }
            StepEnd::Waiting(_) if !matches!(self.run.steps()[index], StepState::Running { .. }) => None,
            StepEnd::Waiting(approval) => {
                let approval = approval.clone();
                Some(OrchestrationEvent::StepWaiting(StepWaiting {
                    step,
                    invocation,
                    approval,
                }))
            }
        })
    }
}
