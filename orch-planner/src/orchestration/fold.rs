//! How each event changes a run, and when it cannot have happened.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use orch_core::{Amount, InvocationId, RunId, Timestamp, event::Event};

use super::{
    Completed, FoldError, Orchestration, OrchestrationEvent, Planned, RunFailure, RunStatus, StepFailure,
    StepStarted, StepState, StepSucceeded, Success, answer::result_size, status::Course,
};
use crate::plan::{OnFailure, StepId};

pub(super) type Folded = Result<(), String>;

impl Orchestration {
    /// A run to which nothing has happened but being planned.
    pub fn begin(id: RunId, planned: Planned, at: Timestamp) -> Self {
        let steps = planned.plan.steps();
        let missing: Vec<usize> = steps.iter().map(|step| step.before.len()).collect();
        let ready: BTreeSet<usize> = (0..steps.len()).filter(|&index| missing[index] == 0).collect();
        Self {
            id,
            seq: 1,
            created_at: at,
            ended_at: None,
            course: Course::Onward,
            steps: vec![StepState::Pending; steps.len()],
            calls: vec![None; steps.len()],
            replaced: BTreeMap::new(),
            first_step: 0,
            n_replans: 0,
            replannings: Vec::new(),
            missing,
            ready,
            n_running: 0,
            n_waiting: 0,
            n_open: steps.len(),
            waited: Duration::ZERO,
            waits_since: None,
            spent: Amount::zero(planned.plan.price().currency()),
            result_bytes: 0,
            output: None,
            written: None,
            planned,
        }
    }

    /// The run that a whole log tells of.
    pub fn fold(id: RunId, events: &[Event]) -> Result<Self, FoldError> {
        let (first, rest) = events
            .split_first()
            .ok_or_else(|| FoldError::new(0, "", "the log is empty"))?;
        let mut run = match OrchestrationEvent::from_event(first)? {
            OrchestrationEvent::Planned(planned) if first.seq == 1 => Self::begin(id, planned, first.at),
            _ => {
                return Err(FoldError::new(
                    first.seq,
                    &first.kind,
                    "a log begins with event 1, planned",
                ));
            }
        };
        run.extend(rest)?;
        Ok(run)
    }

    /// Applies the events that follow in the log.
    pub fn extend(&mut self, events: &[Event]) -> Result<(), FoldError> {
        for event in events {
            if event.seq != self.seq + 1 {
                let reason = format!("it follows event {}", self.seq);
                return Err(FoldError::new(event.seq, &event.kind, reason));
            }
            self.apply(OrchestrationEvent::from_event(event)?, event.at)?;
        }
        Ok(())
    }

    /// Applies what happened next. When it cannot have happened, nothing changes.
    pub fn apply(&mut self, event: OrchestrationEvent, at: Timestamp) -> Result<(), FoldError> {
        let kind = event.kind();
        self.change(event, at)
            .map_err(|reason| FoldError::new(self.seq + 1, kind, reason))?;
        self.seq += 1;
        self.count_waiting(at);
        Ok(())
    }

