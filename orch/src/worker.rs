//! The background work of an orchestrator: what it spawns, and how that ends.

use std::{error::Error, sync::Arc, time::Duration};

use futures_util::future::{BoxFuture, OptionFuture};
use orch_a2a::Health;
use orch_core::{Cause, Timestamp, audit::Audit};
use orch_planner::{
    OrchestrationError,
    orchestrations::{Claim, Orchestrations, Worker},
};
use tokio::{
    sync::watch,
    task::{JoinError, JoinSet},
};

use crate::{decided, orchestrator::Parts, retention};

/// Why a worker ends before it is told to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkerError {
    /// Another worker works on the stores, and they allow but one.
    #[error("the stores cannot be served here")]
    NotServed(#[source] Cause),
}

/// Until when running work may go on, once it shall end.
pub(crate) type Stopping = watch::Receiver<Option<Timestamp>>;

/// Works until it is told to stop. All that it spawns is on sets that end with it.
pub(crate) async fn work(parts: Parts, mut stopping: Stopping) -> Result<(), WorkerError> {
    let _leave = parts.sharing.serve().map_err(WorkerError::NotServed)?;
    let health = Health::new(parts.invoker.clone(), parts.options.health);
    let mut chores = JoinSet::new();
    chores.spawn(sweep(parts.clone()));
    chores.spawn(retention::prune(parts.clone()));
    chores.spawn(decided::tell_runs(parts.clone()));
    chores.spawn(seal(parts.clone()));
    chores.spawn(take_agents_to_hand(parts.clone()));
    chores.spawn(look_at_files(parts.clone()));
    chores.spawn(look_after_agents(parts.clone(), health.clone()));
    while stopping.borrow().is_none() {
        let Some(worker) = begin(&parts, &mut stopping).await else {
            break;
        };
        serve(&parts, Arc::new(worker), &mut stopping).await;
    }
    chores.shutdown().await;
    if let Err(error) = health.flush().await {
        warn(&error, "how the last calls went is forgotten");
    }
    Ok(())
}

/// Begins a worker, however long the store stays away; `None` when told to stop meanwhile.
async fn begin(parts: &Parts, stopping: &mut Stopping) -> Option<Worker> {
    loop {
        match parts.orchestrations.begin_worker().await {
            Ok(worker) => return Some(worker),
            Err(error) => warn(&error, "the worker cannot begin"),
        }
        tokio::select! {
            () = told_to_stop(stopping) => return None,
            () = parts.clock.sleep(parts.options.retry_interval) => {}
        }
    }
}

/// Drives runs as one worker, until it is told to stop or declared dead.
async fn serve(parts: &Parts, worker: Arc<Worker>, stopping: &mut Stopping) {
    let _working = parts.working.begin();
    let mut drives = JoinSet::new();
    let mut heart = JoinSet::new();
    heart.spawn(beat(parts.clone(), worker.clone()));
    // Asked until it answers: what a question that is given up was granted, nobody would drive.
    let mut claiming: Option<BoxFuture<'_, Vec<Claim>>> = None;
    loop {
        let room = parts
            .options
            .runs
            .max(1)
            .saturating_sub(u32::try_from(drives.len()).unwrap_or(u32::MAX));
        if claiming.is_none() && room > 0 {
            claiming = Some(Box::pin(claim(parts, worker.clone(), room)));
        }
        tokio::select! {
            biased;
            () = told_to_stop(stopping) => break,
            Some(_declared_dead) = heart.join_next() => {
                // Others may have our runs by now. Whatever is still written is refused by its epoch.
                return;
            }
            Some(driven) = drives.join_next() => report(driven),
            Some(claims) = OptionFuture::from(claiming.as_mut()) => {
                claiming = None;
                for claim in claims {
                    drives.spawn(drive(parts.orchestrations.clone(), worker.clone(), claim));
                }
            }
        }
    }
    // What it is granted from now on is free again as soon as the worker ends.
    drop(claiming);
    tokio::select! {
        biased;
        () = async { while let Some(driven) = drives.join_next().await { report(driven) } } => {}
        () = overdue(parts, stopping) => drives.shutdown().await,
    }
    heart.shutdown().await;
    // All who shared the worker have ended.
    if let Some(worker) = Arc::into_inner(worker)
        && let Err(error) = worker.end().await
    {
        warn(&error, "the worker is left to lapse");
    }
}

