//! What an agent of the host does to itself stays with itself.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use async_trait::async_trait;
use orch::{
    Amount, Caller, Gate, PageRequest, Passage, RunStatus, StoreError,
    a2a::Invocation,
    planner::{OrchestrationOptions, StepState},
};
use serde_json::json;

use crate::{
    agents::{Barrier, echo, one_step, panicking, plan, step},
    engine::{Engine, assert_left, caller, grant, pause, soon, start, until, wait, work},
};

/// The runtime of this test has one thread, so that whatever blocks it would block all.
#[tokio::test]
async fn an_agent_that_blocks_stalls_only_itself() {
    let (engine, barrier) = (Engine::in_memory(), Barrier::new());
    let orchestrator = engine
        .builder()
        .agent(echo())
        .agent(barrier.blocked())
        .build()
        .await
        .unwrap();
    orchestrator
        .billing()
        .grant(caller().account(), "100 ALGO".parse().unwrap(), "credits")
        .await
        .unwrap();
    let _worker = work(&orchestrator);
    let mut blocked = Vec::new();
    for _ in 0..20 {
        blocked.push(start(&orchestrator, one_step("blocked")).await);
    }
    until(async || barrier.n_calls() == 20).await;
    for _ in 0..20 {
        let run = start(&orchestrator, one_step("echo")).await;
        assert_eq!(
            soon(wait(&orchestrator, run)).await.status(),
            RunStatus::Completed
        );
    }
    // Longer than a worker lives without a heartbeat: it keeps its runs nevertheless.
    let _other = work(&engine.builder().build().await.unwrap());
    pause(1000).await;
    let runs = orchestrator
        .orchestrations()
        .list(&caller(), PageRequest::new(100, 0))
        .await
        .unwrap();
    assert!(runs.items.iter().all(|run| run.epoch == 1));
    // A run is cancelled, though its thread goes on.
    let cancelled = blocked.remove(0);
    orchestrator
        .orchestrations()
        .cancel(&caller(), cancelled)
        .await
        .unwrap();
    assert_eq!(
        soon(wait(&orchestrator, cancelled)).await.status(),
        RunStatus::Cancelled
    );
    barrier.open();
    for run in blocked {
        assert_eq!(
            soon(wait(&orchestrator, run)).await.status(),
            RunStatus::Completed
        );
    }
    assert_eq!(barrier.n_calls(), 20);
}

#[tokio::test]
async fn an_agent_that_panics_fails_only_its_step() {
    let engine = Engine::in_memory();
    let agents = [echo(), panicking("loud"), panicking("soft").cooperative()];
    let builder = agents.into_iter().fold(engine.builder(), orch::Builder::agent);
    let orchestrator = builder.build().await.unwrap();
    grant(&orchestrator).await;
    let _worker = work(&orchestrator);
    for agent in ["loud", "soft"] {
        let mut bad = step("bad", agent);
        bad["on_failure"] = json!("skip");
        let run = start(&orchestrator, plan(&json!([bad, step("good", "echo")]))).await;
        let ended = soon(wait(&orchestrator, run)).await;
        assert_eq!(
            (ended.status(), ended.output()),
            (RunStatus::Completed, Some(&json!({ "good": "good" })))
        );
        let StepState::Failed(failure) = ended.step(&"bad".parse().unwrap()).unwrap() else {
            panic!("the step has not failed");
        };
        assert_eq!(failure.code, "agent_panicked");
    }
    assert_left(&orchestrator, "8 ALGO").await;
    assert!(orchestrator.is_working());
}

/// Panics once, as a port of a host may that has a bug.
#[derive(Debug, Default)]
struct PanickingGate(AtomicBool);

#[async_trait]
impl Gate for PanickingGate {
    async fn check(&self, _: &Caller, _: &Invocation, _: Amount) -> Result<Passage, StoreError> {
        assert!(self.0.swap(true, Ordering::SeqCst), "told to panic");
        Ok(Passage::Open)
    }
}

#[tokio::test]
async fn a_port_that_panics_puts_its_run_off_and_no_more() {
    let engine = Engine::in_memory();
    let builder = engine
        .builder()
        .agent(echo())
        .gate(Arc::new(PanickingGate::default()));
    let orchestrator = builder.build().await.unwrap();
    grant(&orchestrator).await;
    let _worker = work(&orchestrator);
    let run = start(&orchestrator, one_step("echo")).await;
    assert_eq!(
        soon(wait(&orchestrator, run)).await.status(),
        RunStatus::Completed
    );
    assert_left(&orchestrator, "9 ALGO").await;
}

/// Runs that end make the worker look for others all the time: none that it is granted may get lost on the way.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_run_is_granted_to_nobody() {
    let engine = Engine::sqlite().await;
    // Without a desk, each run is claimed from the store.
    let options = OrchestrationOptions {
        inbox: 0,
        ..OrchestrationOptions::default()
    };
    let builder = engine.builder().agent(echo()).orchestration_options(options);
    let orchestrator = builder.build().await.unwrap();
    orchestrator
        .billing()
        .grant(caller().account(), "1000 ALGO".parse().unwrap(), "credits")
        .await
        .unwrap();
    let _worker = work(&orchestrator);
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let orchestrator = orchestrator.clone();
        clients.spawn(async move {
            for _ in 0..10 {
                let run = start(&orchestrator, one_step("echo")).await;
                assert_eq!(
                    soon(wait(&orchestrator, run)).await.status(),
                    RunStatus::Completed
                );
            }
        });
    }
    while let Some(client) = clients.join_next().await {
        client.unwrap();
    }
    assert_left(&orchestrator, "840 ALGO").await;
}
