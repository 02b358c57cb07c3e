use orch_core::{AccountId, Amount, RunId, Timestamp, event::Event};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::orchestration::RunStatus;

orch_core::id_type! {
    /// A process, or a part of one, that works on runs.
    WorkerId, "worker_"
}

/// A run as stores keep it beside its events: what is needed to find it and to settle races, and no more.
#[derive(Clone, Debug, PartialEq)]
pub struct RunRecord {
    /// Its id.
    pub id: RunId,
    /// Who owns it and pays for it.
    pub account: AccountId,
    /// Where it stands.
    pub status: RunStatus,
    /// The sequence number of its last event.
    pub seq: u64,
    /// Who works on it.
    pub worker: Option<WorkerId>,
    /// How often it was given to a worker.
    pub epoch: u64,
    /// What makes starting it twice the same as once.
    pub key: Option<RunKey>,
    /// How the surface that started it names it.
    pub handle: Option<RunHandle>,
    /// What lists show.
    pub summary: RunSummary,
    /// When it was planned.
    pub created_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

impl RunRecord {
    /// The lease of its worker.
    pub fn lease(&self) -> Option<Lease> {
        let epoch = self.epoch;
        self.worker.map(|worker| Lease { worker, epoch })
    }
}

/// What makes starting a run twice the same as once; unique within the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunKey {
    /// The caller's own words.
    pub key: String,
    /// Of what was asked for; the same key with another is a conflict.
    pub fingerprint: String,
}

/// How a surface names a run that it started, and what it must remember of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunHandle {
    /// The name that the surface gave out: 1 to 64 visible ASCII characters, unique among all runs.
    pub name: String,
    /// What kind of request it was, in the surface's words; lists can be of one kind.
    pub kind: String,
    /// What the surface must remember of the request, which is part of what makes two starts the same.
    pub notes: Value,
}

/// A name that a run has within its account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunName {
    /// The caller's own words, as [`RunKey::key`] has them.
    Key(String),
    /// The name that a surface gave out, as [`RunHandle::name`] has it.
    Handle(String),
}

/// What lists show of a run, apart from where it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunSummary {
    /// What it is for, cut to [`MAX_GOAL_CHARS`](Self::MAX_GOAL_CHARS) characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goal: Option<String>,
    /// How many steps its plan has.
    pub n_steps: usize,
    /// The most that it can cost.
    pub price: Amount,
}

impl RunSummary {
    /// The longest goal that is shown.
    pub const MAX_GOAL_CHARS: usize = 200;
}

/// A worker's right to a run, until the run is given to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Lease {
    /// Who.
    pub worker: WorkerId,
    /// The how manieth worker of the run that is.
    pub epoch: u64,
}

/// What happened next to a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Append {
    /// The run.
    pub run: RunId,
    /// The sequence number of its last event until now.
    pub expected_seq: u64,
    /// The right to it; `None` for what anyone may add, such as a wish to cancel.
    pub lease: Option<Lease>,
    /// What happened; the sequence numbers follow the expected one.
    pub events: Vec<Event>,
    /// Where the run stands after that.
    pub status: RunStatus,
    /// When it ended, if it did.
    pub ended_at: Option<Timestamp>,
}

impl Append {
    /// The sequence number of its last event.
    pub fn last_seq(&self) -> u64 {
        self.events.last().map_or(self.expected_seq, |event| event.seq)
    }
}

/// What became of an insertion.
#[derive(Clone, Debug, PartialEq)]
pub enum Insertion {
    /// The run is there now.
    New,
    /// This one was there before.
    Taken(Box<RunRecord>),
}
