//! Runs and their money, in units over both.
//!
//! Rows are locked in the order of their stores, one after the other: a run, then its money.

use std::ptr::addr_eq;

use async_trait::async_trait;
use orch_billing::{Closing, Hold, LedgerStore, Settled};
use orch_core::{Event, StoreError};
use orch_planner::{
    OrchestrationStore, PaidRunStore, RunRecord,
    store::{Append, Insertion},
};

use super::{
    SqlStore, Tx,
    billing::{close, hold, undo},
    planner::{append, insert},
};

#[async_trait]
impl PaidRunStore for SqlStore {
    fn joins(&self, runs: &dyn OrchestrationStore, ledger: &dyn LedgerStore) -> bool {
        addr_eq(runs, self) && addr_eq(ledger, self)
    }

    async fn insert_held(
        &self,
        run: &RunRecord,
        events: &[Event],
        holds: &[Hold],
    ) -> Result<Settled<Insertion>, StoreError> {
        let input = (run.clone(), events.to_vec(), holds.to_vec());
        let insertion = undo::settle(self, &input, |tx, (run, events, holds)| {
            Box::pin(insert_held(tx, run, events, holds))
        });
        let insertion = insertion.await?;
        if let Ok(insertion) = &insertion {
            self.inserted(run, insertion);
        }
        Ok(insertion)
    }

    async fn append_paid(&self, append: &Append, closings: &[Closing]) -> Result<Settled<bool>, StoreError> {
        let input = (append.clone(), closings.to_vec());
        let appended = undo::settle(self, &input, |tx, (append, closings)| {
            Box::pin(append_paid(tx, append, closings))
        });
        let appended = appended.await?;
        if appended == Ok(true) {
            self.appended(append);
        }
        Ok(appended)
    }
}

async fn insert_held(
    tx: &mut dyn Tx,
    run: &RunRecord,
    events: &[Event],
    holds: &[Hold],
) -> Result<Insertion, StoreError> {
    let insertion = insert::insert(tx, run, events).await?;
    if insertion == Insertion::New {
        for hold in holds {
            hold::hold(tx, hold).await?;
        }
    }
    Ok(insertion)
}

async fn append_paid(tx: &mut dyn Tx, append: &Append, closings: &[Closing]) -> Result<bool, StoreError> {
    let appended = append::append(tx, append).await?;
    if appended {
        for closing in closings {
            close::close(tx, closing).await?;
        }
    }
    Ok(appended)
}
