//! What a host hands over: where everything is kept.

use std::{any::Any, fmt, sync::Arc};

use orch_a2a::{InMemoryServices, InMemoryTransactions, ServiceStore, TransactionStore};
use orch_approvals::{ApprovalStore, InMemoryApprovals};
use orch_auth::{ApiKeyStore, InMemoryApiKeys, InMemoryParties, PartyStore};
use orch_billing::{InMemoryLedger, LedgerStore, UsageStore};
use orch_core::{
    CatalogStore, Cause, Clock, InMemoryCatalog, InMemoryEventLog, InMemorySwitch, SwitchStore, SystemClock,
    audit::{AuditStore, InMemoryAudit},
    event::Bell,
    limit::TallyStore,
};
use orch_planner::{
    InMemoryPaidRuns, PaidRunStore,
    store::{InMemoryOrchestrations, OrchestrationStore},
};

/// Where everything is kept: what stands behind each store port.
///
/// A host takes [`in_memory`](Self::in_memory), or an `SqlStore` on an engine of ours or its own, and may replace a
/// single port by assigning to its field.
#[derive(Clone, Debug)]
pub struct Stores {
    /// The catalog of agents.
    pub catalog: Arc<dyn CatalogStore>,
    /// Accounts, holds and ledger entries.
    pub ledger: Arc<dyn LedgerStore>,
    /// Usage records, which the ledger's store writes.
    pub usage: Arc<dyn UsageStore>,
    /// API keys.
    pub api_keys: Arc<dyn ApiKeyStore>,
    /// What humans are asked.
    pub approvals: Arc<dyn ApprovalStore>,
    /// Agents that sign.
    pub parties: Arc<dyn PartyStore>,
    /// Services that they offer.
    pub services: Arc<dyn ServiceStore>,
    /// Signed transactions.
    pub transactions: Arc<dyn TransactionStore>,
    /// Runs with their events, and the workers that share them.
    pub orchestrations: Arc<dyn OrchestrationStore>,
    /// Runs and their money in one, which saves commits; not used once another is put in the place of `orchestrations` or
    /// `ledger`.
    pub paid_runs: Option<Arc<dyn PaidRunStore>>,
    /// What is stopped.
    pub switch: Arc<dyn SwitchStore>,
    /// The chain over what was done.
    pub audit: Arc<dyn AuditStore>,
    /// Where processes that serve the same tell each other what their limits let through; none where one process serves
    /// alone.
    pub tallies: Option<Arc<dyn TallyStore>>,
    /// Who may serve these stores at once.
    pub sharing: Arc<dyn Sharing>,
}

impl Stores {
    /// In memory, gone when dropped: for tests, and for work that may be forgotten.
    pub fn in_memory() -> Self {
        Self::in_memory_at(Arc::new(SystemClock))
    }

    /// In memory, where a worker lives and dies by this clock: the same one that the orchestrator is built with.
    pub fn in_memory_at(clock: Arc<dyn Clock>) -> Self {
        let ledger = Arc::new(InMemoryLedger::default());
        let log = Arc::new(InMemoryEventLog::default());
        let orchestrations = Arc::new(InMemoryOrchestrations::new(log.clone(), clock.clone()));
        let paid_runs = InMemoryPaidRuns::new(orchestrations.clone(), ledger.clone());
        Self {
            catalog: Arc::new(InMemoryCatalog::with_events(log.clone())),
            audit: Arc::new(InMemoryAudit::new(log.clone(), clock)),
            ledger: ledger.clone(),
            usage: ledger,
            api_keys: Arc::new(InMemoryApiKeys::default()),
            approvals: Arc::new(InMemoryApprovals::new(log.clone())),
            parties: Arc::new(InMemoryParties::default()),
            services: Arc::new(InMemoryServices::default()),
            transactions: Arc::new(InMemoryTransactions::new(log)),
            orchestrations,
            paid_runs: Some(Arc::new(paid_runs)),
            switch: Arc::new(InMemorySwitch::default()),
            tallies: None,
            sharing: Arc::new(InThisProcess),
        }
    }

    /// What keeps runs and their money in one, if both are kept there.
    pub(crate) fn joined(&self) -> Option<Arc<dyn PaidRunStore>> {
        let joins = |paid_runs: &Arc<dyn PaidRunStore>| paid_runs.joins(&*self.orchestrations, &*self.ledger);
        self.paid_runs.clone().filter(joins)
    }
}

/// Says who may work on the stores at once.
pub trait Sharing: fmt::Debug + Send + Sync + 'static {
    /// Whether whoever holds the leave to work knows that every other worker is dead.
    fn is_exclusive(&self) -> bool;

    /// Takes the leave to work on what the stores keep, to be held as long as the worker works; it ends when dropped.
    ///
    /// # Errors
    /// Why nobody may work here now, such as that another process does.
    fn serve(&self) -> Result<Leave, Cause>;

    /// What carries news between those who share the stores; none where they only find out by looking.
    fn bell(&self) -> Option<Arc<dyn Bell>> {
        None
    }
}

/// What upholds the leave to work: a lock, or nothing.
pub type Leave = Box<dyn Any + Send + Sync>;

/// Stores that live in this process alone, where every worker is one of ours.
#[derive(Clone, Copy, Debug)]
struct InThisProcess;

impl Sharing for InThisProcess {
    fn is_exclusive(&self) -> bool {
        false
    }

    fn serve(&self) -> Result<Leave, Cause> {
        Ok(Box::new(()))
    }
}

#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod sql {
    use super::*;
    use orch_backends::SqlStore;

    /// Everything in one SQL database.
    impl From<SqlStore> for Stores {
        fn from(store: SqlStore) -> Self {
            let store = Arc::new(store);
            Self {
                catalog: store.clone(),
                ledger: store.clone(),
                usage: store.clone(),
                api_keys: store.clone(),
                approvals: store.clone(),
                parties: store.clone(),
                services: store.clone(),
                transactions: store.clone(),
                orchestrations: store.clone(),
                paid_runs: Some(store.clone()),
                switch: store.clone(),
                audit: store.clone(),
                tallies: (!store.is_exclusive()).then(|| store.clone() as _),
                sharing: store,
            }
        }
    }

    impl Sharing for SqlStore {
        fn is_exclusive(&self) -> bool {
            SqlStore::is_exclusive(self)
        }

        fn serve(&self) -> Result<Leave, Cause> {
            Ok(Box::new(SqlStore::serve(self)?))
        }

        fn bell(&self) -> Option<Arc<dyn Bell>> {
            SqlStore::bell(self)
        }
    }

    impl Stores {
        /// Opens `sqlite://file`, `sqlite::memory:` or `postgres://...` and brings its tables up to date.
        ///
        /// # Errors
        /// The URL is none of these, or the database cannot be used.
        pub async fn connect(url: &str) -> Result<Self, orch_backends::sql::ConnectError> {
            Ok(SqlStore::connect(url, orch_backends::sql::Options::default())
                .await?
                .into())
        }
    }
}
