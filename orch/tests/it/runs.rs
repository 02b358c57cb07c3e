//! A run from its start to its bill.

use orch::{
    Caller, Currency, PageRequest, RunStatus,
    billing::{Period, UsageOutcome},
    planner::StartOptions,
};
use serde_json::json;

use crate::{
    agents::{Barrier, one_step, plan, step},
    engine::{Engine, amount, assert_left, caller, on_every_engine, soon, start, until, wait, work},
};

on_every_engine! {
    a_run_is_done_paid_and_told_of,
    a_run_that_is_started_without_a_worker_waits_for_one,
    the_same_key_starts_one_run,
    a_cancelled_run_is_not_paid,
    a_run_is_nobody_elses,
    many_runs_end,
}

async fn a_run_is_done_paid_and_told_of(engine: Engine) {
    let orchestrator = engine.host().await;
    let _worker = work(&orchestrator);
    let steps = json!([
        step("a", "echo"),
        { "id": "b", "agent": "echo", "task": "say", "arguments": { "text": { "$result": "/a" } } },
    ]);
    let run = start(&orchestrator, plan(&steps)).await;
    let ended = soon(wait(&orchestrator, run)).await;
    assert_eq!(
        (ended.status(), ended.output()),
        (RunStatus::Completed, Some(&json!({ "b": "a" })))
    );
    assert_eq!(ended.spent(), amount("2 ALGO"));
    assert_left(&orchestrator, "8 ALGO").await;
    let owner = Caller::host("host".parse().unwrap());
    let earned = orchestrator
        .billing()
        .earnings(&owner, Currency::Algo)
        .await
        .unwrap();
    assert_eq!(earned, amount("2 ALGO"));
    let used = orchestrator
        .metering()
        .list(
            &caller(),
            Period::month_of(ended.created_at()),
            PageRequest::default(),
        )
        .await
        .unwrap();
    assert_eq!(used.total, 2);
    assert!(
        used.items
            .iter()
            .all(|record| record.outcome == UsageOutcome::Answered && record.agent_slug == "echo")
    );
    let runs = orchestrator
        .orchestrations()
        .list(&caller(), PageRequest::default())
        .await
        .unwrap();
    assert_eq!(
        runs.items
            .iter()
            .map(|run| (run.id, run.status))
            .collect::<Vec<_>>(),
        [(run, RunStatus::Completed)]
    );
    engine.assert_sound().await;
}

async fn a_run_that_is_started_without_a_worker_waits_for_one(engine: Engine) {
    let orchestrator = engine.host().await;
    let run = start(&orchestrator, one_step("echo")).await;
    assert!(!orchestrator.is_working());
    let held = orchestrator
        .billing()
        .balance(&caller(), Currency::Algo)
        .await
        .unwrap()
        .held;
    assert_eq!(held, amount("1 ALGO"));
    let _worker = work(&orchestrator);
    assert_eq!(
        soon(wait(&orchestrator, run)).await.status(),
        RunStatus::Completed
    );
    assert!(orchestrator.is_working());
    assert_left(&orchestrator, "9 ALGO").await;
}

async fn the_same_key_starts_one_run(engine: Engine) {
    let orchestrator = engine.host().await;
    let _worker = work(&orchestrator);
    let options = StartOptions {
        key: Some("once".into()),
        ..StartOptions::default()
    };
    let service = orchestrator.orchestrations();
    let caller = caller();
    let both = tokio::join!(
        service.start_plan(&caller, one_step("echo"), options.clone()),
        service.start_plan(&caller, one_step("echo"), options.clone()),
    );
    let (one, other) = (both.0.unwrap(), both.1.unwrap());
    assert_eq!(one.run, other.run);
    assert!(one.is_new != other.is_new);
    soon(wait(&orchestrator, one.run)).await;
    let again = service
        .start_plan(&caller, one_step("echo"), options)
        .await
        .unwrap();
    assert_eq!((again.run, again.is_new), (one.run, false));
    assert_left(&orchestrator, "9 ALGO").await;
}

async fn a_cancelled_run_is_not_paid(engine: Engine) {
    let barrier = Barrier::new();
    let orchestrator = engine.builder().agent(barrier.gated()).build().await.unwrap();
    crate::engine::grant(&orchestrator).await;
    let _worker = work(&orchestrator);
    let run = start(&orchestrator, one_step("gated")).await;
    until(async || barrier.n_calls() == 1).await;
    orchestrator
        .orchestrations()
        .cancel(&caller(), run)
        .await
        .unwrap();
    assert_eq!(
        soon(wait(&orchestrator, run)).await.status(),
        RunStatus::Cancelled
    );
    assert_left(&orchestrator, "10 ALGO").await;
    engine.assert_sound().await;
}

async fn a_run_is_nobody_elses(engine: Engine) {
    let orchestrator = engine.host().await;
    let run = start(&orchestrator, one_step("echo")).await;
    let (service, stranger) = (
        orchestrator.orchestrations(),
        Caller::host("stranger".parse().unwrap()),
    );
    assert!(service.find(&stranger, run).await.is_err());
    assert!(service.cancel(&stranger, run).await.is_err());
    assert!(service.watch(&stranger, run, 1).await.is_err());
    assert_eq!(
        service
            .list(&stranger, PageRequest::default())
            .await
            .unwrap()
            .total,
        0
    );
}

/// More at once than a worker has room for, and than wait on its desk.
async fn many_runs_end(engine: Engine) {
    let options = orch::WorkerOptions {
        runs: 3,
        ..orch::WorkerOptions::default()
    };
    let orchestrator = engine
        .builder()
        .agent(crate::agents::echo())
        .worker_options(options)
        .build()
        .await
        .unwrap();
    orchestrator
        .billing()
        .grant(caller().account(), amount("1000 ALGO"), "credits")
        .await
        .unwrap();
    let _worker = work(&orchestrator);
    let mut runs = Vec::new();
    for _ in 0..100 {
        runs.push(start(&orchestrator, one_step("echo")).await);
    }
    for run in runs {
        assert_eq!(
            soon(wait(&orchestrator, run)).await.status(),
            RunStatus::Completed
        );
    }
    assert_left(&orchestrator, "900 ALGO").await;
    engine.assert_sound().await;
}
