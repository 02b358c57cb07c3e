use std::sync::Arc;

use async_trait::async_trait;
use orch_a2a::{Answer, Keeper, Kept, Progress};
use orch_core::{InvocationId, StoreError};
use tokio::sync::{mpsc, oneshot};

use crate::{
    StepId,
    orchestration::StepSucceeded,
    orchestrations::{StepProgress, live::Live},
};

/// An answer that waits to be kept.
#[derive(Debug)]
pub(super) struct Answered {
    pub(super) index: usize,
    pub(super) answer: StepSucceeded,
    pub(super) reply: oneshot::Sender<Kept>,
}

/// Stands behind one step's invocation, and has the driver write its answer down.
#[derive(Debug)]
pub(super) struct StepKeeper {
    pub(super) index: usize,
    pub(super) step: StepId,
    pub(super) invocation: InvocationId,
    pub(super) desk: mpsc::UnboundedSender<Answered>,
    pub(super) live: Arc<Live>,
}

#[async_trait]
impl Keeper for StepKeeper {
    async fn keep(&self, answer: &Answer) -> Result<Kept, StoreError> {
        let (reply, kept) = oneshot::channel();
        let answer = StepSucceeded {
            step: self.step.clone(),
            invocation: self.invocation,
            result: Arc::new(answer.result.clone()),
            units: answer.units,
            cost: answer.cost,
            took: answer.took,
        };
        let answered = Answered {
            index: self.index,
            answer,
            reply,
        };
        // A driver that is gone has left the run to the next one, and the money with it.
        if self.desk.send(answered).is_err() {
            return Ok(Kept::Lost);
        }
        Ok(kept.await.unwrap_or(Kept::Lost))
    }

    fn progressed(&self, progress: Progress) {
        let step = self.step.clone();
        self.live.report(StepProgress { step, progress });
    }
}
