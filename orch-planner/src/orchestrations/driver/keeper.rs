use std::sync::Arc;

use async_trait::async_trait;
use orch_a2a::{Answer, Keeper, Kept, Progress};
use orch_billing::Closing;
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
    /// What pays for it, where that can be kept with it.
    pub(super) payment: Option<Box<Closing>>,
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

impl StepKeeper {
    async fn lay(&self, answer: &Answer, payment: Option<Box<Closing>>) -> Kept {
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
            payment,
            reply,
        };
        // A driver that is gone has left the run to the next one, and the money with it.
        if self.desk.send(answered).is_err() {
            return Kept::Lost;
        }
        kept.await.unwrap_or(Kept::Lost)
    }
}

#[async_trait]
impl Keeper for StepKeeper {
    async fn keep(&self, answer: &Answer) -> Result<Kept, StoreError> {
        Ok(self.lay(answer, None).await)
    }

    async fn keep_paid(&self, answer: &Answer, payment: &Closing) -> Result<Kept, StoreError> {
        Ok(self.lay(answer, Some(Box::new(payment.clone()))).await)
    }

    fn progressed(&self, progress: Progress) {
        let step = self.step.clone();
        self.live.report(StepProgress { step, progress });
    }
}
