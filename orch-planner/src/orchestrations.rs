//! The service that starts runs, tells of them, and drives them to their end.

mod control;
mod desk;
mod driver;
mod ear;
mod estimate;
mod hands;
mod hire;
mod keepers;
mod key;
mod live;
mod named;
mod options;
mod patience;
mod prune;
mod start;
mod watch;
mod worker;

use std::sync::Arc;

use orch_a2a::Invoker;
use orch_billing::Billing;
use orch_core::{
    AccountId, Caller, Clock, Entropy, Page, PageRequest, RunId, catalog::Catalog, event::Event, turns::Turns,
};

pub use driver::Driven;
pub use estimate::{Estimate, StepEstimate, TimeBasis};
pub use hire::Hire;
pub use live::StepProgress;
pub use options::{OrchestrationOptions, Preview, StartOptions, Started};
pub use watch::{Update, Watch};
pub use worker::{Claim, Worker};

use crate::{
    Orchestration, OrchestrationError, PaidRunStore, Planner,
    store::{OrchestrationStore, RunHandle, RunName, RunRecord},
};
use desk::Desk;
use live::Lives;
use patience::Patience;

/// How many events are read at once.
const EVENTS: u32 = 256;

/// Starts runs, tells of them, and drives them to their end. Cloning is cheap; clones are one service.
///
/// A run is durable before its start is acknowledged, and its money is set aside. Whoever holds a [`Worker`] drives
/// runs; nothing here spawns. A run of another account is not found, whatever is asked of it.
#[derive(Clone, Debug)]
pub struct Orchestrations(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    store: Arc<dyn OrchestrationStore>,
    /// Where runs and their money are kept at one place.
    paid_runs: Option<Arc<dyn PaidRunStore>>,
    invoker: Invoker,
    catalog: Catalog,
    billing: Billing,
    planner: Arc<dyn Planner>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    options: OrchestrationOptions,
    lives: Lives,
    desk: Desk,
    /// Of the keys under which something is being planned.
    turns: Turns<(AccountId, String)>,
}

impl Orchestrations {
    /// The service over a host's store, services and planner. Where `paid_runs` is given, it [joins](PaidRunStore::joins) the
    /// store with that of `billing`.
    #[expect(
        clippy::too_many_arguments,
        reason = "each is a port or a service that the composition root has at hand"
    )]
    pub fn new(
        store: Arc<dyn OrchestrationStore>,
        paid_runs: Option<Arc<dyn PaidRunStore>>,
        invoker: Invoker,
        catalog: Catalog,
        billing: Billing,
        planner: Arc<dyn Planner>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        options: OrchestrationOptions,
    ) -> Self {
        let (lives, desk) = (Lives::default(), Desk::default());
        Self(Arc::new(Shared {
            store,
            paid_runs,
            invoker,
            catalog,
            billing,
            planner,
            clock,
            entropy,
            options,
            lives,
            desk,
            turns: Turns::default(),
        }))
    }

    /// The run as it stands, with all that came of it.
    pub async fn find(&self, caller: &Caller, run: RunId) -> Result<Orchestration, OrchestrationError> {
        self.record(caller, run).await?;
        self.0.fold(run).await
    }

    /// The caller's runs, the newest first.
    pub async fn list(
        &self,
        caller: &Caller,
        page: PageRequest,
    ) -> Result<Page<RunRecord>, OrchestrationError> {
        Ok(self.0.store.list(caller.account(), None, page).await?)
    }

    /// The caller's runs whose handles are of a kind, the newest first.
    pub async fn list_kind(
        &self,
        caller: &Caller,
        kind: &str,
        page: PageRequest,
    ) -> Result<Page<RunRecord>, OrchestrationError> {
        Ok(self.0.store.list(caller.account(), Some(kind), page).await?)
    }

    /// How a surface names the caller's run, if one started it.
    pub async fn handle(&self, caller: &Caller, run: RunId) -> Result<Option<RunHandle>, OrchestrationError> {
        Ok(self.record(caller, run).await?.handle)
    }

    /// The caller's run that a surface gave this name; `None` if there is none.
    pub async fn find_handle(
        &self,
        caller: &Caller,
        name: &str,
    ) -> Result<Option<RunRecord>, OrchestrationError> {
        let is_name = name.len() <= 64 && name.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_name {
            return Ok(None);
        }
        let name = RunName::Handle(name.to_owned());
        Ok(self.0.store.find_by(caller.account(), &name).await?)
    }

    /// The caller's own run.
    async fn record(&self, caller: &Caller, run: RunId) -> Result<RunRecord, OrchestrationError> {
        let record = self.0.store.find(run).await?;
        let own = record.filter(|record| caller.owns(&record.account));
        own.ok_or(OrchestrationError::NotFound(run))
    }
}

impl Shared {
    /// Reads the whole log of a run.
    async fn fold(&self, run: RunId) -> Result<Orchestration, OrchestrationError> {
        let first = self.store.events(run, 1, EVENTS).await?;
        let mut folded = Orchestration::fold(run, &first)?;
        let mut n_read = first.len();
        while n_read == EVENTS as usize {
            n_read = self.catch_up(&mut folded).await?;
        }
        Ok(folded)
    }

    /// Applies the next events of the log; how many there were.
    async fn catch_up(&self, run: &mut Orchestration) -> Result<usize, OrchestrationError> {
        let events: Vec<Event> = self.store.events(run.id(), run.seq() + 1, EVENTS).await?;
        run.extend(&events)?;
        Ok(events.len())
    }

    fn patience(&self) -> Patience {
        Patience::new(self.clock.clone(), self.options.patience)
    }
}
