//! Every law can fail: each has a store that is broken in one way, and breaks it.

use std::{sync::Mutex, time::Duration};

use async_trait::async_trait;
use futures_util::FutureExt;
use orch_core::{AccountId, Page, PageRequest, RunId, StoreError, Timestamp, event::Event};

use super::{
    Append, InMemoryOrchestrations, Insertion, OrchestrationStore, RunName, RunRecord, WorkerId, WorkerStore,
    conformance,
};

/// What is wrong with a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Defect {
    ForgetsEpochs,
    AddsAnything,
    IgnoresKeys,
    IgnoresHandles,
    IgnoresKinds,
    ListsOldestFirst,
    SkipsEvents,
    AppendsAnywhere,
    LeavesParts,
    IgnoresLeases,
    WantsLeases,
    KeepsWorkers,
    ClaimsWithoutEpoch,
    ClaimsNewestFirst,
    StealsFromTheLiving,
    IgnoresLifetimes,
    IgnoresEnds,
    ServesTheDead,
    IgnoresHeartbeats,
    IgnoresSoleness,
    ClaimsTwice,
    ForgetsTheLost,
    TakesWhatIsDriven,
    ReclaimsForTheDead,
    ReclaimsWithoutEpoch,
    PrunesNothing,
    PrunesTooMuch,
    PrunesTooEarly,
    RemembersKeys,
}

#[derive(Debug)]
struct Broken {
    store: InMemoryOrchestrations,
    defect: Defect,
    workers: Mutex<Vec<WorkerId>>,
    claimed: Mutex<Vec<RunRecord>>,
}

impl Broken {
    fn new(defect: Defect) -> Self {
        let store = InMemoryOrchestrations::default();
        Self {
            store,
            defect,
            workers: Mutex::default(),
            claimed: Mutex::default(),
        }
    }

    fn is(&self, defect: Defect) -> bool {
        self.defect == defect
    }
}

const LONG: Duration = Duration::from_secs(3600);

#[async_trait]
impl OrchestrationStore for Broken {
    async fn insert(&self, run: &RunRecord, events: &[Event]) -> Result<Insertion, StoreError> {
        let mut run = run.clone();
        if self.is(Defect::IgnoresKeys) {
            run.key = None;
        }
        if self.is(Defect::IgnoresHandles) {
            run.handle = None;
        }
        let inserted = self.store.insert(&run, events).await?;
        Ok(if self.is(Defect::AddsAnything) {
            Insertion::New
        } else {
            inserted
        })
    }

    async fn find(&self, id: RunId) -> Result<Option<RunRecord>, StoreError> {
        let mut found = self.store.find(id).await?;
        if let Some(run) = &mut found {
            if self.is(Defect::ForgetsEpochs) {
                run.epoch = 0;
            }
            if self.is(Defect::KeepsWorkers) && !run.status.is_ready() {
                run.worker = Some(WorkerId::from_uuid(id.uuid()));
            }
        }
        Ok(found)
    }

    async fn find_by(&self, account: &AccountId, name: &RunName) -> Result<Option<RunRecord>, StoreError> {
        let found = self.store.find_by(account, name).await?;
        if self.is(Defect::RemembersKeys) && found.is_none() {
            return self
                .store
                .list(account, None, PageRequest::default())
                .await
                .map(|page| page.items.first().cloned());
        }
        Ok(found)
    }

    async fn list(
        &self,
        account: &AccountId,
        kind: Option<&str>,
        page: PageRequest,
    ) -> Result<Page<RunRecord>, StoreError> {
        let mut page = self
            .store
            .list(account, kind.filter(|_| !self.is(Defect::IgnoresKinds)), page)
            .await?;
        if self.is(Defect::ListsOldestFirst) {
            page.items.reverse();
        }
        Ok(page)
    }

    async fn events(&self, id: RunId, from_seq: u64, limit: u32) -> Result<Vec<Event>, StoreError> {
        let skipped = u64::from(self.is(Defect::SkipsEvents) && from_seq > 1);
        self.store.events(id, from_seq + skipped, limit).await
    }

    async fn append(&self, append: &Append) -> Result<bool, StoreError> {
        let mut append = append.clone();
        if self.is(Defect::IgnoresLeases) {
            append.lease = None;
        }
        let run = self.store.find(append.run).await?;
        if let Some(run) = run.filter(|_| self.is(Defect::AppendsAnywhere)) {
            append.expected_seq = run.seq;
            for (seq, event) in (run.seq + 1..).zip(&mut append.events) {
                event.seq = seq;
            }
        } else if self.is(Defect::WantsLeases) && append.lease.is_none() {
            return Ok(false);
        }
        let appended = self.store.append(&append).await?;
        if !appended && self.is(Defect::LeavesParts) {
            append.lease = None;
            append.events.truncate(1);
            self.store.append(&append).await?;
        }
        Ok(appended)
    }

