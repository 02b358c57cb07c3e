use std::{fmt, sync::Arc, time::Duration};

use orch_a2a::{Directory, HealthOptions, Invoker, Registry, Transactions};
use orch_approvals::Approvals;
use orch_auth::ApiKeys;
use orch_billing::{Billing, Metering};
use orch_core::{
    Catalog, Clock, Entropy, Switch, Timestamp,
    audit::Audit,
    limit::{Exchange, Exchanged, TallyStore},
};
use orch_planner::orchestrations::Orchestrations;
use tokio::sync::watch;

use crate::{
    Builder, Retention, Stores, WorkerError, count::Count, executor::TokioExecutor, stores::Sharing, worker,
};

/// The whole of it, in the host's process. Cloning is cheap; clones are one orchestrator.
#[derive(Clone)]
pub struct Orchestrator(Arc<Inner>);

struct Inner {
    parts: Parts,
    /// Until when running work may go on, once it shall end.
    stopping: watch::Sender<Option<Timestamp>>,
    /// The workers that were asked for and have not ended.
    workers: Count,
}

/// What the builder plugs together.
#[derive(Clone, Debug)]
pub(crate) struct Parts {
    pub(crate) catalog: Catalog,
    pub(crate) billing: Billing,
    pub(crate) metering: Metering,
    pub(crate) api_keys: ApiKeys,
    pub(crate) approvals: Approvals,
    pub(crate) invoker: Invoker,
    pub(crate) transactions: Transactions,
    pub(crate) registry: Option<Registry>,
    /// The transactions that are under way.
    pub(crate) executions: Count,
    pub(crate) orchestrations: Orchestrations,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) sharing: Arc<dyn Sharing>,
    pub(crate) audit: Audit,
    pub(crate) tallies: Option<Arc<dyn TallyStore>>,
    pub(crate) threads: TokioExecutor,
    pub(crate) options: WorkerOptions,
    /// The workers that drive runs.
    pub(crate) working: Count,
}

/// How long work has to let go after the deadline of a shutdown.
const GRACE: Duration = Duration::from_secs(1);

/// What bounds the background work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkerOptions {
    /// How many runs are driven at once, at least 1. More of them wait in the store.
    pub runs: u32,
    /// How often holds are looked at that may have expired.
    pub sweep_interval: Duration,
    /// How many of them are looked at in one go.
    pub sweep_batch: u32,
    /// How long until a store that is away is asked again.
    pub retry_interval: Duration,
    /// How often is written down how calls went, and looked which agents are due to be asked whether they answer.
    pub health_interval: Duration,
    /// How agents are asked.
    pub health: HealthOptions,
    /// How long what is over is kept.
    pub retention: Retention,
}

impl Default for WorkerOptions {
    fn default() -> Self {
        Self {
            runs: 1024,
            sweep_interval: Duration::from_secs(30),
            sweep_batch: 256,
            retry_interval: Duration::from_secs(1),
            health_interval: Duration::from_secs(5),
            health: HealthOptions::default(),
            retention: Retention::default(),
        }
    }
}

impl Orchestrator {
    /// Begins one over the host's stores.
    pub fn builder(stores: impl Into<Stores>) -> Builder {
        Builder::new(stores.into())
    }

    pub(crate) fn new(parts: Parts) -> Self {
        Self(Arc::new(Inner {
            parts,
            stopping: watch::Sender::new(None),
            workers: Count::new(),
        }))
    }

    /// Agents: who they are, what they do, what they cost.
    pub fn catalog(&self) -> &Catalog {
        &self.0.parts.catalog
    }

    /// Credits and holds.
    pub fn billing(&self) -> &Billing {
        &self.0.parts.billing
    }

    /// Usage records.
    pub fn metering(&self) -> &Metering {
        &self.0.parts.metering
    }

    /// API keys: who comes in from outside.
    pub fn api_keys(&self) -> &ApiKeys {
        &self.0.parts.api_keys
    }

    /// What humans are asked, and what they decide.
    pub fn approvals(&self) -> &Approvals {
        &self.0.parts.approvals
    }

