//! What is over is removed after a while, and nothing else.

use std::time::Duration;

use orch::{
    Clock, Currency, OrchestrationError, PageRequest, Retention, RunStatus, SystemClock, WorkerOptions,
    a2a::{
        Transaction,
        store::{Begun, Filter, Finish},
        transaction::{End, Priority, State},
    },
    auth::Form,
    billing::{Grouping, Period},
    planner::StartOptions,
};

use crate::{
    agents::{Barrier, echo, one_step},
    engine::{Engine, amount, caller, grant, on_every_engine, soon, start, until, wait, work},
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

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

/// Makes a transaction that was answered so many days ago.
pub(crate) async fn answered(engine: &Engine, id: &str, days_ago: u32) {
    let at = SystemClock.now() - DAY * days_ago;
    let transaction = Transaction {
        id: id.parse().unwrap(),
        consumer: "one".parse().unwrap(),
        service: "srv-1".parse().unwrap(),
        provider: "two".parse().unwrap(),
        priority: Priority::Normal,
        key: Some(id.to_owned()),
        content: [1; 32],
        signature: [2; 32],
        form: Form::A,
        request_bytes: 100,
        started_at: at,
        ends_by: at,
        state: State::Pending,
        attempts: 1,
        executions: 1,
    };
    let store = &engine.stores.transactions;
    let began = transaction.began(at, None, None);
    assert_eq!(store.begin(&transaction, None, &began).await.unwrap(), Begun::New);
    let end = End::Answered {
        status: Some(200),
        result: Some("1".to_owned()),
    };
    let state = State::Ended { at, end };
    let finish = Finish {
        consumer: transaction.consumer.clone(),
        id: transaction.id.clone(),
        execution: 1,
        event: transaction.became(at, &state, None),
        state,
        joined: 0,
    };
    assert!(store.finish(&finish).await.unwrap());
}

async fn old_transactions_are_removed_and_old_answers_forgotten(engine: Engine) {
    for (id, days_ago) in [("tx_1", 60), ("tx_2", 51), ("tx_3", 49), ("tx_4", 2), ("tx_5", 0)] {
        answered(&engine, id, days_ago).await;
    }
    let options = WorkerOptions {
        retention: Retention {
            transactions: Some(DAY * 50),
            interval: Duration::from_millis(20),
            batch: 1,
            ..Retention::default()
        },
        ..WorkerOptions::default()
    };
    let host = engine.builder().worker_options(options).build().await.unwrap();
    let worker = work(&host);
    let known = async || {
        let filter = Filter {
            limit: 9,
            ..Filter::default()
        };
        let listed = host.transactions().list(&filter).await.unwrap();
        let known = listed
            .iter()
            .map(|known| (known.id.to_string(), known.is_forgotten()));
        known.collect::<Vec<_>>()
    };
    let left = [("tx_5", false), ("tx_4", true), ("tx_3", true)];
    let left = left.map(|(id, is_forgotten)| (id.to_owned(), is_forgotten));
    until(async || known().await == left).await;
    engine.assert_sound().await;
    worker.abort();
}

on_every_engine!(
    only_what_is_over_is_removed,
    by_default_what_is_young_is_kept,
    old_transactions_are_removed_and_old_answers_forgotten,
);
