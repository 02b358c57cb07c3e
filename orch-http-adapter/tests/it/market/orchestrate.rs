use std::{sync::Arc, time::Duration};

use axum::body::Body;
use orch::{Plan, a2a::testing::Script, agent::Pricing};
use serde_json::{Value, json};

use super::Told;
use crate::house::{Answer, House, after, algo, house, house_with};

const SECOND: Duration = Duration::from_secs(1);

/// A house whose goals are all reached by the same two steps of `one` and `two`, at 0.1 and 0.2 ALGO.
pub(super) async fn two() -> House {
    let steps = json!({ "steps": [
        { "id": "a", "agent": "one", "task": "work", "arguments": { "n": 1 } },
        { "id": "b", "agent": "two", "task": "work", "arguments": { "of": { "$result": "/a" } } },
    ]});
    let plan = Plan::from_value(steps).unwrap();
    let house = house_with(Default::default(), |builder| {
        builder.planner(Arc::new(Told(plan)))
    })
    .await;
    for (slug, price) in [("one", 100_000), ("two", 200_000)] {
        house
            .enroll(|agent, version| {
                (agent.name, agent.slug) = (slug.parse().unwrap(), slug.parse().unwrap());
                version.title = slug.to_uppercase();
                let mut task = orch::Task::new("work", "Works");
                task.timeout = Some(SECOND * 300);
                version.tasks = vec![task];
                version.pricing = Pricing::per_request(algo(price));
            })
            .await;
        house
            .agents
            .always(&format!("{slug}/work"), Script::answer(json!(slug)));
    }
    house
}

pub(super) fn goal() -> Value {
    json!({ "goal": "Do both" })
}

pub(super) fn with(members: &Value) -> Value {
    let mut body = goal();
    body.as_object_mut()
        .unwrap()
        .extend(members.as_object().unwrap().clone());
    body
}

async fn delete(house: &House, id: &Value) -> Answer {
    let path = format!("/orchestrate/{}", id.as_str().unwrap());
    house
        .ask(house.request("DELETE", &path).body(Body::empty()).unwrap())
        .await
}

pub(super) async fn find(house: &House, id: &Value) -> Value {
    house
        .get(&format!("/orchestrate/{}", id.as_str().unwrap()))
        .await
        .body
}

/// Waits until so many calls were sent in all.
async fn sent(house: &House, n_calls: usize) {
    while house.agents.calls().len() < n_calls {
        tokio::task::yield_now().await;
    }
    house.settle().await;
}

#[tokio::test]
async fn a_body_that_cannot_be_meant_names_its_member() {
    let house = two().await;
    let list: Vec<String> = (0..101).map(|n| format!("agent-{n}")).collect();
    for (members, field) in [
        (json!({ "goal": null }), "goal"),
        (json!({ "goal": 7 }), "goal"),
        (json!({ "goal": "" }), "goal"),
        (json!({ "goal": " \n" }), "goal"),
        (json!({ "goal": "x".repeat(10_001) }), "goal"),
        (json!({ "context": 7 }), "context"),
        (json!({ "context": "x".repeat(50_001) }), "context"),
        (json!({ "max_agents": 0 }), "max_agents"),
        (json!({ "max_agents": 21 }), "max_agents"),
        (json!({ "max_agents": 1.5 }), "max_agents"),
        (json!({ "max_agents": "3" }), "max_agents"),
        (json!({ "timeout": 0 }), "timeout"),
        (json!({ "timeout": 3601 }), "timeout"),
        (json!({ "timeout": -1 }), "timeout"),
        (json!({ "timeout": true }), "timeout"),
        (json!({ "budget": 0 }), "budget"),
        (json!({ "budget": -1 }), "budget"),
        (json!({ "budget": 0.000_000_1 }), "budget"),
        (json!({ "budget": "1.0" }), "budget"),
        (json!({ "budget": [1] }), "budget"),
        (json!({ "preferred_agents": "one" }), "preferred_agents"),
        (json!({ "preferred_agents": [1] }), "preferred_agents"),
        (json!({ "preferred_agents": list }), "preferred_agents"),
        (json!({ "exclude_agents": { "one": true } }), "exclude_agents"),
        (json!({ "exclude_agents": list }), "exclude_agents"),
        (
            json!({ "preferred_agents": ["one"], "exclude_agents": ["one"] }),
            "exclude_agents",
        ),
        (json!({ "return_intermediate": "true" }), "return_intermediate"),
        (json!({ "dry_run": 1 }), "dry_run"),
    ] {
        house.clock.advance(SECOND * 60);
        let answer = house.post("/orchestrate", with(&members)).await;
        assert_eq!(
            (answer.status, answer.code()),
            (400, "INVALID_PARAMETERS"),
            "{field}: {}",
            answer.body
        );
        assert_eq!(answer.details()["field"], field, "{}", answer.body);
    }
    assert_eq!(house.agents.calls().len(), 0);
    assert_eq!(house.get("/orchestrate").await.body["pagination"]["total"], 0);
}

