//! An older process beside a newer one, which writes what the older cannot read.

use orch::{
    OrchestrationError, RunId, RunStatus,
    backends::{SqlStore, sql::Value},
};

use crate::{
    agents::{Barrier, echo, one_step},
    engine::{Engine, caller, grant, on_every_engine, pause, soon, start, until, wait, work},
};

/// Runs a statement with the id of a run.
async fn execute(store: &SqlStore, sql: &'static str, run: RunId) {
    let executed = store.write((sql, run), |tx, (sql, run)| {
        Box::pin(async move { tx.execute(sql, &[Value::text(*run)]).await })
    });
    assert_eq!(executed.await.unwrap(), 1, "{sql}");
}

/// What a process of a later release does to a run that is ours: it adds an event that we do not know, as one who has
/// no lease, and by that the run's form is greater than the one that we can read.
async fn add_from_the_future(store: &SqlStore, run: RunId) {
    let sql = "INSERT INTO orch_events (stream, seq, kind, at, data) \
               SELECT id, seq + 1, 'step_dreamed', created_at, '{\"v\":2}' FROM orch_runs WHERE id = ?1";
    execute(store, sql, run).await;
    let sql = "UPDATE orch_runs SET seq = seq + 1, form = 2, worker = NULL WHERE id = ?1 AND form = 1";
    execute(store, sql, run).await;
}

/// As if a later release had been undone.
async fn take_back(store: &SqlStore, run: RunId) {
    execute(
        store,
        "DELETE FROM orch_events WHERE stream = ?1 AND kind = 'step_dreamed'",
        run,
    )
    .await;
    execute(
        store,
        "UPDATE orch_runs SET seq = seq - 1, form = 1 WHERE id = ?1",
        run,
    )
    .await;
}

async fn what_a_later_release_wrote_is_left_alone(engine: Engine) {
    let Some(store) = engine.sql_store() else {
        return;
    };
    let barrier = Barrier::new();
    let host = engine
        .builder()
        .agent(echo())
        .agent(barrier.gated())
        .build()
        .await
        .unwrap();
    grant(&host).await;
    let _worker = work(&host);
    let run = start(&host, one_step("gated")).await;
    until(async || barrier.n_calls() == 1).await;
    add_from_the_future(&store, run).await;
    // Its answer comes too late: the run is not ours any more.
    barrier.open();
    let other = start(&host, one_step("echo")).await;
    assert_eq!(soon(wait(&host, other)).await.status(), RunStatus::Completed);
    pause(200).await;
    let service = host.orchestrations();
    let unreadable = service.find(&caller(), run).await.unwrap_err();
    assert!(
        matches!(unreadable, OrchestrationError::Fold(_)),
        "{unreadable:?}"
    );
    let listed = service
        .list(&caller(), orch::PageRequest::default())
        .await
        .unwrap();
    let listed = listed.items.into_iter().find(|listed| listed.id == run).unwrap();
    assert_eq!(
        (listed.status, listed.worker),
        (RunStatus::Running, None),
        "nobody here drives it"
    );
    assert_eq!(barrier.n_calls(), 1);
    // Nothing of it is lost or spoiled: whoever can read it carries on.
    take_back(&store, run).await;
    assert_eq!(soon(wait(&host, run)).await.status(), RunStatus::Completed);
    assert_eq!(barrier.n_calls(), 2, "its task may be repeated");
    engine.assert_sound().await;
}

on_every_engine!(what_a_later_release_wrote_is_left_alone);