    fn change(&mut self, event: OrchestrationEvent, at: Timestamp) -> Folded {
        if self.status().is_ended() {
            return Err(format!("the run is {}", self.status()));
        }
        match event {
            OrchestrationEvent::Planned(_) => Err("the run is planned already".to_owned()),
            OrchestrationEvent::StepStarted(started) => self.start(&started, at),
            OrchestrationEvent::StepSucceeded(succeeded) => self.succeed(succeeded),
            OrchestrationEvent::StepFailed(failed) => {
                let index = self.running(&failed.step, failed.invocation)?;
                self.fail(index, StepState::Failed(failed.failure.clone()), failed.failure);
                Ok(())
            }
            OrchestrationEvent::StepReplaced(replaced) => self.replace(&replaced),
            OrchestrationEvent::Replanned(replanned) => self.replan(*replanned),
            OrchestrationEvent::StepInterrupted(ended) => {
                let index = self.running(&ended.step, ended.invocation)?;
                let failure = StepFailure::new(
                    "interrupted",
                    "it was sent before a crash, and its task may not be repeated",
                );
                self.fail(index, StepState::Interrupted, failure);
                Ok(())
            }
            OrchestrationEvent::StepLate(ended) => {
                self.stopping()?;
                let index = self.running(&ended.step, ended.invocation)?;
                self.end(index, StepState::Late);
                Ok(())
            }
            OrchestrationEvent::StepCancelled(ended) => {
                self.stopping()?;
                let index = self.index(&ended.step)?;
                if self.steps[index].open_invocation() != Some(ended.invocation) {
                    return Err(self.misplaced(index));
                }
                self.end(index, StepState::Cancelled);
                Ok(())
            }
            OrchestrationEvent::StepWaiting(waiting) => {
                self.onward()?;
                let index = self.running(&waiting.step, waiting.invocation)?;
                if let StepState::Running {
                    invocation, attempt, ..
                } = self.steps[index]
                {
                    let approval = waiting.approval.clone();
                    self.set(
                        index,
                        StepState::Waiting {
                            invocation,
                            attempt,
                            approval,
                        },
                    );
                }
                Ok(())
            }
            OrchestrationEvent::ApprovalDecided(decided) => {
                self.onward()?;
                let waits = |state: &StepState| matches!(state, StepState::Waiting { approval, .. } if *approval == decided.approval);
                let index = self.steps.iter().position(waits);
                let index = index.ok_or_else(|| format!("no step waits for {}", decided.approval))?;
                if let StepState::Waiting {
                    invocation, attempt, ..
                } = self.steps[index]
                {
                    self.set(index, StepState::Decided { invocation, attempt });
                    self.ready.insert(index);
                }
                Ok(())
            }
            OrchestrationEvent::CancelRequested => {
                self.onward()?;
                self.course = Course::Cancel;
                Ok(())
            }
            OrchestrationEvent::TimedOut(timed_out) => {
                self.onward()?;
                let reason = format!("the run took longer than {:?}", timed_out.after);
                let failure = StepFailure::new("timed_out", reason);
                self.course = Course::Fail(RunFailure { step: None, failure });
                Ok(())
            }
            OrchestrationEvent::Synthesized(synthesized) => self.write(Ok(synthesized)),
            OrchestrationEvent::SynthesisSkipped(skipped) => self.write(Err(skipped)),
            OrchestrationEvent::Completed(Completed { output }) => {
                self.onward()?;
                self.idle()?;
                if self.n_open > 0 {
                    return Err(format!("{} steps are open", self.n_open));
                }
                self.output = Some(output);
                self.stop(RunStatus::Completed, None, at);
                Ok(())
            }
            OrchestrationEvent::Failed(failure) => {
                self.idle()?;
                // A run that goes on fails only of its output, when all its steps are over.
                if self.course == Course::Cancel || (self.course == Course::Onward && self.n_open > 0) {
                    return Err(format!("the run is {}", self.status()));
                }
                self.stop(RunStatus::Failed, Some(failure), at);
                Ok(())
            }
            OrchestrationEvent::Cancelled => {
                self.idle()?;
                if self.course != Course::Cancel {
                    return Err(format!("the run is {}", self.status()));
                }
                self.stop(RunStatus::Cancelled, None, at);
                Ok(())
            }
        }
    }

    fn start(&mut self, started: &StepStarted, since: Timestamp) -> Folded {
        self.onward()?;
        let index = self.index(&started.step)?;
        let &StepStarted {
            invocation, attempt, ..
        } = started;
        let again = attempt.checked_sub(1);
        let fits = match &self.steps[index] {
            StepState::Pending => attempt == 1 && self.ready.contains(&index),
            // As another call only when the first was not sent, which the log does not tell.
            StepState::Running { attempt: last, .. } => again == Some(*last),
            StepState::Decided {
                invocation: first,
                attempt: last,
            } => *first == invocation && again == Some(*last),
            _ => false,
        };
        if !fits {
            return Err(self.misplaced(index));
        }
        self.ready.remove(&index);
        self.calls[index] = Some(invocation);
        self.set(
            index,
            StepState::Running {
                invocation,
                attempt,
                since,
            },
        );
        Ok(())
    }

