use std::sync::Arc;

use orch_a2a::testing::Script;
use orch_billing::InMemoryLedger;
use orch_core::{ManualClock, event::InMemoryEventLog};
use orch_planner::{InMemoryOrchestrations, OrchestrationOptions, RunStatus, StepState};
use serde_json::{Value, json};

use crate::house::{
    House, PRICE, drive, echo,
    faulty::{Faulty, Fuse},
    once, options, plan, seconds, settle,
};

#[tokio::test]
async fn a_failing_step_fails_the_run_and_is_not_paid() {
    let house = House::new().await;
    house.transport.push("once/do", Script::fail("out of order"));
    let steps = json!([
        echo("a", json!({"id": "a"})),
        once("b", &["a"]),
        echo("c", json!({"x": {"$result": "/b"}}))
    ]);
    let run = house.run(plan(steps)).await;
    assert_eq!(run.status(), RunStatus::Failed);
    let failure = run.failure().unwrap();
    assert_eq!(failure.step.as_ref().map(orch_planner::StepId::as_str), Some("b"));
    assert_eq!(failure.failure.code, "agent_failed");
    assert!(
        failure.failure.reason.contains("out of order"),
        "{}",
        failure.failure.reason
    );
    assert_eq!(run.step(&"c".parse().unwrap()), Some(&StepState::Skipped));
    house.assert_paid(1).await;
}

#[tokio::test]
async fn what_runs_beside_a_failure_is_stopped_and_not_paid() {
    let house = House::new().await;
    house.transport.push("echo/do", Script::Hang);
    house
        .transport
        .push("once/do", Script::after(seconds(5), Script::fail("no")));
    let worker = house.service.begin_worker().await.unwrap();
    let run = house
        .start(plan(json!([echo("a", json!({"id": "a"})), once("b", &[])])))
        .await;
    let driving = tokio::spawn({
        let service = house.service.clone();
        async move { drive(&service, &worker).await }
    });
    settle().await;
    house.clock.advance(seconds(5));
    driving.await.unwrap();
    let history = [
        "planned",
        "step_started a",
        "step_started b",
        "step_failed b",
        "step_cancelled a",
        "failed",
    ];
    assert_eq!(house.history(run).await, history);
    assert_eq!(house.transport.n_stopped(), 1);
    house.assert_paid(0).await;
}

#[tokio::test]
async fn a_step_may_fail_without_failing_the_run() {
    let house = House::new().await;
    house.transport.push("once/do", Script::fail("no"));
    let mut optional = once("b", &[]);
    optional["on_failure"] = json!("skip");
    let steps = json!([
        echo("a", json!({"id": "a"})),
        optional,
        echo("c", json!({"id": "c", "x": {"$result": "/b"}})),
        echo("d", json!({"id": "d", "x": {"$result": "/c"}})),
        echo("e", json!({"id": "e", "x": {"$result": "/a"}})),
    ]);
    let run = house.run(plan(steps)).await;
    assert_eq!(run.status(), RunStatus::Completed);
    let states: Vec<&str> = run.steps().iter().map(StepState::name).collect();
    assert_eq!(states, ["succeeded", "failed", "skipped", "skipped", "succeeded"]);
    let answered = json!({"e": {"id": "e", "x": {"id": "a"}}});
    assert_eq!(run.output(), Some(&answered));
    house.assert_paid(2).await;
}

#[tokio::test]
async fn a_run_without_an_answer_fails() {
    let house = House::new().await;
    house.transport.push("once/do", Script::fail("no"));
    let mut optional = once("b", &[]);
    optional["on_failure"] = json!("skip");
    let run = house.run(plan(json!([optional]))).await;
    assert_eq!(
        (run.status(), run.failure().unwrap().failure.code.as_str()),
        (RunStatus::Failed, "no_output")
    );
    house.assert_paid(0).await;
}

#[tokio::test]
async fn a_missing_part_of_a_result_is_named() {
    let house = House::new().await;
    let steps = json!([
        echo("a", json!({"id": "a"})),
        echo("b", json!({"x": {"$result": "/a/rows/0"}}))
    ]);
    let run = house.run(plan(steps)).await;
    let failure = &run.failure().unwrap().failure;
    assert_eq!(failure.code, "missing_result");
    assert!(failure.reason.contains("/a/rows/0"), "{}", failure.reason);
    house.assert_paid(1).await;
}

