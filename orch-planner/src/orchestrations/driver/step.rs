//! What is done for one step: called, paid afterwards, or given up.

use std::{future::ready, sync::Arc};

use futures_util::FutureExt;
use orch_a2a::{Answer, Cancel, Funds, Invocation, InvokeError, Outcome};
use orch_billing::{BillingError, Hold, HoldId};
use orch_core::{Caller, InvocationId, StoreError, switch::Stoppable};

use super::{Driver, StepEnd, finding::Work, keeper::StepKeeper};
use crate::{
    Orchestration, OrchestrationError, StepState,
    orchestration::StepFailure,
    orchestrations::{Shared, patience::Patience},
};

impl Driver {
    /// Calls the agent of a step that is running.
    pub(super) fn invoke(&mut self, index: usize) {
        let Some(mut invocation) = self.invocation(index) else {
            return self.work(index, None, ready(StepEnd::Settled));
        };
        let call_id = Some(invocation.id);
        match self.run.arguments(index) {
            Ok(arguments) => invocation.arguments = arguments,
            Err(pointer) => {
                let failure = StepFailure::new("missing_result", format!("there is no result at {pointer}"));
                return self.work(index, call_id, ready(StepEnd::Failed(failure)));
            }
        }
        let keeper = StepKeeper {
            index,
            step: self.run.plan().steps()[index].id.clone(),
            invocation: invocation.id,
            desk: self.desk.clone(),
            live: self.live.clone(),
        };
        let (shared, caller, cancel) = (self.shared.clone(), self.caller.clone(), self.cancel.clone());
        let is_repeatable = self.run.plan().steps()[index].repeatable;
        let search = self.search(index);
        let replanner = self.replanner(index);
        let held = self.held.iter().position(|held| held.id == invocation.hold());
        let held = held.map(|place| self.held.swap_remove(place));
        let step = async move {
            let call = call(
                &shared,
                &caller,
                &invocation,
                held,
                &keeper,
                &cancel,
                is_repeatable,
            );
            let end = call.await;
            let end = match (end, search) {
                (StepEnd::Replaceable(failure), Some(search)) => {
                    search.replace(&shared, &caller, &invocation, failure).await
                }
                (end, _) => end,
            };
            match (end, replanner) {
                (StepEnd::Replaceable(failure), Some(replanner)) => {
                    replanner.replan(&shared, &caller, &invocation, failure).await
                }
                (end, _) => end,
            }
        };
        self.work(index, call_id, step);
    }

    /// Gives a step up that will not be answered.
    pub(super) fn abandon(&mut self, index: usize) {
        let Some(invocation) = self.invocation(index) else {
            return self.work(index, None, ready(StepEnd::Settled));
        };
        let (shared, caller) = (self.shared.clone(), self.caller.clone());
        self.work(index, Some(invocation.id), async move {
            abandon(&shared, &caller, &invocation, StepEnd::Released).await
        });
    }

    /// Gives the hold back of a step that is held apart and was over before the last crash, if that was not done.
    pub(super) fn abandon_apart(&mut self, index: usize) {
        let is_held_apart = self.run.is_held_apart(index);
        let Some(call) = self.run.last_call(index).filter(|_| is_held_apart) else {
            return;
        };
        let invocation = self.call_of(index, call);
        let (shared, caller) = (self.shared.clone(), self.caller.clone());
        self.work(index, Some(call), async move {
            abandon(&shared, &caller, &invocation, StepEnd::Settled).await
        });
    }

    /// Pays for a step that has succeeded.
    pub(super) fn settle(&mut self, index: usize) {
        let StepState::Succeeded(success) = &self.run.steps()[index] else {
            return;
        };
        let invocation = self.call_of(index, success.invocation);
        let answer = Answer {
            result: serde_json::Value::Null,
            units: success.units,
            cost: success.cost,
            took: success.took,
        };
        let (shared, caller) = (self.shared.clone(), self.caller.clone());
        self.work(index, Some(invocation.id), async move {
            settle(&shared, &caller, &invocation, &answer).await
        });
    }

    /// Does something for a step while others go on.
    fn work(
        &mut self,
        index: usize,
        call: Option<InvocationId>,
        work: impl Future<Output = StepEnd> + Send + 'static,
    ) {
        self.busy.insert(index);
        let done = Work { index, call };
        self.running.push(work.map(move |end| (done, end)).boxed());
    }

    /// The call of a step whose call is not over, without its arguments.
    fn invocation(&self, index: usize) -> Option<Invocation> {
        let id = self.run.steps().get(index).and_then(StepState::open_invocation)?;
        Some(self.call_of(index, id))
    }

    fn call_of(&self, index: usize, id: InvocationId) -> Invocation {
        call_of(&self.run, index, id)
    }
}

/// A call of a step, without its arguments.
pub(in crate::orchestrations) fn call_of(run: &Orchestration, index: usize, id: InvocationId) -> Invocation {
    let step = &run.plan().steps()[index];
    let funds = match run.own_call() {
        Some(_) => Funds::Credits,
        None => Funds::Hold(HoldId::from_uuid(run.id().uuid())),
    };
    Invocation {
        id,
        agent: step.agent,
        version: step.version,
        task: step.task.clone(),
        arguments: serde_json::Map::new(),
        deadline: run.deadline(),
        funds,
        keeper: run.id().to_string(),
        step: Some(step.id.to_string()),
    }
}

