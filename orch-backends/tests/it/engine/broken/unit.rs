//! Faults of units as a whole.

use std::{
    panic::AssertUnwindSafe,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
};

use futures_util::FutureExt;
use orch_backends::sql::{BoxFuture, Tx, Unit};
use orch_core::StoreError;

use super::{Fault, tx::FaultyTx};

/// A unit that is run with a fault.
pub(super) struct FaultyUnit {
    unit: Arc<dyn Unit>,
    fault: Fault,
    /// What the caller is told in place of the truth.
    lie: Mutex<Option<Result<(), StoreError>>>,
}

impl FaultyUnit {
    pub(super) fn new(unit: Arc<dyn Unit>, fault: Fault) -> Self {
        Self {
            unit,
            fault,
            lie: Mutex::default(),
        }
    }

    pub(super) fn report(&self, truth: Result<(), StoreError>) -> Result<(), StoreError> {
        static UNITS: AtomicU32 = AtomicU32::new(0);
        let is_tenth = UNITS.fetch_add(1, Ordering::Relaxed) % 10 == 9;
        if self.fault == Fault::ReportsSuccessAsFailure && is_tenth {
            return Err(broken("another's failure"));
        }
        self.lie.lock().unwrap().take().unwrap_or(truth)
    }

    fn lie(&self, lie: Result<(), StoreError>) {
        *self.lie.lock().unwrap() = Some(lie);
    }
}

impl Unit for FaultyUnit {
    fn run<'t>(&'t self, tx: &'t mut dyn Tx) -> BoxFuture<'t, Result<(), StoreError>> {
        Box::pin(async move {
            let mut tx = FaultyTx {
                tx,
                fault: self.fault,
                has_created: false,
            };
            match self.fault {
                Fault::RunsTwice => {
                    self.unit.run(&mut tx).await?;
                    self.unit.run(&mut tx).await
                }
                Fault::AcknowledgesWithoutCommit => {
                    self.unit.run(&mut tx).await?;
                    if tx.has_created {
                        // The law needs its table.
                        return Ok(());
                    }
                    self.lie(Ok(()));
                    Err(broken("no commit"))
                }
                Fault::CommitsFailures => {
                    if let Err(error) = self.unit.run(&mut tx).await {
                        self.lie(Err(error));
                    }
                    Ok(())
                }
                Fault::CommitsPanics => match AssertUnwindSafe(self.unit.run(&mut tx)).catch_unwind().await {
                    Ok(outcome) => outcome,
                    Err(_) => {
                        self.lie(Err(broken("a panic")));
                        Ok(())
                    }
                },
                _ => self.unit.run(&mut tx).await,
            }
        })
    }
}

pub(super) fn broken(reason: &'static str) -> StoreError {
    StoreError::Broken(reason.into())
}
