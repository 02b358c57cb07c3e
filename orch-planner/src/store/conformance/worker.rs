use std::time::Duration;

use futures_util::future::join_all;

use super::{
    OrchestrationStore, RACERS, RunRecord, RunStatus, WorkerId, add, append, claim, find, next, record,
    worker, worker_id,
};

/// Longer than any test takes.
pub(super) const LONG: Duration = Duration::from_secs(3600);

fn ids(runs: &[RunRecord]) -> Vec<orch_core::RunId> {
    runs.iter().map(|run| run.id).collect()
}

/// A worker that has lapsed as soon as it began.
async fn lapsed_worker(store: &dyn OrchestrationStore, number: u64) -> WorkerId {
    let worker = worker_id(number);
    store.begin_worker(worker, Duration::ZERO, false).await.unwrap();
    worker
}

/// Only what has something to do is claimed, and what is claimed is the worker's under a new epoch.
pub async fn only_ready_runs_are_claimed(store: &dyn OrchestrationStore) {
    let worker = worker(store, 1).await;
    assert_eq!(claim(store, worker, 10).await, []);
    let statuses = [
        RunStatus::Running,
        RunStatus::Waiting,
        RunStatus::Cancelling,
        RunStatus::Completed,
        RunStatus::Failing,
        RunStatus::Failed,
        RunStatus::Cancelled,
    ];
    for (number, status) in (1..).zip(statuses) {
        add(
            store,
            &RunRecord {
                status,
                epoch: 4,
                ..record(number)
            },
        )
        .await;
    }
    let claimed = claim(store, worker, 10).await;
    assert_eq!(ids(&claimed), [record(1).id, record(3).id, record(5).id]);
    for run in &claimed {
        assert_eq!((run.worker, run.epoch), (Some(worker), 5));
        assert_eq!(&find(store, run).await, run);
    }
    assert!(append(store, &next(&claimed[0], claimed[0].lease(), RunStatus::Running)).await);
    assert_eq!(claim(store, worker, 10).await, [], "its own again");
}

/// Who waits longest comes first, and no more than wanted.
pub async fn the_oldest_runs_are_claimed_first(store: &dyn OrchestrationStore) {
    for number in [3, 1, 4, 2] {
        add(store, &record(number)).await;
    }
    let worker = worker(store, 1).await;
    assert_eq!(
        ids(&claim(store, worker, 3).await),
        [record(1).id, record(2).id, record(3).id]
    );
    assert_eq!(ids(&claim(store, worker, 3).await), [record(4).id]);
}

/// What a live worker holds, nobody else gets.
pub async fn a_live_workers_runs_are_left_alone(store: &dyn OrchestrationStore) {
    let (one, other) = (worker(store, 1).await, worker(store, 2).await);
    add(
        store,
        &RunRecord {
            worker: Some(one),
            epoch: 1,
            ..record(1)
        },
    )
    .await;
    add(store, &record(2)).await;
    assert_eq!(ids(&claim(store, one, 10).await), [record(2).id]);
    assert_eq!(claim(store, other, 10).await, []);
}

/// What a lapsed worker held is taken, and its old lease is worth nothing.
pub async fn a_lapsed_workers_runs_are_taken(store: &dyn OrchestrationStore) {
    let (lapsed, live) = (lapsed_worker(store, 1).await, worker(store, 2).await);
    let run = RunRecord {
        worker: Some(lapsed),
        epoch: 6,
        ..record(1)
    };
    add(store, &run).await;
    add(
        store,
        &RunRecord {
            worker: Some(worker_id(9)),
            epoch: 1,
            ..record(2)
        },
    )
    .await;
    let taken = claim(store, live, 10).await;
    assert_eq!(
        ids(&taken),
        [record(1).id, record(2).id],
        "of a lapsed worker and of an unknown one"
    );
    assert_eq!((taken[0].worker, taken[0].epoch), (Some(live), 7));
    assert!(!append(store, &next(&run, run.lease(), RunStatus::Running)).await);
    assert!(append(store, &next(&run, taken[0].lease(), RunStatus::Running)).await);
}

/// What an ended worker held can be taken at once.
pub async fn an_ended_workers_runs_are_taken(store: &dyn OrchestrationStore) {
    let (one, other) = (worker(store, 1).await, worker(store, 2).await);
    add(
        store,
        &RunRecord {
            worker: Some(one),
            epoch: 1,
            ..record(1)
        },
    )
    .await;
    store.end_worker(one).await.unwrap();
    store.end_worker(one).await.unwrap();
    assert_eq!(ids(&claim(store, other, 10).await), [record(1).id]);
    assert!(!store.heartbeat(one, LONG).await.unwrap(), "an end is for good");
}

