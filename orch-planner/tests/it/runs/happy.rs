use orch_a2a::testing::Script;
use orch_planner::{Driven, OrchestrationOptions, RunStatus};
use serde_json::json;

use crate::house::{House, PRICE, caller, drive, echo, options, plan, seconds, settle};

#[tokio::test]
async fn a_chain_runs_in_order_and_hands_results_on() {
    let house = House::new().await;
    let run = house
        .run(plan(json!([
            echo(
                "c",
                json!({"id": "c", "all": {"b": {"$result": "/b/text"}, "a": {"$result": "/a"}}})
            ),
            echo("b", json!({"id": "b", "text": {"$result": "/a/words/1"}})),
            echo("a", json!({"id": "a", "words": ["x", "y"]})),
        ])))
        .await;
    assert_eq!(run.status(), RunStatus::Completed);
    assert_eq!(house.sent(), ["a", "b", "c"]);
    let answered = json!({"c": {"id": "c", "all": {"b": "y", "a": {"id": "a", "words": ["x", "y"]}}}});
    assert_eq!(run.output(), Some(&answered));
    assert_eq!(run.spent().minor(), 3 * PRICE);
    house.assert_paid(3).await;
    assert_eq!(
        house.history(run.id()).await,
        [
            "planned",
            "step_started a",
            "step_succeeded a",
            "step_started b",
            "step_succeeded b",
            "step_started c",
            "step_succeeded c",
            "completed"
        ]
    );
}

#[tokio::test]
async fn the_plan_says_what_the_run_answers() {
    let house = House::new().await;
    let mut wanted = plan(json!([
        echo("a", json!({"id": "a"})),
        echo("b", json!({"id": "b"}))
    ]));
    wanted.output = Some(orch_planner::Parameter::parse(json!([{"$result": "/b/id"}, 1]), "output").unwrap());
    assert_eq!(house.run(wanted).await.output(), Some(&json!(["b", 1])));
}

#[tokio::test]
async fn ready_steps_run_side_by_side() {
    let house = House::new().await;
    house
        .transport
        .always("echo/do", Script::after(seconds(10), Script::Echo));
    let worker = house.service.begin_worker().await.unwrap();
    let diamond = plan(json!([
        echo("top", json!({"id": "top"})),
        echo("left", json!({"id": "left", "x": {"$result": "/top"}})),
        echo("right", json!({"id": "right", "x": {"$result": "/top"}})),
        echo(
            "bottom",
            json!({"id": "bottom", "l": {"$result": "/left"}, "r": {"$result": "/right"}})
        ),
    ]));
    let run = house.start(diamond).await;
    let driving = tokio::spawn({
        let service = house.service.clone();
        async move { drive(&service, &worker).await }
    });
    for sent in [1, 3, 4] {
        settle().await;
        assert_eq!(house.transport.calls().len(), sent);
        house.clock.advance(seconds(10));
    }
    assert_eq!(driving.await.unwrap(), [Driven::Ended]);
    assert_eq!(house.find(run).await.status(), RunStatus::Completed);
    house.assert_paid(4).await;
}

#[tokio::test]
async fn no_more_steps_run_at_once_than_allowed() {
    let house = House::new().await;
    let options = OrchestrationOptions {
        parallel_steps: 2,
        ..options()
    };
    let house = House::over(
        house.clock.clone(),
        house.store.clone(),
        std::sync::Arc::new(orch_billing::InMemoryLedger::default()),
        options,
    )
    .await;
    house
        .transport
        .always("echo/do", Script::after(seconds(10), Script::Echo));
    let worker = house.service.begin_worker().await.unwrap();
    let ids = ["a", "b", "c", "d", "e"];
    let run = house
        .start(plan(ids.iter().map(|id| echo(id, json!({"id": id}))).collect()))
        .await;
    let driving = tokio::spawn({
        let service = house.service.clone();
        async move { drive(&service, &worker).await }
    });
    for sent in [2, 4, 5] {
        settle().await;
        assert_eq!(house.transport.calls().len(), sent);
        house.clock.advance(seconds(10));
    }
    driving.await.unwrap();
    assert_eq!(house.find(run).await.status(), RunStatus::Completed);
}

#[tokio::test]
async fn what_costs_nothing_needs_no_credits() {
    let house = House::new().await;
    let free = |id: &str| json!({"id": id, "agent": "free", "task": "do", "arguments": {"id": id}});
    let run = house.run(plan(json!([free("a"), free("b")]))).await;
    assert_eq!(run.status(), RunStatus::Completed);
    house.assert_paid(0).await;
    let usage = house
        .service
        .list(&caller(), orch_core::PageRequest::default())
        .await
        .unwrap();
    assert_eq!(usage.items[0].status, RunStatus::Completed);
}

#[tokio::test]
async fn a_long_chain_ends() {
    let house = House::new().await;
    let steps = (0..50).map(|n| {
        let before = if n == 0 {
            json!(null)
        } else {
            json!({"$result": format!("/s{}/id", n - 1)})
        };
        echo(&format!("s{n}"), json!({"id": format!("s{n}"), "before": before}))
    });
    let run = house.run(plan(steps.collect())).await;
    assert_eq!(run.status(), RunStatus::Completed);
    house.assert_paid(50).await;
}