async fn call(
    shared: &Arc<Shared>,
    caller: &Caller,
    invocation: &Invocation,
    mut held: Option<Hold>,
    keeper: &StepKeeper,
    cancel: &Cancel,
    is_repeatable: bool,
) -> StepEnd {
    let mut patience = shared.patience();
    let mut has_failed = false;
    loop {
        let call = shared
            .invoker
            .invoke_held(caller, invocation, held.take(), keeper, cancel);
        let failure = match call.await {
            Ok(Outcome::Answered(_) | Outcome::Late(_)) => return StepEnd::Settled,
            Ok(Outcome::Waiting(approval)) => return StepEnd::Waiting(approval),
            Ok(Outcome::Lost) => return StepEnd::Lost,
            Err(InvokeError::Unsettled(_)) => return StepEnd::Unpaid,
            // The store failed after the price was held and before anything was sent, and the price went back.
            Err(InvokeError::HoldClosed { .. }) if has_failed => return StepEnd::Unsent,
            // The store fails before anything is sent, so that calling again is safe.
            Err(InvokeError::Store(failure)) => failure,
            Err(InvokeError::Unreleased { failure, cause }) => match (*failure, cause) {
                (InvokeError::Store(failure), _) => failure,
                (failure, _) => {
                    let end = end_of(&failure, is_repeatable);
                    return abandon(shared, caller, invocation, end).await;
                }
            },
            Err(failure) => return end_of(&failure, is_repeatable),
        };
        has_failed = true;
        if let Err(failure) = patience.endure(failure).await {
            return StepEnd::GaveUp(failure.into());
        }
    }
}

/// Gives the price back of what will not be answered, and ends with `end`.
async fn abandon(shared: &Arc<Shared>, caller: &Caller, invocation: &Invocation, end: StepEnd) -> StepEnd {
    let mut patience = shared.patience();
    loop {
        let failure = match shared.invoker.abandon(caller, invocation).await {
            Ok(()) | Err(InvokeError::HoldClosed { .. }) => return end,
            Err(InvokeError::Unreleased {
                cause: BillingError::Store(failure),
                ..
            }) => failure,
            Err(other) => return StepEnd::GaveUp(other.into()),
        };
        if let Err(failure) = patience.endure(failure).await {
            return StepEnd::GaveUp(failure.into());
        }
    }
}

/// Pays for an answer that is written down.
async fn settle(shared: &Arc<Shared>, caller: &Caller, invocation: &Invocation, answer: &Answer) -> StepEnd {
    let mut patience = shared.patience();
    loop {
        let failure = match shared.invoker.settle(caller, invocation, answer).await {
            Ok(()) => return StepEnd::Settled,
            Err(InvokeError::Unsettled(failure)) => failure,
            Err(other) => return unpayable(invocation, &other.into()),
        };
        if let Err(end) = pause(&mut patience, invocation, failure).await {
            return end;
        }
    }
}

async fn pause(
    patience: &mut Patience,
    invocation: &Invocation,
    failure: BillingError,
) -> Result<(), StepEnd> {
    match failure {
        BillingError::Store(failure) if failure.is_retryable() => patience
            .endure(failure)
            .await
            .map_err(|failure: StoreError| StepEnd::GaveUp(failure.into())),
        refusal => Err(unpayable(invocation, &refusal.into())),
    }
}

/// An answer that counts and cannot be paid: the run goes on, and whoever reads the log of the process must look.
fn unpayable(invocation: &Invocation, error: &OrchestrationError) -> StepEnd {
    let error = error as &dyn std::error::Error;
    tracing::error!(invocation = %invocation.id, error, "an answer was kept and cannot be paid");
    StepEnd::Settled
}

fn end_of(failure: &InvokeError, is_repeatable: bool) -> StepEnd {
    match failure {
        InvokeError::Cancelled => return StepEnd::Released,
        InvokeError::Unkept(_) => return StepEnd::Lost,
        InvokeError::Stopped { stop, .. } if !matches!(stop.what, Stoppable::Agent(_)) => {
            return StepEnd::Stopped(Box::new(stop.clone()));
        }
        _ => {}
    }
    let end = StepFailure::new(failure.code(), explain(failure));
    if may_go_elsewhere(failure, is_repeatable) {
        StepEnd::Replaceable(end)
    } else {
        StepEnd::Failed(end)
    }
}

/// Whether another agent may do what this one failed to do: always when it never began, and else only what may be done
/// twice. What another would fail of as well is left as it is.
fn may_go_elsewhere(failure: &InvokeError, is_repeatable: bool) -> bool {
    match failure {
        InvokeError::AgentNotFound { .. }
        | InvokeError::VersionNotFound { .. }
        | InvokeError::TaskNotFound { .. }
        | InvokeError::Offline { .. }
        | InvokeError::Overloaded { .. }
        | InvokeError::Barred { .. }
        | InvokeError::NoTransport { .. }
        | InvokeError::Busy { .. }
        | InvokeError::Stopped { begun: false, .. } => true,
        InvokeError::Lost { .. }
        | InvokeError::Unreadable { .. }
        | InvokeError::TimedOut { .. }
        | InvokeError::Stopped { .. }
        | InvokeError::Panicked { .. }
        | InvokeError::TooLarge { .. }
        | InvokeError::Failed { .. }
        | InvokeError::Misanswered { .. }
        | InvokeError::Misdeclared { .. }
        // It failed before a crash, of what is not known any more.
        | InvokeError::HoldClosed { .. } => is_repeatable,
        _ => false,
    }
}

/// What went wrong with all its causes, as the log of the run is where one looks.
fn explain(failure: &InvokeError) -> String {
    let mut text = failure.to_string();
    let mut cause = std::error::Error::source(failure);
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