#[tokio::test]
async fn named_agents_are_known_by_any_of_their_names() {
    let house = two().await;
    let unknown = house
        .post(
            "/orchestrate",
            with(&json!({ "preferred_agents": ["one", "nobody"] })),
        )
        .await;
    assert_eq!((unknown.status, unknown.code()), (404, "AGENT_NOT_FOUND"));
    assert_eq!(unknown.details(), &json!({ "agent_id": "nobody" }));
    let id = house.get("/agents/one").await.body["id"].clone();
    let both = with(&json!({ "preferred_agents": ["one"], "exclude_agents": [id] }));
    let answer = house.post("/orchestrate", both).await;
    assert_eq!(
        (answer.status, answer.details()["field"].as_str()),
        (400, Some("exclude_agents"))
    );
    let stale = with(&json!({ "preferred_agents": ["one"], "exclude_agents": ["nobody", "a\u{0}b"] }));
    assert_eq!(house.post("/orchestrate", stale).await.status, 200);
}

#[tokio::test]
async fn a_goal_that_nobody_fits_fails_before_it_starts() {
    let house = house().await;
    let answer = house
        .post("/orchestrate", json!({ "goal": "Fly to the moon" }))
        .await;
    assert_eq!((answer.status, answer.code()), (500, "ORCHESTRATION_FAILED"));
    assert!(answer.details()["reason"].is_string(), "{}", answer.body);
    let nul = house.post("/orchestrate", json!({ "goal": "a\u{0}b" })).await;
    assert_eq!(nul.code(), "ORCHESTRATION_FAILED");
}

#[tokio::test]
async fn a_budget_is_a_maximum() {
    let house = two().await;
    let answer = house
        .post("/orchestrate", with(&json!({ "budget": 0.299_999 })))
        .await;
    assert_eq!((answer.status, answer.code()), (402, "INSUFFICIENT_CREDITS"));
    assert_eq!(
        answer.details(),
        &json!({ "reason": "budget", "required": 0.3, "available": 0.299_999 })
    );
    assert_eq!(house.available("acme").await, 100_000_000);
    let answer = house.post("/orchestrate", with(&json!({ "budget": 0.3 }))).await;
    assert_eq!((answer.status, &answer.body["total_cost"]), (200, &json!(0.3)));
    assert_eq!(house.available("acme").await, 99_700_000);
}

#[tokio::test]
async fn credits_that_do_not_cover_the_plan_are_told() {
    let mut house = two().await;
    house.key = house.key_of("poor", orch::auth::KeyForm::Market).await;
    let answer = house.post("/orchestrate", goal()).await;
    assert_eq!((answer.status, answer.code()), (402, "INSUFFICIENT_CREDITS"));
    assert_eq!(
        answer.details(),
        &json!({ "reason": "credits", "required": 0.3, "available": 0.0 })
    );
}

#[tokio::test]
async fn a_run_that_fails_at_once_is_a_failed_request() {
    let house = two().await;
    house.agents.always("one/work", Script::fail("broken"));
    let answer = house.post("/orchestrate", goal()).await;
    assert_eq!((answer.status, answer.code()), (500, "ORCHESTRATION_FAILED"));
    assert_eq!(
        answer.details(),
        &json!({ "reason": "agent one failed: broken", "step": 1 })
    );
    let id = answer.body["error"]["request_id"].clone();
    let found = find(&house, &id).await;
    assert_eq!(
        (&found["status"], &found["error"]),
        (&json!("failed"), &answer.body["error"])
    );
}

#[tokio::test]
async fn a_run_that_fails_later_shows_what_was_done() {
    let house = two().await;
    house.agents.always("two/work", Script::fail("broken"));
    let answer = house.post("/orchestrate", goal()).await;
    assert_eq!((answer.status, &answer.body["status"]), (200, &json!("failed")));
    assert_eq!(answer.body["steps_executed"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&answer.body["final_output"], &answer.body["total_cost"]),
        (&Value::Null, &json!(0.1))
    );
    assert_eq!(answer.body["error"]["code"], "ORCHESTRATION_FAILED");
    assert_eq!(answer.body["error"]["details"]["step"], 2);
    assert_eq!(house.available("acme").await, 99_900_000);
}

#[tokio::test]
async fn an_answer_waits_no_longer_than_a_minute() {
    let house = two().await;
    house.agents.always("two/work", after(100_000, json!("two")));
    let request = house
        .request("POST", "/orchestrate")
        .body(Body::from(goal().to_string()))
        .unwrap();
    let router = house.router.clone();
    let asked = tokio::spawn(async move {
        crate::house::read(tower::ServiceExt::oneshot(router, request).await.unwrap()).await
    });
    sent(&house, 2).await;
    house.clock.advance(SECOND * 59);
    house.settle().await;
    assert!(!asked.is_finished());
    house.clock.advance(SECOND);
    let answer = asked.await.unwrap();
    assert_eq!(
        (answer.status, &answer.body["status"]),
        (200, &json!("processing"))
    );
    assert_eq!(answer.body["steps_executed"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&answer.body["final_output"], &answer.body["execution_time"]),
        (&Value::Null, &json!(60.0))
    );
    house.clock.advance(SECOND * 40);
    house.settle().await;
    let found = find(&house, &answer.body["request_id"]).await;
    assert_eq!(
        (&found["status"], &found["execution_time"]),
        (&json!("completed"), &json!(100.0))
    );
}