/// Whoever is not alive, or not known, gets no run.
pub async fn a_worker_that_is_not_alive_gets_nothing(store: &dyn OrchestrationStore) {
    add(store, &record(1)).await;
    let (lapsed, ended) = (lapsed_worker(store, 1).await, worker(store, 2).await);
    store.end_worker(ended).await.unwrap();
    for worker in [lapsed, ended, worker_id(3)] {
        assert_eq!(claim(store, worker, 10).await, []);
    }
    assert_eq!(find(store, &record(1)).await, record(1));
    assert!(!store.heartbeat(worker_id(3), LONG).await.unwrap());
}

/// A heartbeat lets a worker live on, even one that has lapsed: what nobody took is still its own.
pub async fn a_heartbeat_revives(store: &dyn OrchestrationStore) {
    let (lapsed, other) = (lapsed_worker(store, 1).await, worker(store, 2).await);
    let run = RunRecord {
        worker: Some(lapsed),
        epoch: 1,
        ..record(1)
    };
    add(store, &run).await;
    assert!(store.heartbeat(lapsed, LONG).await.unwrap());
    assert_eq!(claim(store, other, 10).await, []);
    add(store, &record(2)).await;
    assert_eq!(ids(&claim(store, lapsed, 10).await), [record(2).id]);
    assert!(
        store.heartbeat(lapsed, Duration::ZERO).await.unwrap(),
        "and dies when it stops"
    );
    assert_eq!(ids(&claim(store, other, 10).await), [record(1).id, record(2).id]);
}

/// When a worker begins as the only one, all others are dead.
pub async fn a_sole_worker_ends_all_others(store: &dyn OrchestrationStore) {
    let before = worker(store, 1).await;
    add(
        store,
        &RunRecord {
            worker: Some(before),
            epoch: 1,
            ..record(1)
        },
    )
    .await;
    let sole = worker_id(2);
    store.begin_worker(sole, LONG, true).await.unwrap();
    assert!(!store.heartbeat(before, LONG).await.unwrap());
    assert_eq!(ids(&claim(store, sole, 10).await), [record(1).id]);
}

/// What is a worker's own and not driven by it is given to it once more, and the lease that it never learned of is worth
/// nothing.
pub async fn what_a_worker_does_not_drive_it_gets_again(store: &dyn OrchestrationStore) {
    let (one, other) = (worker(store, 1).await, worker(store, 2).await);
    let of = |number, worker, status| RunRecord {
        worker,
        status,
        epoch: 3,
        ..record(number)
    };
    for (number, worker) in (1..).zip([one, one, one, one, other]) {
        add(store, &of(number, Some(worker), RunStatus::Running)).await;
    }
    add(store, &of(6, None, RunStatus::Running)).await;
    add(store, &of(7, None, RunStatus::Waiting)).await;
    let reclaim = async |worker, driven: &[u64], limit| {
        let driven: Vec<_> = driven.iter().map(|&number| record(number).id).collect();
        store.reclaim(worker, &driven, limit).await.unwrap()
    };
    assert_eq!(reclaim(one, &[1, 2, 3, 4], 10).await, []);
    assert_eq!(ids(&reclaim(one, &[1], 2).await), [record(2).id, record(3).id]);
    let again = reclaim(one, &[1, 2, 3, 5, 9], 10).await;
    assert_eq!(ids(&again), [record(4).id], "and nobody else's");
    assert_eq!((again[0].worker, again[0].epoch), (Some(one), 4));
    assert_eq!(find(store, &again[0]).await, again[0]);
    let lost = of(4, Some(one), RunStatus::Running);
    assert!(!append(store, &next(&lost, lost.lease(), RunStatus::Running)).await);
    assert!(append(store, &next(&lost, again[0].lease(), RunStatus::Running)).await);
    for number in [1, 5, 6, 7] {
        assert_eq!(find(store, &record(number)).await.epoch, 3, "run {number}");
    }
    store.end_worker(other).await.unwrap();
    assert_eq!(reclaim(other, &[], 10).await, [], "it has ended");
    let lapsed = lapsed_worker(store, 3).await;
    add(store, &of(8, Some(lapsed), RunStatus::Running)).await;
    assert_eq!(reclaim(lapsed, &[], 10).await, [], "it has lapsed");
}

/// Of many workers that claim at once, each run gets one.
pub async fn of_racing_workers_each_run_has_one(store: &dyn OrchestrationStore) {
    const RUNS: u64 = 40;
    for number in 1..=RUNS {
        add(store, &record(number)).await;
    }
    let mut workers = Vec::new();
    for number in 1..=RACERS {
        workers.push(worker(store, number).await);
    }
    let racers = workers.iter().map(|&worker| async move {
        let mut mine = Vec::new();
        for _ in 0..RUNS {
            let claimed = claim(store, worker, 3).await;
            assert!(
                claimed
                    .iter()
                    .all(|run| (run.worker, run.epoch) == (Some(worker), 1)),
                "{claimed:?}"
            );
            mine.extend(claimed.iter().map(|run| run.id));
        }
        mine
    });
    let mut all: Vec<_> = join_all(racers).await.into_iter().flatten().collect();
    all.sort_unstable();
    let expected: Vec<_> = (1..=RUNS).map(|number| record(number).id).collect();
    assert_eq!(all, expected);
}
