//! The end of a run: its money is where it belongs, and then it is over.

use orch_billing::{BillingError, Closing, HoldId};

use super::{Driver, Halt};
use crate::StepState;

impl Driver {
    /// Gives back what is left of the run's hold and ends the run. `false` when something came first and there is more
    /// to do.
    pub(super) async fn finish(&mut self) -> Result<bool, Halt> {
        let mut rest = None;
        if self.pays_together() && self.run.synthesis_order().is_none() {
            rest = self.rest()?;
        } else {
            if !self.release().await? {
                return Ok(false);
            }
            self.settle_synthesis().await?;
        }
        let Some(ending) = self.run.ending() else {
            return Ok(false);
        };
        let now = self.shared.clock.now();
        let event = ending.to_event(self.run.id(), self.run.seq() + 1, now)?;
        self.run.apply(ending, now)?;
        if self.append(vec![event], rest.into_iter().collect()).await? {
            return Ok(true);
        }
        self.refold().await?;
        Ok(false)
    }

    /// What gives back what is left of the run's hold.
    pub(super) fn rest(&self) -> Result<Option<Closing>, Halt> {
        let Some(hold) = self.hold() else {
            return Ok(None);
        };
        Ok(Some(self.shared.billing.giving_back(hold, None)?))
    }

    /// The run's hold, if there is one that its end gives back: not the one that the run's own call was paid from.
    fn hold(&self) -> Option<HoldId> {
        let own_call = self.run.own_call();
        let is_paid_from_it = |state: &StepState| matches!(state, StepState::Succeeded(success) if Some(success.invocation) == own_call);
        let is_there = !self.run.plan().price().is_zero() && !self.run.steps().iter().any(is_paid_from_it);
        is_there.then(|| HoldId::from_uuid(self.run.id().uuid()))
    }

    /// Gives back what is left of the run's hold; `false` when holds of steps had to be seen to first.
    async fn release(&mut self) -> Result<bool, Halt> {
        let Some(hold) = self.hold() else {
            return Ok(true);
        };
        match self.give_back(hold).await {
            Ok(()) => Ok(true),
            Err(Halt::Failed(crate::OrchestrationError::Billing(BillingError::HoldBusy { .. }))) => {
                self.clear().await?;
                Ok(false)
            }
            Err(halt) => Err(halt),
        }
    }

    /// Pays or gives back what steps still hold: an answer that was not paid, or the hold of a worker that had lost the
    /// run and did not know.
    async fn clear(&mut self) -> Result<(), Halt> {
        for hold in self.open_sub_holds().await? {
            let owes = |state: &StepState| matches!(state, StepState::Succeeded(success) if success.invocation.uuid() == hold.id.uuid());
            match self.run.steps().iter().position(owes) {
                Some(index) => self.settle(index),
                None => self.give_back(hold.id).await?,
            }
        }
        Ok(())
    }

    pub(super) async fn give_back(&mut self, hold: HoldId) -> Result<(), Halt> {
        let shared = self.shared.clone();
        let released = self.meanwhile(async move {
            let mut patience = shared.patience();
            loop {
                match shared.billing.release(hold, None).await {
                    Ok(_) => return Ok(()),
                    Err(BillingError::Store(failure)) => patience.endure(failure).await?,
                    // It is where it belongs, or never was: nothing is left to give back.
                    Err(error @ (BillingError::HoldClosed { .. } | BillingError::HoldNotFound(_))) => {
                        tracing::error!(%hold, error = &error as &dyn std::error::Error, "a hold was not as its run left it");
                        return Ok(());
                    }
                    Err(error) => return Err(error),
                }
            }
        });
        Ok(released.await?)
    }
}
