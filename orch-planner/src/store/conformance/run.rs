use futures_util::future::join_all;
use orch_core::{Page, PageRequest, RunId, Uuid};

use super::{
    Insertion, OrchestrationStore, RACERS, RunKey, RunName, RunRecord, RunStatus, account, add, at, event,
    find, handled, insert, keyed, record, seqs, worker_id,
};

/// What was added is found whole, and nothing that was not.
pub async fn a_run_reads_back(store: &dyn OrchestrationStore) {
    let plain = record(1);
    let full = RunRecord {
        status: RunStatus::Failed,
        worker: Some(worker_id(1)),
        epoch: 7,
        ended_at: Some(at(9)),
        ..keyed(2, "ünïcode ' key")
    };
    add(store, &plain).await;
    add(store, &full).await;
    assert_eq!(find(store, &plain).await, plain);
    assert_eq!(find(store, &full).await, full);
    let by_key = store
        .find_by(&account("one"), &RunName::Key("ünïcode ' key".into()))
        .await
        .unwrap();
    assert_eq!(by_key, Some(full));
    let nobody = RunId::from_uuid(Uuid::from_u64_pair(3, 3));
    assert_eq!(store.find(nobody).await.unwrap(), None);
    assert_eq!(store.events(nobody, 1, 10).await.unwrap(), []);
    assert_eq!(
        store.events(plain.id, 1, 10).await.unwrap(),
        [event(plain.id, 1, "planned")]
    );
}

/// A second insertion under the same id changes nothing and says what is there.
pub async fn a_run_is_added_once(store: &dyn OrchestrationStore) {
    let first = record(1);
    add(store, &first).await;
    let second = RunRecord {
        account: account("two"),
        epoch: 9,
        ..first.clone()
    };
    assert_eq!(
        insert(store, &second).await,
        Insertion::Taken(Box::new(first.clone()))
    );
    assert_eq!(find(store, &first).await, first);
    assert_eq!(seqs(store, first.id).await, [1]);
}

/// A key is unique within its account: whoever comes second learns who was first, and nothing of theirs is kept.
pub async fn a_key_names_one_run_of_an_account(store: &dyn OrchestrationStore) {
    let first = keyed(1, "k");
    add(store, &first).await;
    add(
        store,
        &RunRecord {
            account: account("two"),
            ..keyed(2, "k")
        },
    )
    .await;
    add(store, &keyed(3, "other")).await;
    add(store, &record(4)).await;
    add(store, &record(5)).await;
    let key = RunKey {
        key: "k".into(),
        fingerprint: "another".into(),
    };
    let second = RunRecord {
        key: Some(key),
        ..record(6)
    };
    assert_eq!(
        insert(store, &second).await,
        Insertion::Taken(Box::new(first.clone()))
    );
    assert_eq!(store.find(second.id).await.unwrap(), None);
    assert_eq!(seqs(store, second.id).await, [0; 0]);
    assert_eq!(
        store
            .find_by(&account("one"), &RunName::Key("k".into()))
            .await
            .unwrap(),
        Some(first)
    );
    assert_eq!(
        store
            .find_by(&account("two"), &RunName::Key("other".into()))
            .await
            .unwrap(),
        None
    );
}

/// Of many that start under one key at once, one run comes to be and all learn which.
pub async fn of_racing_starts_one_wins(store: &dyn OrchestrationStore) {
    let racers = (1..=RACERS).map(|number| async move {
        let mine = keyed(number, "k");
        match insert(store, &mine).await {
            Insertion::New => (true, mine.id),
            Insertion::Taken(first) => (false, first.id),
        }
    });
    let ends = join_all(racers).await;
    assert_eq!(ends.iter().filter(|(won, _)| *won).count(), 1, "{ends:?}");
    let winner = ends.iter().find(|(won, _)| *won).unwrap().1;
    assert!(ends.iter().all(|(_, id)| *id == winner), "{ends:?}");
    let Page { items, total } = store
        .list(&account("one"), None, PageRequest::default())
        .await
        .unwrap();
    assert_eq!((items.len(), total), (1, 1));
}

