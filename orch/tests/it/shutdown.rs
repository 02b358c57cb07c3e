//! How the background work ends, and who carries on.

use std::time::Duration;

use orch::{ManualClock, Orchestrator, RunStatus, Stores};

use crate::{
    agents::{Barrier, one_step},
    engine::{Engine, assert_left, grant, on_every_engine, soon, start, until, wait, work},
};

on_every_engine! {
    a_shutdown_lets_runs_end,
    a_shutdown_past_its_deadline_leaves_runs_to_the_next_worker,
    a_worker_that_is_dropped_leaves_runs_to_the_next,
    what_is_started_after_a_shutdown_waits_for_the_next_worker,
}

async fn host(engine: &Engine, barrier: &Barrier) -> Orchestrator {
    let orchestrator = engine.builder().agent(barrier.gated()).build().await.unwrap();
    grant(&orchestrator).await;
    orchestrator
}

async fn a_shutdown_lets_runs_end(engine: Engine) {
    let barrier = Barrier::new();
    let orchestrator = host(&engine, &barrier).await;
    let worker = work(&orchestrator);
    let run = start(&orchestrator, one_step("gated")).await;
    until(async || barrier.n_calls() == 1).await;
    let shutdown = tokio::spawn({
        let orchestrator = orchestrator.clone();
        async move { orchestrator.shutdown(Duration::from_secs(60)).await }
    });
    crate::engine::pause(30).await;
    assert!(!shutdown.is_finished() && !worker.is_finished());
    barrier.open();
    soon(shutdown).await.unwrap();
    worker.await.unwrap().unwrap();
    assert!(!orchestrator.is_working());
    assert_eq!(wait(&orchestrator, run).await.status(), RunStatus::Completed);
    assert_eq!(barrier.n_calls(), 1);
    assert_left(&orchestrator, "9 ALGO").await;
    engine.assert_sound().await;
}

async fn a_shutdown_past_its_deadline_leaves_runs_to_the_next_worker(engine: Engine) {
    let barrier = Barrier::new();
    let orchestrator = host(&engine, &barrier).await;
    let worker = work(&orchestrator);
    let run = start(&orchestrator, one_step("gated")).await;
    until(async || barrier.n_calls() == 1).await;
    soon(orchestrator.shutdown(Duration::from_millis(20))).await;
    worker.await.unwrap().unwrap();
    drop(orchestrator);

    barrier.open();
    let next = host(&engine, &barrier).await;
    let _worker = work(&next);
    assert_eq!(soon(wait(&next, run)).await.status(), RunStatus::Completed);
    assert_eq!(
        barrier.n_calls(),
        2,
        "it is repeatable, and was sent and not answered"
    );
    assert_left(&next, "9 ALGO").await;
    engine.assert_sound().await;
}

async fn a_worker_that_is_dropped_leaves_runs_to_the_next(engine: Engine) {
    let barrier = Barrier::new();
    let orchestrator = host(&engine, &barrier).await;
    let worker = work(&orchestrator);
    let run = start(&orchestrator, one_step("gated")).await;
    until(async || barrier.n_calls() == 1).await;
    worker.abort();
    assert!(worker.await.unwrap_err().is_cancelled());
    // Nothing is left that could hold it up.
    soon(orchestrator.shutdown(Duration::from_secs(60))).await;
    drop(orchestrator);

    barrier.open();
    let next = host(&engine, &barrier).await;
    let _worker = work(&next);
    assert_eq!(soon(wait(&next, run)).await.status(), RunStatus::Completed);
    assert_eq!(barrier.n_calls(), 2);
    assert_left(&next, "9 ALGO").await;
    engine.assert_sound().await;
}

async fn what_is_started_after_a_shutdown_waits_for_the_next_worker(engine: Engine) {
    let orchestrator = engine.host().await;
    let worker = work(&orchestrator);
    until(async || orchestrator.is_working()).await;
    soon(orchestrator.shutdown(Duration::from_secs(60))).await;
    worker.await.unwrap().unwrap();
    let run = start(&orchestrator, one_step("echo")).await;
    soon(orchestrator.worker()).await.unwrap();

    let next = engine.host().await;
    let _worker = work(&next);
    assert_eq!(soon(wait(&next, run)).await.status(), RunStatus::Completed);
}

#[tokio::test]
async fn a_deadline_can_be_moved_closer_and_not_further() {
    let (engine, barrier) = (Engine::in_memory(), Barrier::new());
    let orchestrator = host(&engine, &barrier).await;
    let worker = work(&orchestrator);
    start(&orchestrator, one_step("gated")).await;
    until(async || barrier.n_calls() == 1).await;
    let patient = async { orchestrator.shutdown(Duration::from_secs(3600)).await };
    let impatient = async {
        crate::engine::pause(20).await;
        orchestrator.shutdown(Duration::ZERO).await;
    };
    soon(async { tokio::join!(patient, impatient) }).await;
    soon(orchestrator.shutdown(Duration::from_secs(3600))).await;
    worker.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_worker_that_nobody_runs_is_not_waited_for_without_end() {
    let orchestrator = Engine::in_memory().host().await;
    let never_polled = orchestrator.worker();
    soon(orchestrator.shutdown(Duration::from_millis(10))).await;
    drop(never_polled);
}

#[tokio::test]
async fn a_thread_that_blocks_is_left_behind_at_the_deadline() {
    let (engine, barrier) = (Engine::in_memory(), Barrier::new());
    let orchestrator = engine.builder().agent(barrier.blocked()).build().await.unwrap();
    grant(&orchestrator).await;
    let worker = work(&orchestrator);
    start(&orchestrator, one_step("blocked")).await;
    until(async || barrier.n_calls() == 1).await;
    soon(orchestrator.shutdown(Duration::from_millis(10))).await;
    worker.await.unwrap().unwrap();
    barrier.open();
}

#[tokio::test]
async fn a_clock_that_stands_still_holds_no_shutdown_up() {
    let clock = std::sync::Arc::new(ManualClock::default());
    let builder = Orchestrator::builder(Stores::in_memory_at(clock.clone())).clock(clock);
    let orchestrator = builder.agent(crate::agents::echo()).build().await.unwrap();
    grant(&orchestrator).await;
    let worker = work(&orchestrator);
    let run = start(&orchestrator, one_step("echo")).await;
    assert_eq!(
        soon(wait(&orchestrator, run)).await.status(),
        RunStatus::Completed
    );
    soon(orchestrator.shutdown(Duration::from_secs(60))).await;
    worker.await.unwrap().unwrap();
}