#[tokio::test]
async fn whoever_does_not_wait_is_answered_at_once() {
    let house = two().await;
    for prefer in ["respond-async", "wait=0"] {
        let answer = house
            .post_with("/orchestrate", goal(), &[("prefer", prefer)])
            .await;
        assert_eq!(
            (answer.status, &answer.body["status"]),
            (200, &json!("processing")),
            "{prefer}"
        );
        house.settle().await;
        assert_eq!(
            find(&house, &answer.body["request_id"]).await["status"],
            "completed"
        );
    }
}

#[tokio::test]
async fn time_that_is_over_while_the_caller_waits_is_a_timeout() {
    let house = two().await;
    house.agents.always("two/work", Script::Hang);
    let request = house.request("POST", "/orchestrate");
    let request = request
        .body(Body::from(with(&json!({ "timeout": 5 })).to_string()))
        .unwrap();
    let router = house.router.clone();
    let asked = tokio::spawn(async move {
        crate::house::read(tower::ServiceExt::oneshot(router, request).await.unwrap()).await
    });
    sent(&house, 2).await;
    house.clock.advance(SECOND * 5);
    let answer = asked.await.unwrap();
    assert_eq!(
        (answer.status, answer.code()),
        (408, "TIMEOUT"),
        "{}",
        answer.body
    );
    assert_eq!(answer.details(), &json!({ "timeout": 5.0 }));
    let found = find(&house, &answer.body["error"]["request_id"]).await;
    assert_eq!(
        (&found["status"], &found["error"]["code"]),
        (&json!("failed"), &json!("TIMEOUT"))
    );
    assert_eq!(found["steps_executed"].as_array().unwrap().len(), 1);
    assert_eq!(house.available("acme").await, 99_900_000);
}

#[tokio::test]
async fn a_dry_run_spends_nothing() {
    let house = two().await;
    let answer = house
        .post("/orchestrate", with(&json!({ "dry_run": true })))
        .await;
    let step = |number: u64, slug: &str, parameters: Value, after: Value, cost: f64| {
        json!({
            "step": number, "agent_id": slug, "agent_name": slug.to_uppercase(), "task": "work",
            "parameters": parameters, "after": after, "estimated_cost": cost,
        })
    };
    let expected = json!({
        "request_id": answer.body["request_id"], "status": "planned", "goal": "Do both", "final_output": null,
        "execution_time": 0.0, "total_cost": 0.0, "agents_used": 2, "steps_executed": [], "estimated_cost": 0.3,
        "steps_planned": [
            step(1, "one", json!({ "n": 1 }), json!([]), 0.1),
            step(2, "two", json!({ "of": { "$result": "/a" } }), json!([1]), 0.2),
        ],
        "metadata": { "timestamp": "2024-01-15T10:30:00Z", "orchestrator_version": "1.2.0" },
    });
    assert_eq!((answer.status, &answer.body), (200, &expected));
    assert_eq!(house.agents.calls().len(), 0);
    assert_eq!(house.get("/orchestrate").await.body["pagination"]["total"], 0);
}

#[tokio::test]
async fn a_cancelled_orchestration_stops_and_gives_back() {
    let house = two().await;
    house.agents.always("two/work", Script::Hang);
    let answer = house
        .post_with("/orchestrate", goal(), &[("prefer", "respond-async")])
        .await;
    let id = &answer.body["request_id"];
    sent(&house, 2).await;
    let cancelled = delete(&house, id).await;
    assert_eq!(
        (cancelled.status, &cancelled.body["status"]),
        (200, &json!("failed")),
        "{}",
        cancelled.body
    );
    assert_eq!(cancelled.body["error"]["code"], "ORCHESTRATION_FAILED");
    assert_eq!(
        cancelled.body["error"]["details"],
        json!({ "reason": "cancelled" })
    );
    assert_eq!(house.available("acme").await, 99_900_000);
    let again = delete(&house, id).await;
    assert_eq!((again.status, again.code()), (400, "INVALID_PARAMETERS"));
}

#[tokio::test]
async fn a_client_that_goes_away_stops_nothing() {
    let house = two().await;
    house.agents.always("one/work", after(5_000, json!("one")));
    let request = house
        .request("POST", "/orchestrate")
        .body(Body::from(goal().to_string()))
        .unwrap();
    let router = house.router.clone();
    let asked = tokio::spawn(tower::ServiceExt::oneshot(router, request));
    sent(&house, 1).await;
    asked.abort();
    assert!(asked.await.unwrap_err().is_cancelled());
    house.clock.advance(SECOND * 5);
    house.settle().await;
    let listed = house.get("/orchestrate").await.body;
    assert_eq!(listed["orchestrations"][0]["status"], "completed");
    assert_eq!(house.available("acme").await, 99_700_000);
}
