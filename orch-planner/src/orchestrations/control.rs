//! What anyone who owns a run may do to it, from any process.

use orch_core::{ApprovalId, Caller, InvocationId, RunId};

use super::Orchestrations;
use crate::{
    OrchestrationError, OrchestrationEvent, RunStatus, StepState,
    orchestration::{ApprovalDecided, Orchestration},
    store::Append,
};

impl Orchestrations {
    /// Asks the run to stop; returns once that is durable. Its running steps are stopped and not paid.
    ///
    /// Asking again changes nothing, nor does asking a run that stops already.
    ///
    /// # Errors
    ///
    /// [`Ended`](OrchestrationError::Ended) when the run has ended; [`NotFound`](OrchestrationError::NotFound).
    pub async fn cancel(&self, caller: &Caller, run: RunId) -> Result<(), OrchestrationError> {
        self.record(caller, run).await?;
        self.add(run, |run| match run.status() {
            RunStatus::Running | RunStatus::Waiting => Ok(Some(OrchestrationEvent::CancelRequested)),
            RunStatus::Cancelling | RunStatus::Failing => Ok(None),
            status => Err(OrchestrationError::Ended {
                run: run.id(),
                status,
            }),
        })
        .await
    }

    /// Says that a human has decided, so that the step which waits for it is tried again: the gate then lets it pass or
    /// not. Saying it again changes nothing.
    ///
    /// # Errors
    ///
    /// [`Ended`](OrchestrationError::Ended) when the run has ended; [`NotFound`](OrchestrationError::NotFound).
    pub async fn resume(
        &self,
        caller: &Caller,
        run: RunId,
        approval: ApprovalId,
    ) -> Result<(), OrchestrationError> {
        self.record(caller, run).await?;
        let waits = |state: &StepState| matches!(state, StepState::Waiting { approval: other, .. } if *other == approval);
        self.add(run, |run| match run.status() {
            RunStatus::Running | RunStatus::Waiting => {
                let is_awaited = run.steps().iter().any(waits);
                let approval = approval.clone();
                let decided = OrchestrationEvent::ApprovalDecided(ApprovalDecided { approval });
                Ok(is_awaited.then_some(decided))
            }
            RunStatus::Cancelling | RunStatus::Failing => Ok(None),
            status => Err(OrchestrationError::Ended {
                run: run.id(),
                status,
            }),
        })
        .await
    }

    /// Says the same of the step that an invocation is for. `false` while that step is still on its way to wait, so that
    /// it has to be said again soon; `true` when it was said, or when the step waits for nothing any more.
    ///
    /// # Errors
    ///
    /// [`Ended`](OrchestrationError::Ended) when the run has ended; [`NotFound`](OrchestrationError::NotFound).
    pub async fn tell_decided(
        &self,
        caller: &Caller,
        run: RunId,
        approval: &ApprovalId,
        invocation: InvocationId,
    ) -> Result<bool, OrchestrationError> {
        self.record(caller, run).await?;
        let known = self.0.fold(run).await?;
        let is_on_its_way = |state: &StepState| matches!(state, StepState::Running { invocation: other, .. } if *other == invocation);
        if known.steps().iter().any(is_on_its_way) {
            return Ok(false);
        }
        self.resume(caller, run, approval.clone()).await?;
        Ok(true)
    }

    /// Refuses new work while the account or everything is stopped.
    pub(super) async fn check_switch(&self, caller: &Caller) -> Result<(), OrchestrationError> {
        match self.0.invoker.switch().check(caller.account(), None).await? {
            None => Ok(()),
            Some(stop) => Err(stop.into()),
        }
    }

    /// Adds what `choose` says of the run as it stands, and asks again when something else came first.
    async fn add(
        &self,
        id: RunId,
        choose: impl Fn(&Orchestration) -> Result<Option<OrchestrationEvent>, OrchestrationError>,
    ) -> Result<(), OrchestrationError> {
        let mut run = self.0.fold(id).await?;
        loop {
            let Some(event) = choose(&run)? else {
                return Ok(());
            };
            let (now, expected_seq) = (self.0.clock.now(), run.seq());
            let events = vec![event.to_event(id, expected_seq + 1, now)?];
            run.apply(event, now)?;
            let status = run.status();
            let append = Append {
                run: id,
                expected_seq,
                lease: None,
                events,
                status,
                ended_at: None,
            };
            if self.0.store.append(&append).await? {
                self.0.lives.moved(id, append.last_seq());
                self.0.desk.ring();
                return Ok(());
            }
            run = self.0.fold(id).await?;
        }
    }
}
