use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use orch_billing::Settled;
use orch_core::{
    AccountId, Clock, Page, PageRequest, RunId, StoreError, SystemClock, Timestamp,
    event::{Event, EventLog, InMemoryEventLog},
};

use super::{Append, Insertion, OrchestrationStore, RunName, RunRecord, WorkerId, WorkerStore};

/// Keeps runs while the process lives: the reference for every other store.
#[derive(Debug)]
pub struct InMemoryOrchestrations {
    clock: Arc<dyn Clock>,
    log: Arc<InMemoryEventLog>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    runs: BTreeMap<RunId, RunRecord>,
    keys: HashMap<(AccountId, String), RunId>,
    handles: HashMap<String, RunId>,
    /// Until when each worker lives.
    workers: HashMap<WorkerId, Timestamp>,
}

impl InMemoryOrchestrations {
    /// An empty store that writes its events into `log` and tells by `clock` which workers live.
    pub fn new(log: Arc<InMemoryEventLog>, clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            log,
            state: Mutex::default(),
        }
    }

    /// Adds a run and its events, provided that `consent` has them written and says yes.
    pub(crate) fn insert_if(
        &self,
        run: &RunRecord,
        events: &[Event],
        consent: impl FnOnce(&mut dyn FnMut() -> bool) -> Settled<bool>,
    ) -> Result<Settled<Insertion>, StoreError> {
        let mut state = self.lock();
        if let Some(taken) = state.taken(run).and_then(|id| state.runs.get(&id)) {
            return Ok(Ok(Insertion::Taken(Box::new(taken.clone()))));
        }
        match consent(&mut || self.log.append_now(events)) {
            Ok(true) => {}
            Ok(false) => {
                return Err(StoreError::corrupt(
                    "runs",
                    run.id.to_string(),
                    "it has events, but is not there",
                ));
            }
            Err(refusal) => return Ok(Err(refusal)),
        }
        state.add(run);
        Ok(Ok(Insertion::New))
    }

    /// Moves a run on, provided that `consent` has its events written and says yes.
    pub(crate) fn append_if(
        &self,
        append: &Append,
        consent: impl FnOnce(&mut dyn FnMut() -> bool) -> Settled<bool>,
    ) -> Settled<bool> {
        let mut state = self.lock();
        let Some(run) = state.runs.get_mut(&append.run) else {
            return Ok(false);
        };
        let may = append.lease.is_none() || run.lease() == append.lease;
        if !may || run.seq != append.expected_seq || !consent(&mut || self.log.append_now(&append.events))? {
            return Ok(false);
        }
        run.seq = append.last_seq();
        run.status = append.status;
        run.ended_at = append.ended_at;
        run.worker = run.worker.filter(|_| append.status.is_ready());
        Ok(true)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// With a log of its own and the machine's clock.
impl Default for InMemoryOrchestrations {
    fn default() -> Self {
        Self::new(Arc::default(), Arc::new(SystemClock))
    }
}

impl State {
    fn is_alive(&self, worker: WorkerId, now: Timestamp) -> bool {
        self.workers.get(&worker).is_some_and(|&until| until > now)
    }

    /// Gives the runs to a worker, each under a new epoch.
    fn give(&mut self, worker: WorkerId, runs: &[RunId]) -> Vec<RunRecord> {
        let given = runs.iter().filter_map(|id| {
            let run = self.runs.get_mut(id)?;
            run.worker = Some(worker);
            run.epoch += 1;
            Some(run.clone())
        });
        given.collect()
    }

    fn add(&mut self, run: &RunRecord) {
        if let Some(key) = &run.key {
            self.keys.insert((run.account.clone(), key.key.clone()), run.id);
        }
        if let Some(handle) = &run.handle {
            self.handles.insert(handle.name.clone(), run.id);
        }
        self.runs.insert(run.id, run.clone());
    }

    fn remove(&mut self, id: RunId) {
        let Some(run) = self.runs.remove(&id) else {
            return;
        };
        if let Some(key) = run.key {
            self.keys.remove(&(run.account, key.key));
        }
        if let Some(handle) = run.handle {
            self.handles.remove(&handle.name);
        }
    }

    fn taken(&self, run: &RunRecord) -> Option<RunId> {
        if self.runs.contains_key(&run.id) {
            return Some(run.id);
        }
        let by_key = run.key.as_ref().and_then(|key| {
            let key = (run.account.clone(), key.key.clone());
            self.keys.get(&key)
        });
        let by_handle = || self.handles.get(&run.handle.as_ref()?.name);
        by_key.or_else(by_handle).copied()
    }
}

#[async_trait]
impl OrchestrationStore for InMemoryOrchestrations {
    async fn insert(&self, run: &RunRecord, events: &[Event]) -> Result<Insertion, StoreError> {
        let inserted = self.insert_if(run, events, |insert| Ok(insert()))?;
        inserted.map_err(|_unasked| StoreError::Broken("no money was asked for".into()))
    }

    async fn find(&self, id: RunId) -> Result<Option<RunRecord>, StoreError> {
        Ok(self.lock().runs.get(&id).cloned())
    }

    async fn find_by(&self, account: &AccountId, name: &RunName) -> Result<Option<RunRecord>, StoreError> {
        let state = self.lock();
        let id = match name {
            RunName::Key(key) => state.keys.get(&(account.clone(), key.clone())),
            RunName::Handle(name) => state.handles.get(name),
        };
        let run = id.and_then(|id| state.runs.get(id));
        Ok(run.filter(|run| run.account == *account).cloned())
    }

    async fn list(
        &self,
        account: &AccountId,
        kind: Option<&str>,
        page: PageRequest,
    ) -> Result<Page<RunRecord>, StoreError> {
        let state = self.lock();
        let is_of_kind = |run: &&RunRecord| {
            let own = run.handle.as_ref().map(|handle| handle.kind.as_str());
            kind.is_none() || own == kind
        };
        let own = || state.runs.values().rev().filter(|run| run.account == *account);
        let runs = || own().filter(is_of_kind);
        let skipped = runs().skip(usize::try_from(page.offset).unwrap_or(usize::MAX));
        Ok(Page {
            items: skipped.take(page.limit as usize).cloned().collect(),
            total: runs().count() as u64,
        })
    }

    async fn events(&self, id: RunId, from_seq: u64, limit: u32) -> Result<Vec<Event>, StoreError> {
        self.log.read(&id.to_string(), from_seq, limit).await
    }

    async fn append(&self, append: &Append) -> Result<bool, StoreError> {
        let appended = self.append_if(append, |add| Ok(add()));
        appended.map_err(|_unasked| StoreError::Broken("no money was asked for".into()))
    }

    async fn claim(&self, worker: WorkerId, limit: u32) -> Result<Vec<RunRecord>, StoreError> {
        let now = self.clock.now();
        let mut state = self.lock();
        if !state.is_alive(worker, now) {
            return Ok(Vec::new());
        }
        let is_free = |run: &&RunRecord| {
            run.status.is_ready() && !run.worker.is_some_and(|worker| state.is_alive(worker, now))
        };
        let free = state.runs.values().filter(is_free).take(limit as usize);
        let free: Vec<RunId> = free.map(|run| run.id).collect();
        Ok(state.give(worker, &free))
    }
}

#[async_trait]
impl WorkerStore for InMemoryOrchestrations {
    async fn begin_worker(&self, worker: WorkerId, ttl: Duration, sole: bool) -> Result<(), StoreError> {
        let until = self.clock.now() + ttl;
        let mut state = self.lock();
        if sole {
            state.workers.clear();
        }
        state.workers.insert(worker, until);
        Ok(())
    }

    async fn heartbeat(&self, worker: WorkerId, ttl: Duration) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let mut state = self.lock();
        let until = state.workers.get_mut(&worker);
        Ok(until.map(|until| *until = now + ttl).is_some())
    }

    async fn end_worker(&self, worker: WorkerId) -> Result<(), StoreError> {
        self.lock().workers.remove(&worker);
        Ok(())
    }

    async fn reclaim(
        &self,
        worker: WorkerId,
        driven: &[RunId],
        limit: u32,
    ) -> Result<Vec<RunRecord>, StoreError> {
        let now = self.clock.now();
        let mut state = self.lock();
        if !state.is_alive(worker, now) {
            return Ok(Vec::new());
        }
        let is_lost = |run: &&RunRecord| {
            run.status.is_ready() && run.worker == Some(worker) && !driven.contains(&run.id)
        };
        let lost = state.runs.values().filter(is_lost).take(limit as usize);
        let lost: Vec<RunId> = lost.map(|run| run.id).collect();
        Ok(state.give(worker, &lost))
    }

    async fn prune(&self, ended_before: Timestamp, limit: u32) -> Result<u32, StoreError> {
        let mut state = self.lock();
        let ended = state.runs.values().filter(|run| run.status.is_ended());
        let ended = ended.filter_map(|run| Some((run.ended_at?, run.id)));
        let mut due: Vec<(Timestamp, RunId)> = ended.filter(|(at, _)| *at < ended_before).collect();
        due.sort_unstable();
        due.truncate(limit as usize);
        for (_, id) in &due {
            state.remove(*id);
            self.log.forget(&id.to_string());
        }
        Ok(u32::try_from(due.len()).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    crate::orchestration_store_tests!(crate::store::InMemoryOrchestrations::default());
}
