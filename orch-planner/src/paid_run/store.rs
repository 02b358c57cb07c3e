//! The port of those who keep runs and their money at one place.

#[cfg(any(test, feature = "testing"))]
pub mod conformance;
mod in_memory;
#[cfg(test)]
mod tests;

use std::fmt;

use async_trait::async_trait;
use orch_billing::{Closing, Hold, LedgerStore, Settled};
use orch_core::{StoreError, event::Event};

pub use in_memory::InMemoryPaidRuns;

use crate::store::{Append, Insertion, OrchestrationStore, RunRecord};

/// Keeps runs together with their money, where an [`OrchestrationStore`] and a [`LedgerStore`] keep both at one place. Each
/// method is one atomic unit of work, which a refusal of the ledger undoes as a whole.
///
/// It does nothing that those two could not do one after the other: it saves the commits between them.
#[async_trait]
pub trait PaidRunStore: fmt::Debug + Send + Sync + 'static {
    /// Whether these keep runs and money where this does. Where a host puts another in the place of either, it is `false`,
    /// and nobody asks for more.
    fn joins(&self, runs: &dyn OrchestrationStore, ledger: &dyn LedgerStore) -> bool;

    /// Adds a run and its first events as [`OrchestrationStore::insert`] does, and sets aside what it takes, each as
    /// [`LedgerStore::hold`] does, in this order. Where the run is [taken](Insertion::Taken), nothing is set aside.
    async fn insert_held(
        &self,
        run: &RunRecord,
        events: &[Event],
        holds: &[Hold],
    ) -> Result<Settled<Insertion>, StoreError>;

    /// Adds what happened next as [`OrchestrationStore::append`] does, and closes holds, each as [`LedgerStore::close`] does,
    /// in this order. Where the append is refused, none is closed.
    async fn append_paid(&self, append: &Append, closings: &[Closing]) -> Result<Settled<bool>, StoreError>;
}
