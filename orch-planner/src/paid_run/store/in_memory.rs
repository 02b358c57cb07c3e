use std::{ptr::addr_eq, sync::Arc};

use async_trait::async_trait;
use orch_billing::{Closing, Hold, InMemoryLedger, LedgerStore, Settled};
use orch_core::{StoreError, event::Event};

use super::PaidRunStore;
use crate::store::{Append, InMemoryOrchestrations, Insertion, OrchestrationStore, RunRecord};

/// Runs and their money in memory: the reference for every other store.
#[derive(Clone, Debug)]
pub struct InMemoryPaidRuns {
    runs: Arc<InMemoryOrchestrations>,
    ledger: Arc<InMemoryLedger>,
}

impl InMemoryPaidRuns {
    /// Over these.
    pub fn new(runs: Arc<InMemoryOrchestrations>, ledger: Arc<InMemoryLedger>) -> Self {
        Self { runs, ledger }
    }
}

#[async_trait]
impl PaidRunStore for InMemoryPaidRuns {
    fn joins(&self, runs: &dyn OrchestrationStore, ledger: &dyn LedgerStore) -> bool {
        addr_eq(runs, Arc::as_ptr(&self.runs)) && addr_eq(ledger, Arc::as_ptr(&self.ledger))
    }

    async fn insert_held(
        &self,
        run: &RunRecord,
        events: &[Event],
        holds: &[Hold],
    ) -> Result<Settled<Insertion>, StoreError> {
        self.runs.insert_if(run, events, |insert| {
            // The events of a run that is new fit, so that what is set aside is set aside for a run that comes to be.
            self.ledger.together(holds, &[], insert)
        })
    }

    async fn append_paid(&self, append: &Append, closings: &[Closing]) -> Result<Settled<bool>, StoreError> {
        Ok(self
            .runs
            .append_if(append, |add| self.ledger.together(&[], closings, add)))
    }
}
