use futures_util::future::join_all;

use super::{
    Append, Lease, OrchestrationStore, RACERS, RunRecord, RunStatus, add, append, at, event, find, next,
    record, seqs, worker_id,
};

/// A run moves on from its last event, and from nowhere else.
pub async fn an_append_follows_the_last_event(store: &dyn OrchestrationStore) {
    let run = record(1);
    add(store, &run).await;
    let two = [
        event(run.id, 2, "step_started"),
        event(run.id, 3, "step_succeeded"),
    ];
    let right = Append {
        events: two.to_vec(),
        ..next(&run, None, RunStatus::Failing)
    };
    for expected_seq in [0, 2] {
        let events = vec![event(run.id, expected_seq + 1, "step_started")];
        assert!(
            !append(
                store,
                &Append {
                    expected_seq,
                    events,
                    ..right.clone()
                }
            )
            .await
        );
        assert_eq!(find(store, &run).await, run);
    }
    assert!(append(store, &right).await);
    let moved = RunRecord {
        seq: 3,
        status: RunStatus::Failing,
        ..run.clone()
    };
    assert_eq!(find(store, &run).await, moved);
    assert_eq!(store.events(run.id, 2, 10).await.unwrap(), two);
    assert!(!append(store, &right).await, "again");
    assert!(append(store, &next(&moved, None, RunStatus::Failed)).await);
    let ended = RunRecord {
        seq: 4,
        status: RunStatus::Failed,
        ended_at: Some(at(77)),
        ..run.clone()
    };
    assert_eq!(find(store, &run).await, ended);
    let nobody = record(2);
    assert!(
        !append(store, &next(&nobody, None, RunStatus::Running)).await,
        "to a run that there is not"
    );
    assert_eq!(seqs(store, nobody.id).await, [0; 0]);
}

/// A refused append leaves neither its events nor its status.
pub async fn an_append_is_whole_or_not_at_all(store: &dyn OrchestrationStore) {
    let run = record(1);
    add(store, &run).await;
    let stranger = Lease {
        worker: worker_id(1),
        epoch: 0,
    };
    let refused = Append {
        events: vec![event(run.id, 2, "a"), event(run.id, 3, "b")],
        ..next(&run, Some(stranger), RunStatus::Failed)
    };
    assert!(!append(store, &refused).await);
    assert_eq!(find(store, &run).await, run);
    assert_eq!(seqs(store, run.id).await, [1]);
    assert!(
        append(store, &next(&run, None, RunStatus::Running)).await,
        "the place is still free"
    );
}

/// Of many that add the same next event at once, one does.
pub async fn of_racing_appends_one_wins(store: &dyn OrchestrationStore) {
    let run = record(1);
    add(store, &run).await;
    let racers = (0..RACERS).map(|number| {
        let kind = format!("racer {number}");
        let events = vec![event(run.id, 2, &kind), event(run.id, 3, &kind)];
        let mine = Append {
            events,
            ..next(&run, None, RunStatus::Running)
        };
        async move { append(store, &mine).await.then_some(kind) }
    });
    let winners: Vec<String> = join_all(racers).await.into_iter().flatten().collect();
    assert_eq!(winners.len(), 1, "{winners:?}");
    let events = store.events(run.id, 2, 10).await.unwrap();
    let kinds: Vec<&str> = events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, [&winners[0], &winners[0]]);
    assert_eq!(find(store, &run).await.seq, 3);
}

/// Only the worker of the present epoch may append under its lease.
pub async fn a_lease_of_the_past_is_refused(store: &dyn OrchestrationStore) {
    let present = Lease {
        worker: worker_id(1),
        epoch: 3,
    };
    let run = RunRecord {
        worker: Some(present.worker),
        epoch: 3,
        ..record(1)
    };
    add(store, &run).await;
    let past = Lease { epoch: 2, ..present };
    let stranger = Lease {
        worker: worker_id(2),
        ..present
    };
    for lease in [past, stranger] {
        assert!(
            !append(store, &next(&run, Some(lease), RunStatus::Running)).await,
            "{lease:?}"
        );
    }
    assert_eq!(find(store, &run).await, run);
    assert!(append(store, &next(&run, Some(present), RunStatus::Running)).await);
    let free = record(2);
    add(store, &free).await;
    assert!(
        !append(
            store,
            &next(&free, Some(Lease { epoch: 0, ..present }), RunStatus::Running)
        )
        .await,
        "of nobody"
    );
}

/// A wish to cancel comes from anyone, and leaves the worker its lease.
pub async fn without_a_lease_anyone_may_append(store: &dyn OrchestrationStore) {
    let lease = Lease {
        worker: worker_id(1),
        epoch: 3,
    };
    let run = RunRecord {
        worker: Some(lease.worker),
        epoch: 3,
        ..record(1)
    };
    add(store, &run).await;
    assert!(append(store, &next(&run, None, RunStatus::Cancelling)).await);
    let cancelling = RunRecord {
        seq: 2,
        status: RunStatus::Cancelling,
        ..run
    };
    assert_eq!(find(store, &cancelling).await, cancelling);
    assert!(append(store, &next(&cancelling, Some(lease), RunStatus::Cancelled)).await);
}

/// A run that waits or has ended loses its worker, whose lease is worth nothing any more.
pub async fn what_is_not_ready_has_no_worker(store: &dyn OrchestrationStore) {
    let statuses = [
        RunStatus::Waiting,
        RunStatus::Completed,
        RunStatus::Failed,
        RunStatus::Cancelled,
    ];
    for (number, status) in (1..).zip(statuses) {
        let lease = Lease {
            worker: worker_id(1),
            epoch: 3,
        };
        let run = RunRecord {
            worker: Some(lease.worker),
            epoch: 3,
            ..record(number)
        };
        add(store, &run).await;
        assert!(append(store, &next(&run, Some(lease), status)).await);
        let rested = find(store, &run).await;
        assert_eq!((rested.status, rested.worker, rested.epoch), (status, None, 3));
        assert!(
            !append(store, &next(&rested, Some(lease), status)).await,
            "{status}"
        );
    }
}
