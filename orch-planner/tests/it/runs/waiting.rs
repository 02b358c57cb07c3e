use orch_a2a::Passage;
use orch_core::{ApprovalId, PageRequest};
use orch_planner::{Driven, RunStatus, StepState};
use serde_json::json;

use super::crash::{Crash, MANY, Way};
use crate::house::{CREDITS, House, PRICE, caller, drive, echo, faulty::Fault, once, plan, seconds};

fn approval() -> ApprovalId {
    "apr_018d0cabc4407f199b774a727434be50".parse().unwrap()
}

/// A run whose step `b` waits for a human, beside `a` which is done.
async fn parked() -> (House, orch_planner::Worker, orch_core::RunId) {
    let house = House::new().await;
    let worker = house.service.begin_worker().await.unwrap();
    house.gate.set("do", Passage::Open);
    let run = house
        .start(plan(json!([
            echo("a", json!({"id": "a"})),
            gated("b"),
            once("c", &["b"])
        ])))
        .await;
    house.gate.set("guarded", Passage::Waiting(approval()));
    assert_eq!(drive(&house.service, &worker).await, [Driven::Parked]);
    assert_eq!(house.find(run).await.status(), RunStatus::Waiting);
    (house, worker, run)
}

fn gated(id: &str) -> serde_json::Value {
    json!({"id": id, "agent": "once", "task": "guarded", "arguments": {"id": id}})
}

#[tokio::test]
async fn a_run_waits_for_a_human_and_goes_on() {
    let (house, worker, run) = parked().await;
    assert_eq!(house.sent(), ["a"]);
    assert_eq!(
        house.balance().await.held.minor(),
        2 * PRICE,
        "what is not spent stays held"
    );
    // Waiting for a human does not count against the run's time.
    house.clock.advance(seconds(1000));
    assert!(worker.claim(10).await.unwrap().is_empty(), "nobody works on it");
    assert!(worker.heartbeat().await.unwrap());
    house.gate.set("guarded", Passage::Open);
    house.service.resume(&caller(), run, approval()).await.unwrap();
    house.service.resume(&caller(), run, approval()).await.unwrap();
    assert_eq!(drive(&house.service, &worker).await, [Driven::Ended]);
    assert_eq!(house.sent(), ["a", "b", "c"]);
    house.assert_paid(3).await;
    let history = house.history(run).await;
    assert_eq!(
        history[5..],
        [
            "approval_decided",
            "step_started b",
            "step_succeeded b",
            "step_started c",
            "step_succeeded c",
            "completed"
        ]
    );
}

#[tokio::test]
async fn a_refusal_fails_the_run() {
    let (house, worker, run) = parked().await;
    assert!(worker.heartbeat().await.unwrap());
    house.gate.set(
        "guarded",
        Passage::Denied {
            reason: "too dear".into(),
        },
    );
    house.service.resume(&caller(), run, approval()).await.unwrap();
    drive(&house.service, &worker).await;
    let run = house.find(run).await;
    assert_eq!(
        (run.status(), run.failure().unwrap().failure.code.as_str()),
        (RunStatus::Failed, "denied")
    );
    house.assert_paid(1).await;
}

#[tokio::test]
async fn a_waiting_run_is_cancelled() {
    let (house, worker, run) = parked().await;
    assert!(worker.heartbeat().await.unwrap());
    house.service.cancel(&caller(), run).await.unwrap();
    drive(&house.service, &worker).await;
    assert_eq!(house.find(run).await.status(), RunStatus::Cancelled);
    assert_eq!(house.sent(), ["a"]);
    house.assert_paid(1).await;
}

#[tokio::test]
async fn a_live_runs_hold_does_not_expire() {
    let (house, _, run) = parked().await;
    house.clock.advance(seconds(100_000));
    assert_eq!(house.billing.sweep(&house.service, 100).await.unwrap(), 0);
    assert_eq!(house.balance().await.held.minor(), 2 * PRICE);
    assert_eq!(house.balance().await.available.minor(), CREDITS - 3 * PRICE);
    assert_eq!(house.find(run).await.status(), RunStatus::Waiting);
}

/// The store takes what is written down, and fails to say so.
#[tokio::test]
async fn a_step_waits_although_the_reply_to_that_was_lost() {
    for chosen in 1..MANY {
        let crash = Crash::new(Way::Apart).await;
        crash.house.gate.set("do", Passage::Open);
        crash.house.gate.set("guarded", Passage::Waiting(approval()));
        let both = plan(json!([gated("b"), echo("a", json!({"id": "a"}))]));
        if !crash.run_into(both, chosen, Fault::FailAfter).await {
            assert!(chosen > 5, "only {chosen} calls were tried");
            return;
        }
        let (caller, page) = (caller(), PageRequest::default());
        let runs = crash.house.service.list(&caller, page);
        // A start whose reply is lost is the caller's to repeat.
        let Some(record) = runs.await.unwrap().items.pop() else {
            continue;
        };
        let run = crash.house.find(record.id).await;
        assert_eq!(
            run.status(),
            RunStatus::Waiting,
            "call {chosen}: {:?}",
            run.failure()
        );
        assert!(matches!(run.steps()[1], StepState::Succeeded(_)), "call {chosen}");
    }
}
