//! Carries on with a run that another drove, or that was driven here until something failed.

use std::{collections::HashSet, sync::Arc};

use orch_billing::{BillingError, Hold, HoldId};
use orch_core::RunId;

use super::{Driver, Halt, log::read};
use crate::{RunStatus, StepState, orchestrations::Shared, store::Lease};

impl Driver {
    /// Reads the run, pays for what was answered and not paid, and sees to what was sent and not answered: it is sent
    /// again if its task may be repeated, and given up if not.
    pub(super) async fn recover(shared: Arc<Shared>, lease: Lease, run: RunId) -> Result<Self, Halt> {
        let run = read(&shared, run, lease).await?;
        let live = shared.lives.of_own(run.id(), run.account());
        let mut driver = Self::new(shared, lease, run, live);
        let unpaid = driver.open_sub_holds().await?;
        let unpaid: HashSet<HoldId> = unpaid.into_iter().map(|hold| hold.id).collect();
        for index in 0..driver.run.steps().len() {
            match &driver.run.steps()[index] {
                StepState::Succeeded(success)
                    if driver.run.is_held_apart(index)
                        || unpaid.contains(&HoldId::from_uuid(success.invocation.uuid())) =>
                {
                    driver.settle(index);
                }
                StepState::Running { attempt, .. } => {
                    let goes_on = driver.run.status() == RunStatus::Running;
                    let is_repeatable = driver.run.plan().steps()[index].repeatable;
                    if goes_on && is_repeatable && *attempt < driver.shared.options.attempts {
                        driver.again.push(index);
                    } else {
                        driver.abandon(index);
                    }
                }
                // Its hold may have been left behind.
                StepState::Late | StepState::Failed(_) => driver.abandon_apart(index),
                _ => {}
            }
        }
        Ok(driver)
    }

    /// Reads a run that was to start here, and of which nothing was sent, whatever its log says was begun.
    pub(super) async fn take_up(shared: Arc<Shared>, lease: Lease, run: RunId) -> Result<Self, Halt> {
        let run = read(&shared, run, lease).await?;
        let live = shared.lives.of_own(run.id(), run.account());
        let mut driver = Self::new(shared, lease, run, live);
        driver.is_news = true;
        Ok(driver)
    }

    /// The holds of steps that are neither paid nor given back.
    pub(super) async fn open_sub_holds(&mut self) -> Result<Vec<Hold>, Halt> {
        if self.run.plan().price().is_zero() || self.run.own_call().is_some() {
            return Ok(Vec::new());
        }
        let (shared, hold) = (self.shared.clone(), HoldId::from_uuid(self.run.id().uuid()));
        let found = self.meanwhile(async move {
            let mut patience = shared.patience();
            loop {
                match shared.billing.open_sub_holds(hold).await {
                    Err(BillingError::Store(failure)) => patience.endure(failure).await?,
                    found => return found,
                }
            }
        });
        Ok(found.await?)
    }
}
