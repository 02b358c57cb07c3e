//! What a service does that embeds the orchestrator, and what it acknowledges on its standard output.

use std::{
    io::{self, Write},
    sync::Arc,
    time::Duration,
};

use futures_util::{TryStreamExt, stream::FuturesUnordered};
use orch::{
    Amount, Caller, Clock, ManualClock, Orchestrator, PageRequest, RunId, SystemClock,
    planner::OrchestrationError,
};
use orch_billing::{Billing, LedgerStore};
use orch_core::{ErrorKind, Failure};

use crate::{
    Fallible,
    acknowledgement::Acknowledgement,
    agents::{CURRENCY, fee},
    workload::Label,
};

/// Who starts runs and pays for them.
pub(crate) const ACCOUNT: &str = "payer";
/// Who owns the agents and earns with them.
pub(crate) const OWNER: &str = "guild";
/// What each life grants, in minor units.
pub(crate) const GRANT: i64 = 1_000_000;

/// Whoever embeds the orchestrator.
#[derive(Debug)]
pub(crate) struct Host {
    orchestrator: Orchestrator,
    caller: Caller,
}

impl Host {
    pub(crate) fn new(orchestrator: Orchestrator) -> Fallible<Self> {
        Ok(Self {
            orchestrator,
            caller: Caller::host(ACCOUNT.parse()?),
        })
    }

    pub(crate) fn orchestrator(&self) -> &Orchestrator {
        &self.orchestrator
    }

    /// Grants this life's credits, and once more those of the life before: the same grant again gives nothing more.
    pub(crate) async fn grant(&self, life: u32) -> Fallible<()> {
        for life in life.saturating_sub(1)..=life {
            let (key, amount) = (format!("life-{life}"), Amount::new(GRANT, CURRENCY)?);
            self.orchestrator
                .billing()
                .grant(self.caller.account(), amount, &key)
                .await?;
            say(&Acknowledgement::Granted(key))?;
        }
        Ok(())
    }

    /// Starts a run and sees its end.
    pub(crate) async fn run(&self, label: Label) -> Fallible<()> {
        let orchestrations = self.orchestrator.orchestrations();
        let plan = label.plan()?;
        let start = async || {
            orchestrations
                .start_plan(&self.caller, plan.clone(), label.options())
                .await
        };
        let started = if label.has_key() {
            endure(start).await??
        } else {
            match start().await {
                // Whether it was started nobody knows.
                Err(error) if is_away(&error) => return refused().await,
                started => started?,
            }
        };
        let (run, is_new) = (started.run, started.is_new);
        say(&Acknowledgement::Started {
            run,
            label: label.to_string(),
            is_new,
        })?;
        if label.is_cancelled() {
            match endure(async || orchestrations.cancel(&self.caller, run).await).await? {
                Ok(()) => say(&Acknowledgement::Cancelled(run))?,
                Err(OrchestrationError::Ended { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.see_end(run).await
    }

    async fn see_end(&self, run: RunId) -> Fallible<()> {
        let orchestrations = self.orchestrator.orchestrations();
        let ended = endure(async || orchestrations.wait(&self.caller, run).await).await??;
        say(&Acknowledgement::Ended(run, ended.status()))
    }

    pub(crate) async fn see_ends(&self, runs: Vec<RunId>) -> Fallible<()> {
        runs.into_iter()
            .map(|run| self.see_end(run))
            .collect::<FuturesUnordered<_>>()
            .try_collect()
            .await
    }

    /// Of the newest runs, those that have not ended.
    pub(crate) async fn open_runs(&self, n_newest: u64) -> Fallible<Vec<RunId>> {
        let (mut open, mut offset) = (Vec::new(), 0);
        while offset < n_newest {
            let page = PageRequest::new(PageRequest::MAX_LIMIT, offset);
            let page = self
                .orchestrator
                .orchestrations()
                .list(&self.caller, page)
                .await?;
            if page.items.is_empty() {
                break;
            }
            offset += page.items.len() as u64;
            open.extend(
                page.items
                    .iter()
                    .filter(|run| !run.status.is_ended())
                    .map(|run| run.id),
            );
        }
        Ok(open)
    }

    /// Gives back, as if so much time had passed, what holds keep whose run never came to be or has ended. Those of runs
    /// that live stay.
    pub(crate) async fn sweep(&self, ledger: Arc<dyn LedgerStore>, ahead: Duration) -> Fallible<()> {
        let later = ManualClock::at(SystemClock.now() + ahead);
        let billing = Billing::new(ledger, Arc::new(later), fee()?);
        while billing.sweep(self.orchestrator.orchestrations(), 256).await? > 0 {}
        Ok(())
    }
}

/// Asks again for as long as the store is away.
async fn endure<T>(
    ask: impl AsyncFn() -> Result<T, OrchestrationError>,
) -> Fallible<Result<T, OrchestrationError>> {
    loop {
        match ask().await {
            Err(error) if is_away(&error) => refused().await?,
            answer => return Ok(answer),
        }
    }
}

fn is_away(error: &OrchestrationError) -> bool {
    matches!(error.kind(), ErrorKind::Unavailable { .. })
}

/// Says that something was refused, and lets a moment pass.
async fn refused() -> Fallible<()> {
    say(&Acknowledgement::Refused)?;
    SystemClock.sleep(Duration::from_millis(50)).await;
    Ok(())
}

/// Says a line at once, by one call of the operating system.
fn say(acknowledgement: &Acknowledgement) -> Fallible<()> {
    let mut output = io::stdout().lock();
    output.write_all(format!("{acknowledgement}\n").as_bytes())?;
    Ok(output.flush()?)
}