    /// Tells the time to everything here.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.0.parts.clock
    }

    /// Yields chance to everything here.
    pub fn entropy(&self) -> &Arc<dyn Entropy> {
        &self.0.parts.entropy
    }

    /// The chain over what was done, which the worker seals.
    pub fn audit(&self) -> &Audit {
        &self.0.parts.audit
    }

    /// What keeps these limiters together with those of the same names in other processes that share the stores; `None` where
    /// no other process serves them. Whoever has the limiters runs it every [`INTERVAL`](Exchange::INTERVAL).
    pub fn exchange(&self, limiters: Vec<Arc<dyn Exchanged>>) -> Option<Exchange> {
        let Parts { clock, entropy, .. } = &self.0.parts;
        let tallies = self.0.parts.tallies.clone()?;
        Some(Exchange::new(limiters, tallies, clock.clone(), &**entropy))
    }

    /// Signed transactions between agents.
    pub fn transactions(&self) -> &Transactions {
        &self.0.parts.transactions
    }

    /// Agents that sign, and the services that they offer.
    pub fn directory(&self) -> &Directory {
        self.0.parts.transactions.directory()
    }

    /// The files that name agents and services, which the worker looks at every second: for a host that has changed them and
    /// does not wait for that. `None` unless such files were given.
    pub fn registry(&self) -> Option<&Registry> {
        self.0.parts.registry.as_ref()
    }

    /// Single calls of agents, for hosts that keep their own books of what came of them.
    pub fn invoker(&self) -> &Invoker {
        &self.0.parts.invoker
    }

    /// Stops an agent, an account, or everything.
    pub fn switch(&self) -> &Switch {
        self.0.parts.invoker.switch()
    }

    /// Plans and runs.
    pub fn orchestrations(&self) -> &Orchestrations {
        &self.0.parts.orchestrations
    }

    /// Drives runs, tells them what humans decided, sweeps expired holds and looks after the agents until [`shutdown`](Self::shutdown). The host spawns it:
    /// `tokio::spawn(orchestrator.worker())`. Everything that it spawns ends with it.
    ///
    /// A store that is away is waited for. Dropping the future is like a crash: another worker carries on.
    ///
    /// # Errors
    /// The stores may not be worked on here, because another process serves them.
    pub fn worker(&self) -> impl Future<Output = Result<(), WorkerError>> + Send + 'static {
        let inner = self.0.clone();
        // Counted from now on, so that a shutdown right after this call waits for it.
        let counted = inner.workers.begin();
        let stopping = inner.stopping.subscribe();
        async move {
            let _counted = counted;
            worker::work(inner.parts.clone(), stopping).await
        }
    }

    /// Whether a worker drives runs here, for a host that tells whether it is ready.
    pub fn is_working(&self) -> bool {
        self.0.parts.working.now() > 0
    }

    /// Returns once a worker drives runs here.
    #[cfg(feature = "testing")]
    pub(crate) async fn worked_on(&self) {
        self.0.parts.working.reaches(|n_working| n_working > 0).await;
    }

    /// Stops taking runs, lets those that are driven go on until the deadline, and stops the rest as a crash would: the
    /// next worker carries on with them. Runs can still be started, for another worker. Asking again can only move the
    /// deadline closer.
    ///
    /// Returns once every worker has ended, and every thread of an in-process agent; what does not let go within a
    /// second of the deadline, such as a thread that blocks, is left behind.
    pub async fn shutdown(&self, deadline: Duration) {
        let Inner {
            parts,
            stopping,
            workers,
        } = &*self.0;
        let until = parts.clock.now() + deadline;
        let mut overdue_at = until;
        stopping.send_modify(|known| {
            overdue_at = known.map_or(until, |known| known.min(until));
            *known = Some(overdue_at);
        });
        let ended = async {
            workers.reaches(|n_workers| n_workers == 0).await;
            parts.threads.idle().await;
            parts.executions.reaches(|n_executions| n_executions == 0).await;
        };
        tokio::select! {
            biased;
            () = ended => {}
            () = parts.clock.sleep_until(overdue_at + GRACE) => {}
        }
    }
}

impl fmt::Debug for Orchestrator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Orchestrator")
            .field("options", &self.0.parts.options)
            .finish_non_exhaustive()
    }
}