    fn succeed(&mut self, succeeded: StepSucceeded) -> Folded {
        self.onward()?;
        let StepSucceeded {
            step,
            invocation,
            result,
            units,
            cost,
            took,
        } = succeeded;
        let index = self.running(&step, invocation)?;
        // What costs nothing may be counted in any currency.
        if !cost.is_zero() {
            self.spent = self.spent.plus(cost).map_err(|error| error.to_string())?;
        }
        self.result_bytes = self.result_bytes.saturating_add(result_size(&result));
        self.end(
            index,
            StepState::Succeeded(Success {
                invocation,
                result,
                units,
                cost,
                took,
            }),
        );
        let plan = self.planned.plan.clone();
        for &dependent in plan.dependents(index) {
            self.missing[dependent] -= 1;
            if self.missing[dependent] == 0 && self.steps[dependent] == StepState::Pending {
                self.ready.insert(dependent);
            }
        }
        Ok(())
    }

    /// Ends a step that was not answered, and what depends on it.
    fn fail(&mut self, index: usize, state: StepState, failure: StepFailure) {
        self.end(index, state);
        let plan = self.planned.plan.clone();
        let step = &plan.steps()[index];
        // What an earlier plan began is not needed any more.
        if self.course != Course::Onward || index < self.first_step {
            return;
        }
        match step.on_failure {
            OnFailure::Fail => {
                let step = Some(step.id.clone());
                self.course = Course::Fail(RunFailure { step, failure });
            }
            OnFailure::Skip => {
                let mut behind = plan.dependents(index).to_vec();
                while let Some(index) = behind.pop() {
                    if self.steps[index] == StepState::Pending {
                        self.end(index, StepState::Skipped);
                        behind.extend(plan.dependents(index));
                    }
                }
            }
        }
    }

    fn stop(&mut self, status: RunStatus, failure: Option<RunFailure>, at: Timestamp) {
        for index in 0..self.steps.len() {
            if self.steps[index] == StepState::Pending {
                self.end(index, StepState::Skipped);
            }
        }
        self.ready.clear();
        self.course = Course::Ended { status, failure };
        self.ended_at = Some(at);
    }

    pub(super) fn end(&mut self, index: usize, state: StepState) {
        self.ready.remove(&index);
        self.n_open -= 1;
        self.set(index, state);
    }

    pub(super) fn set(&mut self, index: usize, state: StepState) {
        let running = |state: &StepState| usize::from(matches!(state, StepState::Running { .. }));
        let waiting = |state: &StepState| usize::from(matches!(state, StepState::Waiting { .. }));
        let before = &self.steps[index];
        self.n_running = self.n_running - running(before) + running(&state);
        self.n_waiting = self.n_waiting - waiting(before) + waiting(&state);
        self.steps[index] = state;
    }

    /// The time that a run only waits for humans does not count against it.
    fn count_waiting(&mut self, at: Timestamp) {
        match (self.status() == RunStatus::Waiting, self.waits_since) {
            (true, None) => self.waits_since = Some(at),
            (false, Some(since)) => {
                self.waited += at.since(since);
                self.waits_since = None;
            }
            _ => {}
        }
    }

    fn index(&self, step: &StepId) -> Result<usize, String> {
        self.plan()
            .index(step)
            .ok_or_else(|| format!("the plan has no step {step}"))
    }

    pub(super) fn running(&self, step: &StepId, call: InvocationId) -> Result<usize, String> {
        let index = self.index(step)?;
        match &self.steps[index] {
            StepState::Running { invocation, .. } if *invocation == call => Ok(index),
            _ => Err(self.misplaced(index)),
        }
    }

    fn misplaced(&self, index: usize) -> String {
        let step = &self.plan().steps()[index];
        format!("step {} is {} then", step.id, self.steps[index].name())
    }

    pub(super) fn onward(&self) -> Folded {
        match self.course {
            Course::Onward => Ok(()),
            _ => Err(format!("the run is {}", self.status())),
        }
    }

    fn stopping(&self) -> Folded {
        match self.course {
            Course::Cancel | Course::Fail(_) => Ok(()),
            _ => Err(format!("the run is {}", self.status())),
        }
    }

    fn idle(&self) -> Folded {
        match self.steps.iter().find(|state| state.open_invocation().is_some()) {
            None => Ok(()),
            Some(state) => Err(format!("a step is {}", state.name())),
        }
    }
}