    async fn claim(&self, worker: WorkerId, limit: u32) -> Result<Vec<RunRecord>, StoreError> {
        let others = self.workers.lock().unwrap().clone();
        match self.defect {
            Defect::StealsFromTheLiving => {
                for other in others.into_iter().filter(|other| *other != worker) {
                    self.store.end_worker(other).await?;
                }
                self.store.begin_worker(worker, LONG, false).await?;
            }
            Defect::ServesTheDead => self.store.begin_worker(worker, LONG, false).await?,
            _ => {}
        }
        let limit = if self.is(Defect::ClaimsNewestFirst) {
            1000
        } else {
            limit
        };
        let mut claimed = self.store.claim(worker, limit).await?;
        match self.defect {
            Defect::ClaimsWithoutEpoch => claimed.iter_mut().for_each(|run| run.epoch -= 1),
            Defect::ClaimsNewestFirst => claimed.reverse(),
            Defect::ClaimsTwice => {
                let mut before = self.claimed.lock().unwrap();
                let again = before.first().map(|run| RunRecord {
                    worker: Some(worker),
                    ..run.clone()
                });
                before.extend(claimed.iter().cloned());
                claimed.extend(again);
            }
            _ => {}
        }
        Ok(claimed)
    }
}

#[async_trait]
impl WorkerStore for Broken {
    async fn begin_worker(&self, worker: WorkerId, ttl: Duration, sole: bool) -> Result<(), StoreError> {
        self.workers.lock().unwrap().push(worker);
        let ttl = if self.is(Defect::IgnoresLifetimes) {
            LONG
        } else {
            ttl
        };
        self.store
            .begin_worker(worker, ttl, sole && !self.is(Defect::IgnoresSoleness))
            .await
    }

    async fn heartbeat(&self, worker: WorkerId, ttl: Duration) -> Result<bool, StoreError> {
        if self.is(Defect::IgnoresHeartbeats) {
            return Ok(true);
        }
        self.store.heartbeat(worker, ttl).await
    }

    async fn end_worker(&self, worker: WorkerId) -> Result<(), StoreError> {
        if self.is(Defect::IgnoresEnds) {
            return Ok(());
        }
        self.store.end_worker(worker).await
    }

    async fn reclaim(
        &self,
        worker: WorkerId,
        driven: &[RunId],
        limit: u32,
    ) -> Result<Vec<RunRecord>, StoreError> {
        let driven = match self.defect {
            Defect::ForgetsTheLost => return Ok(Vec::new()),
            Defect::TakesWhatIsDriven => &[],
            Defect::ReclaimsForTheDead => {
                self.store.begin_worker(worker, LONG, false).await?;
                driven
            }
            _ => driven,
        };
        let mut lost = self.store.reclaim(worker, driven, limit).await?;
        if self.is(Defect::ReclaimsWithoutEpoch) {
            lost.iter_mut().for_each(|run| run.epoch -= 1);
        }
        Ok(lost)
    }

    async fn prune(&self, ended_before: Timestamp, limit: u32) -> Result<u32, StoreError> {
        match self.defect {
            Defect::PrunesNothing => Ok(0),
            Defect::PrunesTooMuch => self.store.prune(ended_before, 1000).await,
            Defect::PrunesTooEarly => self.store.prune(ended_before + LONG, limit).await,
            _ => self.store.prune(ended_before, limit).await,
        }
    }
}

/// For each law and each defect that breaks it, a test that it does.
macro_rules! broken_by {
    ($($law:ident: $($defect:ident)|+,)+) => {$(
        #[tokio::test]
        async fn $law() {
            for defect in [$(Defect::$defect),+] {
                let store = Broken::new(defect);
                let law = std::panic::AssertUnwindSafe(conformance::$law(&store));
                assert!(law.catch_unwind().await.is_err(), "{defect:?} passes");
            }
        }
    )+};
}

broken_by! {
    a_run_reads_back: ForgetsEpochs,
    a_run_is_added_once: AddsAnything,
    a_key_names_one_run_of_an_account: IgnoresKeys,
    a_handle_names_one_run: IgnoresHandles,
    runs_are_listed_by_kind: IgnoresKinds,
    of_racing_starts_one_wins: IgnoresKeys | AddsAnything,
    runs_are_listed_newest_first: ListsOldestFirst,
    events_are_read_from_any_place: SkipsEvents,
    an_append_follows_the_last_event: AppendsAnywhere,
    an_append_is_whole_or_not_at_all: LeavesParts | IgnoresLeases,
    of_racing_appends_one_wins: AppendsAnywhere,
    a_lease_of_the_past_is_refused: IgnoresLeases,
    without_a_lease_anyone_may_append: WantsLeases,
    what_is_not_ready_has_no_worker: KeepsWorkers | IgnoresLeases,
    only_ready_runs_are_claimed: ClaimsWithoutEpoch,
    the_oldest_runs_are_claimed_first: ClaimsNewestFirst,
    a_live_workers_runs_are_left_alone: StealsFromTheLiving,
    a_lapsed_workers_runs_are_taken: IgnoresLifetimes,
    an_ended_workers_runs_are_taken: IgnoresEnds,
    a_worker_that_is_not_alive_gets_nothing: ServesTheDead,
    a_heartbeat_revives: IgnoresHeartbeats,
    a_sole_worker_ends_all_others: IgnoresSoleness,
    of_racing_workers_each_run_has_one: ClaimsTwice,
    what_a_worker_does_not_drive_it_gets_again:
        ForgetsTheLost | TakesWhatIsDriven | ReclaimsForTheDead | ReclaimsWithoutEpoch,
    only_what_ended_before_is_pruned: PrunesNothing | PrunesTooMuch | PrunesTooEarly,
    what_is_pruned_leaves_nothing: PrunesNothing | RemembersKeys,
}