async fn told_to_stop(stopping: &mut Stopping) {
    // An orchestrator that is gone can give no more orders, and its worker holds it.
    let _ = stopping.wait_for(Option::is_some).await;
}

/// Returns at the deadline of the shutdown, which may be moved closer meanwhile.
async fn overdue(parts: &Parts, stopping: &mut Stopping) {
    loop {
        let until = stopping.borrow_and_update().unwrap_or_else(|| parts.clock.now());
        tokio::select! {
            () = parts.clock.sleep_until(until) => return,
            Ok(()) = stopping.changed() => {}
        }
    }
}

/// Waits for runs to drive; for none, while the store is away.
async fn claim(parts: &Parts, worker: Arc<Worker>, room: u32) -> Vec<Claim> {
    match worker.next(room).await {
        Ok(claims) => claims,
        Err(error) => {
            warn(&error, "no runs can be claimed");
            parts.clock.sleep(parts.options.retry_interval).await;
            Vec::new()
        }
    }
}

async fn drive(service: Orchestrations, worker: Arc<Worker>, claim: Claim) -> Result<(), OrchestrationError> {
    service.drive(&worker, claim).await.map(drop)
}

/// Keeps the worker alive; returns when it is declared dead.
async fn beat(parts: Parts, worker: Arc<Worker>) {
    loop {
        parts.clock.sleep(worker.heartbeat_interval()).await;
        match worker.heartbeat().await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => warn(&error, "a heartbeat was missed"),
        }
    }
}

/// Gives back what expired holds still keep, and pays what is still owed.
async fn sweep(parts: Parts) {
    let keepers = (parts.orchestrations.clone(), parts.transactions.clone());
    loop {
        match parts
            .billing
            .sweep(&keepers, parts.options.sweep_batch.max(1))
            .await
        {
            // There may be more where a whole batch came from.
            Ok(n_expired) if n_expired >= parts.options.sweep_batch.max(1) => continue,
            Ok(_) => {}
            Err(error) => warn(&error, "expired holds cannot be swept"),
        }
        parts.clock.sleep(parts.options.sweep_interval).await;
    }
}

/// How long after an event it is sealed at most, where all goes well.
const SEAL_INTERVAL: Duration = Duration::from_secs(1);

/// Seals what was done, unless another process does.
async fn seal(parts: Parts) {
    loop {
        match parts.audit.seal().await {
            // There may be more where a whole batch came from.
            Ok(n_sealed) if n_sealed >= Audit::BATCH => continue,
            Ok(_) => {}
            Err(error) => warn(&error, "what was done cannot be sealed"),
        }
        parts.clock.sleep(SEAL_INTERVAL).await;
    }
}

/// Reads the catalog before anybody searches it.
async fn take_agents_to_hand(parts: Parts) {
    loop {
        match parts.catalog.load().await {
            Ok(true) => return,
            Ok(false) => {
                tracing::warn!("the catalog is more than may be at hand: the store is searched");
                return;
            }
            Err(error) => warn(&error, "the catalog cannot be read"),
        }
        parts.clock.sleep(parts.options.retry_interval).await;
    }
}

/// How long after a file of the registry has changed it counts at most.
const FILE_INTERVAL: Duration = Duration::from_secs(1);

/// Takes what the files of the registry say, whenever they change.
async fn look_at_files(parts: Parts) {
    let Some(registry) = &parts.registry else {
        return;
    };
    loop {
        parts.clock.sleep(FILE_INTERVAL).await;
        registry.reload().await;
    }
}

/// Asks agents whether they answer, and writes down how their calls go.
async fn look_after_agents(parts: Parts, health: Health) {
    let options = parts.options;
    loop {
        match health.run_due().await {
            // There may be more where a whole batch came from.
            Ok(n_asked) if n_asked >= options.health.batch.max(1) => continue,
            Ok(_) => {}
            Err(error) => warn(&error, "the agents cannot be looked after"),
        }
        parts.clock.sleep(options.health_interval).await;
    }
}

fn report(driven: Result<Result<(), OrchestrationError>, JoinError>) {
    match driven {
        Ok(Ok(())) => {}
        Ok(Err(error)) => warn(&error, "a run is put off"),
        Err(error) if error.is_cancelled() => {}
        Err(error) => tracing::error!(
            error = &error as &dyn std::error::Error,
            "driving a run panicked; it is put off"
        ),
    }
}

fn warn(error: &(dyn Error + 'static), what: &'static str) {
    tracing::warn!(error, "{what}");
}
