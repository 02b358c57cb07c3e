use orch_a2a::testing::Script;
use orch_planner::{Driven, OrchestrationError, RunStatus};
use serde_json::json;

use crate::house::{House, caller, drive, echo, once, plan, seconds, settle, stranger};

#[tokio::test]
async fn a_run_that_nobody_drives_yet_is_cancelled() {
    let house = House::new().await;
    let run = house.start(plan(json!([once("a", &[])]))).await;
    house.service.cancel(&caller(), run).await.unwrap();
    house.service.cancel(&caller(), run).await.unwrap();
    assert_eq!(house.find(run).await.status(), RunStatus::Cancelling);
    let worker = house.service.begin_worker().await.unwrap();
    assert_eq!(drive(&house.service, &worker).await, [Driven::Ended]);
    assert_eq!(
        house.history(run).await,
        ["planned", "cancel_requested", "cancelled"]
    );
    assert!(house.sent().is_empty());
    house.assert_paid(0).await;
    let again = house.service.cancel(&caller(), run).await.unwrap_err();
    assert!(
        matches!(
            again,
            OrchestrationError::Ended {
                status: RunStatus::Cancelled,
                ..
            }
        ),
        "{again}"
    );
}

/// From this process or from another one.
async fn running_steps_are_stopped(is_elsewhere: bool) {
    let house = House::new().await;
    house.transport.always("once/do", Script::Hang);
    let worker = house.service.begin_worker().await.unwrap();
    let steps = json!([
        echo("a", json!({"id": "a"})),
        once("b", &["a"]),
        once("c", &["a"]),
        once("d", &["b"])
    ]);
    let run = house.start(plan(steps)).await;
    let driving = tokio::spawn({
        let service = house.service.clone();
        async move { drive(&service, &worker).await }
    });
    settle().await;
    assert_eq!(house.sent(), ["a", "b", "c"]);
    let service = if is_elsewhere {
        house.elsewhere()
    } else {
        house.service.clone()
    };
    service.cancel(&caller(), run).await.unwrap();
    if is_elsewhere {
        settle().await;
        assert!(!driving.is_finished(), "it has not looked yet");
        house.clock.advance(seconds(1));
    }
    assert_eq!(driving.await.unwrap(), [Driven::Ended]);
    let mut history = house.history(run).await;
    // They are told at the same time, and stop in any order.
    history[6..8].sort_unstable();
    assert_eq!(
        history,
        [
            "planned",
            "step_started a",
            "step_succeeded a",
            "step_started b",
            "step_started c",
            "cancel_requested",
            "step_cancelled b",
            "step_cancelled c",
            "cancelled"
        ]
    );
    assert_eq!(house.transport.n_stopped(), 2);
    house.assert_paid(1).await;
}

#[tokio::test]
async fn running_steps_are_stopped_from_here() {
    running_steps_are_stopped(false).await;
}

#[tokio::test]
async fn running_steps_are_stopped_from_elsewhere() {
    running_steps_are_stopped(true).await;
}

#[tokio::test]
async fn an_answer_after_the_cancel_is_late_and_not_paid() {
    let house = House::new().await;
    house
        .transport
        .push("once/do", Script::after(seconds(1), Script::Echo));
    let worker = house.service.begin_worker().await.unwrap();
    let run = house.start(plan(json!([once("a", &[])]))).await;
    let driving = tokio::spawn({
        let service = house.service.clone();
        async move { drive(&service, &worker).await }
    });
    settle().await;
    // The driver looks for news when its agent answers, not before: the log decides who was first.
    house.elsewhere().cancel(&caller(), run).await.unwrap();
    house.clock.advance(seconds(1));
    assert_eq!(driving.await.unwrap(), [Driven::Ended]);
    let history = house.history(run).await;
    assert_eq!(
        history,
        [
            "planned",
            "step_started a",
            "cancel_requested",
            "step_late a",
            "cancelled"
        ]
    );
    house.assert_paid(0).await;
}

#[tokio::test]
async fn strangers_find_nothing_to_cancel_or_read() {
    let house = House::new().await;
    let run = house.start(plan(json!([once("a", &[])]))).await;
    let stranger = stranger();
    let approval = "apr_018d0cabc4407f199b774a727434be50".parse().unwrap();
    let errors = [
        house.service.cancel(&stranger, run).await.unwrap_err(),
        house.service.resume(&stranger, run, approval).await.unwrap_err(),
        house.service.find(&stranger, run).await.unwrap_err(),
        house.service.watch(&stranger, run, 1).await.unwrap_err(),
    ];
    for error in errors {
        assert!(
            matches!(error, OrchestrationError::NotFound(id) if id == run),
            "{error}"
        );
    }
    let listed = house
        .service
        .list(&stranger, orch_core::PageRequest::default())
        .await
        .unwrap();
    assert_eq!(listed.total, 0);
    assert_eq!(house.find(run).await.status(), RunStatus::Running);
}
