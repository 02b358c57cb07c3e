//! What this process knows of runs at this moment: that they moved on, and what their agents say.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock, PoisonError, Weak},
};

use orch_a2a::Progress;
use orch_core::{AccountId, Caller, RunId};
use tokio::sync::{broadcast, watch};

use crate::{Orchestration, StepId};

/// How many reports of progress a slow watcher may lag behind before it misses some.
const REPORTS: usize = 256;

/// What an agent says while it works on a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepProgress {
    /// The step.
    pub step: StepId,
    /// What it says.
    pub progress: Progress,
}

/// A run that someone here drives or watches.
#[derive(Debug)]
pub(super) struct Live {
    /// Whose run it is, once that is known here.
    owner: OnceLock<AccountId>,
    reached: watch::Sender<Reached>,
    progress: broadcast::Sender<StepProgress>,
}

/// How far a run has come, as far as this process knows.
#[derive(Debug, Default)]
struct Reached {
    seq: u64,
    /// Whether there will be no more events, as another process says.
    is_over: bool,
    /// The run, once it has ended here.
    ended: Option<Arc<Orchestration>>,
}

impl Live {
    /// Says that the run has at least so many events.
    pub(super) fn moved(&self, seq: u64) {
        self.reached.send_if_modified(|known| {
            let is_news = seq > known.seq;
            known.seq = seq.max(known.seq);
            is_news
        });
    }

    /// Says that the run has ended, for whoever waits for that.
    pub(super) fn ended(&self, run: Orchestration) {
        self.reached.send_modify(|known| {
            known.seq = run.seq();
            known.ended = Some(Arc::new(run));
        });
    }

    /// Says that the run has ended in another process.
    fn over(&self) {
        self.reached.send_modify(|known| known.is_over = true);
    }

    /// Returns once the run has more events than `known`, as far as this process hears of it.
    pub(super) async fn moved_beyond(&self, known: u64) {
        // We hold the sender ourselves, so waiting cannot fail.
        let _ = self
            .reached
            .subscribe()
            .wait_for(|reached| reached.seq > known)
            .await;
    }

    /// Returns once the run has ended, as far as this process hears of it, with the run if it ended here. What another
    /// process says is `believed` or not.
    pub(super) async fn end(&self, believed: bool) -> Option<Arc<Orchestration>> {
        let mut reached = self.reached.subscribe();
        let is_end = |reached: &Reached| reached.ended.is_some() || (believed && reached.is_over);
        reached.wait_for(is_end).await.ok()?.ended.clone()
    }

    /// Tells whoever watches; without watchers it goes nowhere.
    pub(super) fn report(&self, progress: StepProgress) {
        let _ = self.progress.send(progress);
    }

    pub(super) fn progress(&self) -> broadcast::Receiver<StepProgress> {
        self.progress.subscribe()
    }
}

/// The runs that someone here drives or watches.
#[derive(Debug, Default)]
pub(super) struct Lives(Mutex<Entries>);

#[derive(Debug, Default)]
struct Entries {
    runs: HashMap<RunId, Weak<Live>>,
    /// At how many entries those that nobody holds are cleared away next.
    clear_at: usize,
}

impl Lives {
    /// The live side of a run.
    pub(super) fn of(&self, run: RunId) -> Arc<Live> {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(live) = entries.runs.get(&run).and_then(Weak::upgrade) {
            return live;
        }
        if entries.runs.len() >= entries.clear_at {
            entries.runs.retain(|_, live| live.strong_count() > 0);
            entries.clear_at = (entries.runs.len() * 2).max(64);
        }
        let live = Arc::new(Live {
            owner: OnceLock::new(),
            reached: watch::Sender::default(),
            progress: broadcast::Sender::new(REPORTS),
        });
        entries.runs.insert(run, Arc::downgrade(&live));
        live
    }

    /// The live side of a run of that account.
    pub(super) fn of_own(&self, run: RunId, account: &AccountId) -> Arc<Live> {
        let live = self.of(run);
        live.owner.get_or_init(|| account.clone());
        live
    }

    /// The live side of a run that is the caller's, as far as this is known here.
    pub(super) fn known_to(&self, caller: &Caller, run: RunId) -> Option<Arc<Live>> {
        let live = self.known(run)?;
        live.owner
            .get()
            .is_some_and(|owner| caller.owns(owner))
            .then_some(live)
    }

    /// Tells whoever drives or watches the run here that it moved on.
    pub(super) fn moved(&self, run: RunId, seq: u64) {
        if let Some(live) = self.known(run) {
            live.moved(seq);
        }
    }

    /// Tells whoever waits for the run here that it has ended elsewhere.
    pub(super) fn over(&self, run: RunId) {
        if let Some(live) = self.known(run) {
            live.over();
        }
    }

    fn known(&self, run: RunId) -> Option<Arc<Live>> {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.runs.get(&run).and_then(Weak::upgrade)
    }
}
