//! What is over is removed after a while, and nothing else.

use std::time::Duration;

use orch::{
    Currency, OrchestrationError, PageRequest, Retention, RunStatus, WorkerOptions,
    billing::{Grouping, Period},
    planner::StartOptions,
};

use crate::{
    agents::{Barrier, echo, one_step},
    engine::{Engine, amount, caller, grant, on_every_engine, soon, start, until, wait, work},
};

async fn only_what_is_over_is_removed(engine: Engine) {
    let barrier = Barrier::new();
    let options = WorkerOptions {
        retention: Retention {
            runs: Some(Duration::ZERO),
            usage: Some(Duration::ZERO),
            approvals: Some(Duration::ZERO),
            transactions: Some(Duration::ZERO),
            interval: Duration::from_millis(20),
            // One after the other, so that every batch but the last is full.
            batch: 1,
        },
        ..WorkerOptions::default()
    };
    let builder = engine.builder().agent(echo()).agent(barrier.gated());
    let host = builder.worker_options(options).build().await.unwrap();
    grant(&host).await;
    let keyed = || StartOptions {
        key: Some("once".to_owned()),
        ..StartOptions::default()
    };
    let service = host.orchestrations();
    let first = service
        .start_plan(&caller(), one_step("echo"), keyed())
        .await
        .unwrap();
    let mut over = vec![first.run];
    for _ in 0..3 {
        over.push(start(&host, one_step("echo")).await);
    }
    let going_on = start(&host, one_step("gated")).await;
    let worker = work(&host);
    for run in over {
        until(async || {
            matches!(
                service.find(&caller(), run).await,
                Err(OrchestrationError::NotFound(_))
            )
        })
        .await;
    }
    let acme = caller();
    let is_used = async || {
        let (metering, always) = (host.metering(), Period::ALWAYS);
        let summary = metering.summary(&acme, Currency::Algo, always, Grouping::Whole);
        summary.await.unwrap().total.requests > 0
    };
    until(async || !is_used().await).await;
    // The key can be used again, and what goes on is left alone.
    let again = service
        .start_plan(&caller(), one_step("echo"), keyed())
        .await
        .unwrap();
    assert!(again.is_new);
    until(async || barrier.n_calls() == 1).await;
    assert_eq!(
        service.find(&caller(), going_on).await.unwrap().status(),
        RunStatus::Running
    );
    let listed = || async {
        service
            .list(&caller(), PageRequest::default())
            .await
            .unwrap()
            .total
    };
    until(async || listed().await == 1).await;
    // What was paid stays in the books.
    let balance = host.billing().balance(&caller(), Currency::Algo).await.unwrap();
    assert_eq!(
        (balance.available, balance.held),
        (amount("4 ALGO"), amount("1 ALGO"))
    );
    engine.assert_sound().await;
    worker.abort();
    barrier.open();
}

async fn by_default_what_is_young_is_kept(engine: Engine) {
    let host = engine.host().await;
    let _worker = work(&host);
    let run = start(&host, one_step("echo")).await;
    assert_eq!(soon(wait(&host, run)).await.status(), RunStatus::Completed);
    let (service, metering) = (host.orchestrations(), host.metering());
    let Retention {
        runs, usage, batch, ..
    } = Retention::default();
    assert_eq!(service.prune(runs.unwrap(), batch).await.unwrap(), 0);
    assert_eq!(metering.prune(usage.unwrap(), batch).await.unwrap(), 0);
    assert_eq!(
        service.find(&caller(), run).await.unwrap().status(),
        RunStatus::Completed
    );
}

on_every_engine!(only_what_is_over_is_removed, by_default_what_is_young_is_kept);
