//! A run that waits for a human outlives the process that asked.

use std::{sync::Arc, time::Duration};

use orch::{
    Amount, ApprovalId, Currency, Orchestrator, OsEntropy, Passage, RunStatus, a2a::testing::ScriptedGate,
};

use crate::{
    agents::{echo, one_step, plan, step},
    engine::{Engine, amount, assert_left, caller, grant, on_every_engine, soon, start, until, wait, work},
};

on_every_engine! {
    a_run_that_waits_survives_its_process_and_resumes,
    a_denied_run_fails_and_is_not_paid,
}

async fn host(engine: &Engine, gate: &Arc<ScriptedGate>) -> Orchestrator {
    let orchestrator = engine
        .builder()
        .agent(echo())
        .gate(gate.clone())
        .build()
        .await
        .unwrap();
    grant(&orchestrator).await;
    orchestrator
}

async fn waits(orchestrator: &Orchestrator, run: orch::RunId) -> bool {
    orchestrator
        .orchestrations()
        .find(&caller(), run)
        .await
        .unwrap()
        .status()
        == RunStatus::Waiting
}

async fn a_run_that_waits_survives_its_process_and_resumes(engine: Engine) {
    let (gate, approval) = (
        Arc::new(ScriptedGate::default()),
        ApprovalId::generate(&OsEntropy),
    );
    gate.set("say", Passage::Waiting(approval.clone()));
    let orchestrator = host(&engine, &gate).await;
    let worker = work(&orchestrator);
    let steps = serde_json::json!([step("a", "echo"), { "id": "b", "agent": "echo", "task": "say",
        "arguments": { "text": { "$result": "/a" } } }]);
    let run = start(&orchestrator, plan(&steps)).await;
    until(async || waits(&orchestrator, run).await).await;
    // Nothing holds a shutdown up, because nothing is driven.
    soon(orchestrator.shutdown(Duration::from_secs(60))).await;
    worker.await.unwrap().unwrap();
    drop(orchestrator);

    let next = host(&engine, &gate).await;
    let worker = work(&next);
    assert!(waits(&next, run).await);
    let balance = next.billing().balance(&caller(), Currency::Algo).await.unwrap();
    assert_eq!(
        (balance.available, balance.held),
        (amount("8 ALGO"), amount("2 ALGO"))
    );
    // What was not asked for decides nothing.
    let other = ApprovalId::generate(&OsEntropy);
    next.orchestrations().resume(&caller(), run, other).await.unwrap();
    assert!(waits(&next, run).await);
    worker.abort();
    drop(next);

    let last = host(&engine, &gate).await;
    gate.set("say", Passage::Open);
    last.orchestrations()
        .resume(&caller(), run, approval)
        .await
        .unwrap();
    let _worker = work(&last);
    assert_eq!(soon(wait(&last, run)).await.status(), RunStatus::Completed);
    let invocations: Vec<_> = gate
        .checks()
        .into_iter()
        .map(|(invocation, _)| invocation)
        .collect();
    assert_eq!(invocations.len(), 3);
    assert_eq!(
        invocations[0], invocations[1],
        "it is the same call that is made again"
    );
    assert_left(&last, "8 ALGO").await;
    engine.assert_sound().await;
}

async fn a_denied_run_fails_and_is_not_paid(engine: Engine) {
    let gate = Arc::new(ScriptedGate::default());
    gate.set(
        "say",
        Passage::Denied {
            reason: "too dear".into(),
        },
    );
    let orchestrator = host(&engine, &gate).await;
    let _worker = work(&orchestrator);
    let run = start(&orchestrator, one_step("echo")).await;
    let ended = soon(wait(&orchestrator, run)).await;
    assert_eq!(ended.status(), RunStatus::Failed);
    assert_eq!(ended.failure().unwrap().failure.code, "denied");
    assert_eq!(ended.spent(), Amount::zero(Currency::Algo));
    assert_left(&orchestrator, "10 ALGO").await;
    engine.assert_sound().await;
}