#[tokio::test]
async fn a_run_that_takes_too_long_fails() {
    let house = House::new().await;
    house
        .transport
        .always("echo/do", Script::after(seconds(40), Script::Echo));
    let worker = house.service.begin_worker().await.unwrap();
    let steps: Vec<Value> = (0..20)
        .map(|n| match n {
            0 => echo("s0", json!({"id": "s0"})),
            n => echo(
                &format!("s{n}"),
                json!({"id": "x", "y": {"$result": format!("/s{}/id", n - 1)}}),
            ),
        })
        .collect();
    let run = house.start(plan(steps.into())).await;
    let driving = tokio::spawn({
        let service = house.service.clone();
        async move { drive(&service, &worker).await }
    });
    while !driving.is_finished() {
        settle().await;
        house.clock.advance(seconds(20));
    }
    let run = house.find(run).await;
    assert_eq!(
        (run.status(), run.failure().unwrap().failure.code.as_str()),
        (RunStatus::Failed, "timed_out")
    );
    let paid = run
        .steps()
        .iter()
        .filter(|state| matches!(state, StepState::Succeeded(_)))
        .count();
    assert_eq!(paid, 7, "in 300 seconds at 40 each");
    house.assert_paid(paid).await;
}

/// What a step says while something else is written down is not left lying until the next look.
#[tokio::test]
async fn a_run_out_of_time_ends_as_soon_as_its_steps_have() {
    for turns in 0..20 {
        let clock = Arc::new(ManualClock::default());
        let (runs, ledger) = (Arc::new(Fuse::default()), Arc::new(Fuse::default()));
        let log = Arc::new(InMemoryEventLog::default());
        let store = Arc::new(Faulty {
            store: Arc::new(InMemoryOrchestrations::new(log, clock.clone())),
            fuse: runs.clone(),
        });
        let money = Arc::new(Faulty {
            store: Arc::new(InMemoryLedger::default()),
            fuse: ledger.clone(),
        });
        let house = House::over(clock, store, money, options()).await;
        house
            .transport
            .always("echo/do", Script::after(seconds(400), Script::Echo));
        let worker = house.service.begin_worker().await.unwrap();
        let run = house.start(plan(json!([echo("a", json!({"id": "a"}))]))).await;
        let driving = tokio::spawn({
            let service = house.service.clone();
            async move { drive(&service, &worker).await }
        });
        settle().await;
        runs.slow(30);
        ledger.slow(turns);
        house.clock.advance(seconds(300));
        for _ in 0..3 {
            settle().await;
        }
        let history = house.history(run).await;
        assert!(driving.is_finished(), "{turns}: {history:?}");
        let run = house.find(run).await;
        assert_eq!(run.failure().unwrap().failure.code, "timed_out");
    }
}

#[tokio::test]
async fn results_are_bounded() {
    let house = House::new().await;
    let options = OrchestrationOptions {
        result_bytes: 100,
        ..options()
    };
    let ledger = std::sync::Arc::new(orch_billing::InMemoryLedger::default());
    let house = House::over(house.clock.clone(), house.store.clone(), ledger, options).await;
    let steps = json!([
        echo("a", json!({"id": "x".repeat(60)})),
        echo("b", json!({"id": {"$result": "/a/id"}}))
    ]);
    let run = house.run(plan(steps)).await;
    assert_eq!(run.failure().unwrap().failure.code, "too_large");
    assert_eq!(run.spent().minor(), PRICE);
    house.assert_paid(1).await;
}

#[tokio::test]
async fn a_panicking_agent_fails_its_step() {
    let house = House::new().await;
    house.transport.push("echo/do", Script::Panic("oh"));
    let run = house.run(plan(json!([echo("a", json!({"id": "a"}))]))).await;
    assert_eq!(run.failure().unwrap().failure.code, "agent_panicked");
    house.assert_paid(0).await;
}