/// A list has the account's own runs, the newest first, in pages.
pub async fn runs_are_listed_newest_first(store: &dyn OrchestrationStore) {
    for number in [2, 4, 1, 3] {
        add(store, &record(number)).await;
    }
    add(
        store,
        &RunRecord {
            account: account("two"),
            ..record(5)
        },
    )
    .await;
    let list = |limit, offset| async move {
        let page = store
            .list(&account("one"), None, PageRequest::new(limit, offset))
            .await
            .unwrap();
        (page.items, page.total)
    };
    assert_eq!(
        list(10, 0).await,
        (vec![record(4), record(3), record(2), record(1)], 4)
    );
    assert_eq!(list(2, 1).await, (vec![record(3), record(2)], 4));
    assert_eq!(list(2, 4).await, (vec![], 4));
    assert_eq!(
        store
            .list(&account("three"), None, PageRequest::default())
            .await
            .unwrap()
            .total,
        0
    );
}

/// Events come in order, from any place on, at most as many as wanted.
pub async fn events_are_read_from_any_place(store: &dyn OrchestrationStore) {
    let long = RunRecord { seq: 12, ..record(1) };
    add(store, &long).await;
    add(store, &record(2)).await;
    let seqs = |from, limit| async move {
        let events = store.events(long.id, from, limit).await.unwrap();
        events.iter().map(|event| event.seq).collect::<Vec<_>>()
    };
    assert_eq!(seqs(1, 100).await, (1..=12).collect::<Vec<_>>());
    assert_eq!(seqs(9, 2).await, [9, 10]);
    assert_eq!(seqs(12, 2).await, [12]);
    assert_eq!(seqs(13, 2).await, [0; 0]);
}

/// The name of a handle is unique among all runs, and only the run's own account finds it by that.
pub async fn a_handle_names_one_run(store: &dyn OrchestrationStore) {
    let first = handled(1, "req_1", "request");
    add(store, &first).await;
    add(store, &handled(2, "req_2", "request")).await;
    add(store, &record(3)).await;
    let name = RunName::Handle("req_1".into());
    assert_eq!(find(store, &first).await, first);
    assert_eq!(
        store.find_by(&account("one"), &name).await.unwrap(),
        Some(first.clone())
    );
    assert_eq!(store.find_by(&account("two"), &name).await.unwrap(), None);
    let as_key = RunName::Key("req_1".into());
    assert_eq!(store.find_by(&account("one"), &as_key).await.unwrap(), None);
    let strangers = RunRecord {
        account: account("two"),
        ..handled(4, "req_1", "request")
    };
    assert_eq!(insert(store, &strangers).await, Insertion::Taken(Box::new(first)));
    assert_eq!(store.find(strangers.id).await.unwrap(), None);
    assert_eq!(seqs(store, strangers.id).await, [0; 0]);
}

/// A list of one kind has the runs whose handles are of that kind and no others.
pub async fn runs_are_listed_by_kind(store: &dyn OrchestrationStore) {
    let runs = [
        handled(1, "req_1", "request"),
        handled(2, "job_2", "job"),
        record(3),
        handled(4, "req_4", "request"),
    ];
    for run in &runs {
        add(store, run).await;
    }
    let list = |kind: Option<&'static str>, limit, offset| async move {
        let page = PageRequest::new(limit, offset);
        let page = store.list(&account("one"), kind, page).await.unwrap();
        (page.items, page.total)
    };
    let [first, job, _, last] = runs.clone();
    assert_eq!(list(Some("request"), 9, 0).await, (vec![last, first.clone()], 2));
    assert_eq!(list(Some("request"), 1, 1).await, (vec![first], 2));
    assert_eq!(list(Some("job"), 9, 0).await, (vec![job], 1));
    assert_eq!(list(Some("none"), 9, 0).await, (vec![], 0));
    assert_eq!(list(None, 9, 0).await.1, 4);
}
