use std::{error::Error, sync::Arc, time::Duration};

use futures_util::future::select;
use orch_billing::Hold;
use orch_core::{RunId, StoreError};

use super::{Orchestrations, hands::InHand, live::Live};
use crate::{
    Orchestration, OrchestrationError,
    store::{RunRecord, WorkerId},
};

/// When a run is tried again that failed for no passing reason.
const LATER: Duration = Duration::from_secs(60);

/// The right to drive a run, until it ends or another worker is given the run.
#[derive(Debug)]
pub struct Claim {
    pub(super) in_hand: InHand,
    /// The run itself, when it was just started here.
    pub(super) fresh: Option<Box<Fresh>>,
}

/// A run that was just started here.
#[derive(Debug)]
pub(super) struct Fresh {
    pub(super) run: Orchestration,
    /// What was set aside for the calls that were begun with it.
    pub(super) held: Vec<Hold>,
    /// Its live side, which is there for those who wait for it before it is driven.
    pub(super) live: Arc<Live>,
}

impl Claim {
    pub(super) fn new(in_hand: InHand, fresh: Option<Fresh>) -> Self {
        let fresh = fresh.map(Box::new);
        Self { in_hand, fresh }
    }

    /// The run.
    pub fn run(&self) -> RunId {
        self.in_hand.run()
    }
}

/// One who drives runs. It lives as long as its host lets its heart beat.
///
/// The host takes claims from [`next`](Self::next), drives each with [`Orchestrations::drive`], and calls
/// [`heartbeat`](Self::heartbeat) meanwhile. Once a worker has ended or is dropped without an end, other workers take
/// its runs over, in the latter case after a while.
#[derive(Debug)]
pub struct Worker {
    id: WorkerId,
    service: Orchestrations,
}

impl Orchestrations {
    /// Begins to work on runs.
    pub async fn begin_worker(&self) -> Result<Worker, OrchestrationError> {
        let shared = &self.0;
        let id = WorkerId::generate(shared.clock.now(), &*shared.entropy);
        let options = &shared.options;
        shared
            .store
            .begin_worker(id, options.worker_ttl, options.sole_worker)
            .await?;
        shared.desk.seat(id, shared.clock.now() + options.worker_ttl);
        let service = self.clone();
        Ok(Worker { id, service })
    }
}

impl Worker {
    /// Its id.
    pub fn id(&self) -> WorkerId {
        self.id
    }

    /// Runs to drive, at most `limit`: those in the store that nobody works on, those that it was granted by an answer
    /// that got lost, those just started here, and those put off.
    pub async fn claim(&self, limit: u32) -> Result<Vec<Claim>, OrchestrationError> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let shared = &self.service.0;
        let take = |room| shared.desk.take(self.id, shared.clock.now(), room);
        if shared.desk.was_passed_over() {
            let own = take(limit as usize);
            if !own.is_empty() {
                return Ok(own);
            }
        }
        // What starts here all the time must not keep it from what others left behind.
        let stored = self.claim_stored(limit).await;
        let room = (limit as usize).saturating_sub(stored.as_ref().map_or(0, Vec::len));
        if room == 0 {
            // Nor what others left behind from what starts here.
            shared.desk.pass_over();
        }
        let mut claims = take(room);
        match stored {
            Ok(stored) => claims.extend(stored),
            Err(error) if claims.is_empty() => return Err(error),
            // Those that lay here are ours already, so a failing store must not lose them.
            Err(error) => tracing::debug!(error = &error as &dyn Error, "no runs can be claimed"),
        }
        Ok(claims)
    }

    /// Runs to drive that the store grants, at most `limit`.
    async fn claim_stored(&self, limit: u32) -> Result<Vec<Claim>, OrchestrationError> {
        let shared = &self.service.0;
        let now = shared.clock.now();
        if shared.desk.doubts(self.id, now, shared.options.worker_ttl) {
            let driven = shared.desk.hands.of(self.id);
            let lost = self.ask(shared.store.reclaim(self.id, &driven, limit)).await?;
            if !lost.is_empty() {
                tracing::warn!(
                    n_runs = lost.len(),
                    "runs were granted by an answer that got lost"
                );
                return Ok(lost);
            }
        }
        let claims = self.ask(shared.store.claim(self.id, limit)).await?;
        if claims.is_empty() {
            shared.desk.found_none(now);
        }
        Ok(claims)
    }

    /// Asks the store for runs. What it grants and we do not hear of is asked for again.
    async fn ask(
        &self,
        granted: impl Future<Output = Result<Vec<RunRecord>, StoreError>>,
    ) -> Result<Vec<Claim>, OrchestrationError> {
        let desk = &self.service.0.desk;
        let question = desk.ask();
        let granted = granted.await?;
        let claims = granted.into_iter().filter_map(|record| {
            let in_hand = desk.hands.take(record.id, record.lease()?);
            Some(Claim::new(in_hand, None))
        });
        let claims = claims.collect();
        question.answered();
        Ok(claims)
    }

    /// The same, but waits until there is one. The store is asked where it may have some, and now and then.
    pub async fn next(&self, limit: u32) -> Result<Vec<Claim>, OrchestrationError> {
        let shared = &self.service.0;
        let interval = shared.options.poll_interval;
        loop {
            // Who rings from now on is heard.
            let bell = shared.desk.bell.notified();
            let now = shared.clock.now();
            let claims = match shared.desk.asks_store(now, interval) {
                true => self.claim(limit).await?,
                false => shared.desk.take(self.id, now, limit as usize),
            };
            if !claims.is_empty() || limit == 0 {
                return Ok(claims);
            }
            let _awaiting = shared.desk.attend(limit as usize);
            let pause = shared.clock.sleep(interval);
            select(Box::pin(bell), pause).await;
        }
    }

    /// Lets the worker live on. `false` when it is not known any more: then it must stop.
    pub async fn heartbeat(&self) -> Result<bool, OrchestrationError> {
        let shared = &self.service.0;
        Ok(shared.store.heartbeat(self.id, shared.options.worker_ttl).await?)
    }

    /// How often its heart must beat.
    pub fn heartbeat_interval(&self) -> Duration {
        self.service.0.options.worker_ttl / 3
    }

    /// Ends it: other workers can take its runs at once.
    pub async fn end(self) -> Result<(), OrchestrationError> {
        self.service.0.desk.leave(self.id);
        Ok(self.service.0.store.end_worker(self.id).await?)
    }

    /// Tries a run again after a while.
    pub(super) fn put_off(&self, in_hand: InHand, is_soon: bool) {
        let shared = &self.service.0;
        let delay = if is_soon {
            shared.options.poll_interval
        } else {
            LATER
        };
        shared.desk.put_off(shared.clock.now() + delay, in_hand);
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.service.0.desk.leave(self.id);
    }
}
