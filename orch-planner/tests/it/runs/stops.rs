//! What becomes of runs whose account, agent or everything is stopped.

use orch_a2a::testing::Script;
use orch_core::{ErrorKind, Failure, switch::Stoppable};
use orch_planner::{Orchestration, Plan, RunStatus, StartOptions};
use serde_json::json;

use super::fallback;
use crate::house::{House, PRICE, caller, drive, echo, once, plan, settle};

fn suspended() -> Stoppable {
    Stoppable::Account(caller().account().clone())
}

/// Runs a plan whose first step hangs until this is stopped.
async fn run_into(house: &House, plan: Plan, what: Stoppable) -> Orchestration {
    let worker = house.service.begin_worker().await.unwrap();
    let run = house.start(plan).await;
    let driving = tokio::spawn({
        let service = house.service.clone();
        async move { drive(&service, &worker).await }
    });
    settle().await;
    house.invoker.switch().stop(what, "fire").await.unwrap();
    driving.await.unwrap();
    house.find(run).await
}

#[tokio::test]
async fn the_runs_of_a_suspended_account_are_cancelled_and_their_holds_released() {
    for what in [suspended(), Stoppable::Everything] {
        let house = House::new().await;
        house.transport.push("once/do", Script::Hang);
        let steps = json!([once("a", &[]), echo("b", json!({"id": "b"})), once("c", &["a"])]);
        let run = run_into(&house, plan(steps), what.clone()).await;
        assert_eq!(run.status(), RunStatus::Cancelled, "{what}");
        assert_eq!(house.transport.n_stopped(), 1);
        // What was answered before is paid, and nothing is held any more.
        house.assert_paid(1).await;
    }
}

#[tokio::test]
async fn a_run_that_finds_its_account_suspended_sends_nothing_more() {
    let house = House::new().await;
    let worker = house.service.begin_worker().await.unwrap();
    let run = house.start(plan(json!([once("a", &[])]))).await;
    house.invoker.switch().stop(suspended(), "fire").await.unwrap();
    drive(&house.service, &worker).await;
    assert_eq!(house.find(run).await.status(), RunStatus::Cancelled);
    assert!(house.sent().is_empty());
    house.assert_paid(0).await;
}

#[tokio::test]
async fn a_suspended_account_starts_nothing() {
    let house = House::new().await;
    house.invoker.switch().stop(suspended(), "fire").await.unwrap();
    let started = house
        .service
        .start_plan(&caller(), plan(json!([once("a", &[])])), StartOptions::default())
        .await;
    let kind = started.unwrap_err().kind();
    assert!(matches!(kind, ErrorKind::Forbidden { .. }), "{kind:?}");
    house.assert_paid(0).await;
    house.invoker.switch().start(&suspended()).await.unwrap();
    let run = house.run(plan(json!([once("a", &[])]))).await;
    assert_eq!(run.status(), RunStatus::Completed);
}

#[tokio::test]
async fn a_stopped_agent_fails_its_step_or_leaves_it_to_another() {
    for (fallbacks, status) in [(0, RunStatus::Failed), (1, RunStatus::Completed)] {
        let house = House::new().await;
        fallback::hire(&house, "first", PRICE, |_| {}).await;
        fallback::hire(&house, "second", PRICE, |_| {}).await;
        let first = house.catalog.find(&caller(), "first").await.unwrap();
        house
            .invoker
            .switch()
            .stop(Stoppable::Agent(first.id), "fire")
            .await
            .unwrap();
        let worker = house.service.begin_worker().await.unwrap();
        let options = StartOptions {
            fallbacks,
            ..StartOptions::default()
        };
        let started = house
            .service
            .start_plan(&caller(), fallback::translate(), options)
            .await
            .unwrap();
        drive(&house.service, &worker).await;
        let run = house.find(started.run).await;
        assert_eq!(run.status(), status);
        house.assert_paid(usize::from(fallbacks > 0)).await;
        if let Some(failure) = run.failure() {
            assert_eq!(failure.failure.code, "agent_stopped");
        }
    }
}
