//! The laws of an [`OrchestrationStore`], for every store that keeps runs.
#![expect(clippy::unwrap_used, reason = "a law fails by panicking")]

mod append;
mod prune;
mod run;
mod worker;

use orch_core::{AccountId, Amount, Currency, RunId, SeededEntropy, Timestamp, Uuid, event::Event};
use serde_json::json;

use super::{
    Append, Insertion, Lease, OrchestrationStore, RunHandle, RunKey, RunName, RunRecord, RunSummary, WorkerId,
};
use crate::orchestration::RunStatus;

pub use append::{
    a_lease_of_the_past_is_refused, an_append_follows_the_last_event, an_append_is_whole_or_not_at_all,
    of_racing_appends_one_wins, what_is_not_ready_has_no_worker, without_a_lease_anyone_may_append,
};
pub use prune::{only_what_ended_before_is_pruned, what_is_pruned_leaves_nothing};
pub use run::{
    a_handle_names_one_run, a_key_names_one_run_of_an_account, a_run_is_added_once, a_run_reads_back,
    events_are_read_from_any_place, of_racing_starts_one_wins, runs_are_listed_by_kind,
    runs_are_listed_newest_first,
};
pub use worker::{
    a_heartbeat_revives, a_lapsed_workers_runs_are_taken, a_live_workers_runs_are_left_alone,
    a_sole_worker_ends_all_others, a_worker_that_is_not_alive_gets_nothing, an_ended_workers_runs_are_taken,
    of_racing_workers_each_run_has_one, only_ready_runs_are_claimed, the_oldest_runs_are_claimed_first,
    what_a_worker_does_not_drive_it_gets_again,
};

/// Stamps one test for each law; the argument makes a fresh, empty store and may await. After `optional:` it makes an
/// option of one, and the laws are skipped where that is `None`.
#[macro_export]
macro_rules! orchestration_store_tests {
    (optional: $make:expr) => {
        $crate::orchestration_store_tests!(@all $make);
    };
    ($make:expr) => {
        $crate::orchestration_store_tests!(@all Some($make));
    };
    (@all $make:expr) => {
        $crate::orchestration_store_tests!(@each $make;
            a_run_reads_back,
            a_run_is_added_once,
            a_key_names_one_run_of_an_account,
            a_handle_names_one_run,
            runs_are_listed_by_kind,
            of_racing_starts_one_wins,
            runs_are_listed_newest_first,
            events_are_read_from_any_place,
            an_append_follows_the_last_event,
            an_append_is_whole_or_not_at_all,
            of_racing_appends_one_wins,
            a_lease_of_the_past_is_refused,
            without_a_lease_anyone_may_append,
            what_is_not_ready_has_no_worker,
            only_ready_runs_are_claimed,
            the_oldest_runs_are_claimed_first,
            a_live_workers_runs_are_left_alone,
            a_lapsed_workers_runs_are_taken,
            an_ended_workers_runs_are_taken,
            a_worker_that_is_not_alive_gets_nothing,
            a_heartbeat_revives,
            a_sole_worker_ends_all_others,
            of_racing_workers_each_run_has_one,
            what_a_worker_does_not_drive_it_gets_again,
            only_what_ended_before_is_pruned,
            what_is_pruned_leaves_nothing,
        );
    };
    (@each $make:expr; $($law:ident),+ $(,)?) => {$(
        #[tokio::test]
        async fn $law() {
            if let Some(store) = $make {
                $crate::store::conformance::$law(&store).await;
            }
        }
    )+};
}

/// How many contend in a race.
pub(crate) const RACERS: u64 = 16;

pub(crate) fn at(number: u64) -> Timestamp {
    Timestamp::from_millis(1_705_314_600_000 + i64::try_from(number).unwrap_or(0))
}

fn account(name: &str) -> AccountId {
    name.parse().unwrap()
}

/// The run of that number, of the account "one"; higher numbers are younger.
pub(crate) fn record(number: u64) -> RunRecord {
    RunRecord {
        id: RunId::from_uuid(Uuid::from_u64_pair(number, 1)),
        account: account("one"),
        status: RunStatus::Running,
        seq: 1,
        worker: None,
        epoch: 0,
        key: None,
        handle: None,
        summary: RunSummary {
            goal: Some("ünïcode \" \\ ' 🦀".into()),
            n_steps: 3,
            price: Amount::new(1_250_000, Currency::Algo).unwrap(),
        },
        created_at: at(number),
        ended_at: None,
    }
}

fn keyed(number: u64, key: &str) -> RunRecord {
    let key = RunKey {
        key: key.into(),
        fingerprint: format!("fingerprint {key}"),
    };
    RunRecord {
        key: Some(key),
        ..record(number)
    }
}

fn handled(number: u64, name: &str, kind: &str) -> RunRecord {
    let handle = RunHandle {
        name: name.into(),
        kind: kind.into(),
        notes: json!({"text": "ünïcode \" \\ ' 🦀", "flag": true}),
    };
    RunRecord {
        handle: Some(handle),
        ..record(number)
    }
}

pub(crate) fn event(run: RunId, seq: u64, kind: &str) -> Event {
    Event::new(
        run,
        seq,
        kind,
        at(seq),
        &json!({"v": 1, "text": "ünïcode \" \\ ' 🦀", "seq": seq}),
    )
}

async fn insert(store: &dyn OrchestrationStore, record: &RunRecord) -> Insertion {
    let events: Vec<Event> = (1..=record.seq)
        .map(|seq| event(record.id, seq, "planned"))
        .collect();
    store.insert(record, &events).await.unwrap()
}

async fn add(store: &dyn OrchestrationStore, record: &RunRecord) {
    assert_eq!(insert(store, record).await, Insertion::New);
}

async fn find(store: &dyn OrchestrationStore, record: &RunRecord) -> RunRecord {
    store.find(record.id).await.unwrap().unwrap()
}

async fn seqs(store: &dyn OrchestrationStore, run: RunId) -> Vec<u64> {
    let events = store.events(run, 1, 1000).await.unwrap();
    events.iter().map(|event| event.seq).collect()
}

/// One more event under a lease, after which the run has that status.
pub(crate) fn next(record: &RunRecord, lease: Option<Lease>, status: RunStatus) -> Append {
    Append {
        run: record.id,
        expected_seq: record.seq,
        lease,
        events: vec![event(record.id, record.seq + 1, "step_started")],
        status,
        ended_at: status.is_ended().then(|| at(77)),
    }
}

async fn append(store: &dyn OrchestrationStore, append: &Append) -> bool {
    store.append(append).await.unwrap()
}

fn worker_id(number: u64) -> WorkerId {
    WorkerId::generate(at(0), &SeededEntropy::new(number))
}

/// A worker that lives for long.
async fn worker(store: &dyn OrchestrationStore, number: u64) -> WorkerId {
    let worker = worker_id(number);
    store.begin_worker(worker, worker::LONG, false).await.unwrap();
    worker
}

async fn claim(store: &dyn OrchestrationStore, worker: WorkerId, limit: u32) -> Vec<RunRecord> {
    store.claim(worker, limit).await.unwrap()
}
