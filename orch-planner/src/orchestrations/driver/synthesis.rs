//! The answer of a run, written by a model once all its steps are over.

use std::pin::pin;

use futures_util::future::{Either, select};
use orch_billing::{BillingError, HoldId, UsageOutcome};
use orch_core::{Amount, StoreError};

use super::{Driver, Halt};
use crate::{
    OrchestrationEvent, RunStatus,
    llm::Bill,
    orchestration::{SynthesisSkipped, Synthesized},
    synthesis::{TASK, Written},
};

impl Driver {
    /// Asks for the answer and writes down what came of it. What was set aside for it is seen to when the run ends.
    pub(super) async fn synthesize(&mut self) -> Result<(), Halt> {
        let Some(written) = self.write().await? else {
            return Ok(());
        };
        let event = match written {
            Ok(Written {
                bill,
                answer: Ok(answer),
            }) => OrchestrationEvent::Synthesized(Synthesized {
                invocation: bill.invocation,
                model: bill.model,
                answer,
                tokens: bill.tokens,
                cost: bill.cost,
                took: bill.took,
            }),
            Ok(Written {
                bill,
                answer: Err(reason),
            }) => {
                self.meter(bill).await;
                OrchestrationEvent::SynthesisSkipped(SynthesisSkipped { reason })
            }
            Err(reason) => OrchestrationEvent::SynthesisSkipped(SynthesisSkipped { reason }),
        };
        let now = self.shared.clock.now();
        let stored = event.to_event(self.run.id(), self.run.seq() + 1, now)?;
        self.run.apply(event, now)?;
        if !self.append(vec![stored], Vec::new()).await? {
            self.refold().await?;
        }
        Ok(())
    }

    /// What the model writes, or why it cannot be asked; `None` when the run has changed meanwhile.
    async fn write(&mut self) -> Result<Option<Result<Written, String>>, Halt> {
        let shared = self.shared.clone();
        let (Some(order), Ok(results)) = (self.run.synthesis_order().cloned(), self.run.answer()) else {
            return Ok(None);
        };
        let Some(synthesis) = shared.planner.synthesis() else {
            return Ok(Some(Err("there is no model here to write the answer".to_owned())));
        };
        let (goal, deadline) = (
            self.run.goal().unwrap_or_default().to_owned(),
            self.run.deadline(),
        );
        let mut writing = pin!(synthesis.write(&order, &goal, &results, deadline));
        loop {
            let (known, live) = (self.run.seq(), self.live.clone());
            let poll_at = shared.clock.now() + shared.options.poll_interval;
            let news = pin!(select(
                Box::pin(async move { live.moved_beyond(known).await }),
                shared.clock.sleep_until(poll_at),
            ));
            match select(writing.as_mut(), news).await {
                Either::Left((written, _)) => return Ok(Some(written)),
                Either::Right(_) => self.look().await?,
            }
            if self.run.status() != RunStatus::Running || !self.run.awaits_synthesis() {
                return Ok(None);
            }
        }
    }

    /// Records what was used to no avail, and gives back what was set aside for it.
    async fn meter(&mut self, bill: Bill) {
        let bill = Bill {
            cost: Amount::zero(bill.cost.currency()),
            outcome: match bill.outcome {
                UsageOutcome::Answered => UsageOutcome::Failed,
                outcome => outcome,
            },
            ..bill
        };
        let shared = &self.shared;
        if let Err(error) = bill
            .settle(&shared.billing, self.run.account(), shared.clock.now())
            .await
        {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "what a model used to no avail is not metered");
        }
    }

    /// Pays for the answer, or gives back what was set aside for it.
    pub(super) async fn settle_synthesis(&mut self) -> Result<(), Halt> {
        let Some(order) = self
            .run
            .synthesis_order()
            .filter(|order| order.reserved.is_some())
        else {
            return Ok(());
        };
        let hold = HoldId::from_uuid(order.invocation.uuid());
        let Some(Ok(written)) = self.run.synthesis() else {
            return self.give_back(hold).await;
        };
        let bill = Bill {
            model: written.model.clone(),
            invocation: written.invocation,
            task: TASK,
            outcome: UsageOutcome::Answered,
            tokens: written.tokens,
            cost: written.cost,
            took: written.took,
        };
        let (shared, account) = (self.shared.clone(), self.run.account().clone());
        let settled = self.meanwhile(async move {
            let mut patience = shared.patience();
            loop {
                match bill.settle(&shared.billing, &account, shared.clock.now()).await {
                    Ok(()) => return Ok::<_, StoreError>(()),
                    Err(BillingError::Store(failure)) => patience.endure(failure).await?,
                    // The run has its answer all the same, and whoever reads the log of the process must look.
                    Err(error) => {
                        let error = &error as &dyn std::error::Error;
                        tracing::error!(%hold, error, "an answer was written and cannot be paid");
                        return Ok(());
                    }
                }
            }
        });
        Ok(settled.await?)
    }
}
