//! More than one orchestrator over the same stores.

mod approvals;
mod news;
mod upgrade;

use std::{collections::HashSet, time::Duration};

use orch::{RunStatus, Stores, WorkerError, backends::sql::ConnectError};

use crate::{
    agents::{Barrier, echo, one_step},
    engine::{Engine, amount, assert_left, caller, grant, soon, start, until, wait, work},
};

/// Two processes over one file, as far as the file can tell: each has an engine of its own.
#[tokio::test]
async fn a_file_is_served_by_one_worker_and_used_by_all() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("orch.db").display());
    let connect = async || orch::Orchestrator::builder(Stores::connect(&url).await.unwrap()).agent(echo());
    let first = connect().await.build().await.unwrap();
    grant(&first).await;
    let first_worker = work(&first);
    until(async || first.is_working()).await;

    let second = connect().await.build().await.unwrap();
    let WorkerError::NotServed(cause) = soon(second.worker()).await.unwrap_err() else {
        panic!("it is refused for another reason");
    };
    assert!(
        matches!(cause.downcast_ref(), Some(ConnectError::Served { .. })),
        "{cause}"
    );
    assert!(
        matches!(soon(first.worker()).await, Err(WorkerError::NotServed(_))),
        "a second one of the same host"
    );
    let run = start(&second, one_step("echo")).await;
    assert_eq!(soon(wait(&second, run)).await.status(), RunStatus::Completed);
    assert_left(&second, "9 ALGO").await;

    // The leave ends with its worker.
    soon(first.shutdown(Duration::from_secs(60))).await;
    first_worker.await.unwrap().unwrap();
    let second_worker = work(&second);
    until(async || second.is_working()).await;
    let run = start(&first, one_step("echo")).await;
    assert_eq!(soon(wait(&first, run)).await.status(), RunStatus::Completed);
    second_worker.abort();
}

async fn replicas_share_the_runs(engine: Engine) {
    let barrier = Barrier::new();
    let host = async || engine.builder().agent(barrier.gated()).build().await.unwrap();
    let (one, other) = (host().await, host().await);
    one.billing()
        .grant(caller().account(), amount("100 ALGO"), "credits")
        .await
        .unwrap();
    let workers = [work(&one), work(&other)];
    until(async || one.is_working() && other.is_working()).await;
    let mut runs = Vec::new();
    for _ in 0..20 {
        runs.push(start(&one, one_step("gated")).await);
        runs.push(start(&other, one_step("gated")).await);
    }
    until(async || barrier.n_calls() == 40).await;
    // One replica dies; the other takes its runs over, and each is paid once.
    workers[0].abort();
    drop(one);
    until(async || barrier.n_calls() >= 60).await;
    barrier.open();
    assert_eq!(runs.iter().collect::<HashSet<_>>().len(), 40);
    for run in runs {
        assert_eq!(soon(wait(&other, run)).await.status(), RunStatus::Completed);
    }
    assert_left(&other, "60 ALGO").await;
    engine.assert_sound().await;
}

#[tokio::test]
async fn replicas_in_memory_share_the_runs() {
    replicas_share_the_runs(Engine::in_memory()).await;
}

#[tokio::test]
async fn replicas_over_postgres_share_the_runs() {
    if let Some(engine) = Engine::postgres().await {
        replicas_share_the_runs(engine).await;
    }
}
