use std::time::Duration;

use axum::body::Body;
use orch::a2a::{TransportError, testing::Script};
use serde_json::{Value, json};

use crate::house::{House, after, house, house_with};

fn body() -> Value {
    json!({ "agent_id": "sentiment-analyzer", "task": "analyze_sentiment", "parameters": { "text": "x" } })
}

fn with(members: &Value) -> Value {
    let mut body = body();
    body.as_object_mut()
        .unwrap()
        .extend(members.as_object().unwrap().clone());
    body
}

async fn hired() -> House {
    let house = house().await;
    house.enroll(|_, _| {}).await;
    house.agents.always(
        "sentiment-analyzer/analyze_sentiment",
        Script::answer(json!({ "sentiment": "positive" })),
    );
    house
}

#[tokio::test]
async fn a_body_that_cannot_be_meant_names_its_member() {
    let house = hired().await;
    for (members, field) in [
        (json!({ "agent_id": null }), "agent_id"),
        (json!({ "agent_id": 7 }), "agent_id"),
        (json!({ "task": null }), "task"),
        (json!({ "task": ["a"] }), "task"),
        (json!({ "task": "juggle" }), "task"),
        (json!({ "parameters": null }), "parameters"),
        (json!({ "parameters": [] }), "parameters"),
        (json!({ "parameters": "text" }), "parameters"),
        (json!({ "parameters": {} }), "parameters.text"),
        (json!({ "parameters": { "text": 7 } }), "parameters.text"),
        (
            json!({ "parameters": { "text": "x", "language": "tlh" } }),
            "parameters.language",
        ),
        (
            json!({ "parameters": { "text": "x", "detailed": "yes" } }),
            "parameters.detailed",
        ),
        (
            json!({ "parameters": { "text": "x", "speed": 9 } }),
            "parameters.speed",
        ),
        (json!({ "payment_method": "cash" }), "payment_method"),
        (json!({ "payment_method": 1 }), "payment_method"),
        (json!({ "payment_method": "wallet" }), "payment_method"),
        (json!({ "priority": "urgent" }), "priority"),
        (json!({ "callback_url": 7 }), "callback_url"),
        (json!({ "callback_url": "http://example.com/" }), "callback_url"),
        (json!({ "callback_url": "https://127.0.0.1/" }), "callback_url"),
    ] {
        let answer = house.post("/hire", with(&members)).await;
        assert_eq!(
            (answer.status, answer.code()),
            (400, "INVALID_PARAMETERS"),
            "{members}: {}",
            answer.body
        );
        assert_eq!(answer.details()["field"], field, "{members}: {}", answer.body);
    }
    assert_eq!(house.agents.calls().len(), 0);
    assert_eq!(house.available("acme").await, 100_000_000);
}

#[tokio::test]
async fn a_body_that_is_no_object_is_refused() {
    let house = hired().await;
    let large = format!("{{\"goal\": \"{}\"}}", "x".repeat(1024 * 1024));
    let deep = format!("{{\"parameters\": {}1{}}}", "[".repeat(70), "]".repeat(70));
    for path in ["/hire", "/orchestrate"] {
        for text in [
            "",
            "[]",
            "null",
            "{",
            "{\"a\"}",
            "goal=x",
            "\u{feff}{}",
            large.as_str(),
            deep.as_str(),
        ] {
            let request = house
                .request("POST", path)
                .body(Body::from(text.to_owned()))
                .unwrap();
            let answer = house.ask(request).await;
            let start: String = text.chars().take(20).collect();
            if answer.status == 429 {
                house.clock.advance(Duration::from_secs(60));
                continue;
            }
            assert_eq!(
                (answer.status, answer.code()),
                (400, "INVALID_PARAMETERS"),
                "{path} {start}"
            );
            assert_eq!(answer.details()["field"], "body", "{path} {start}");
        }
    }
}

#[tokio::test]
async fn every_documented_member_is_taken_and_unknown_ones_are_ignored() {
    let house = hired().await;
    let members = json!({
        "payment_method": "api_credit", "callback_url": "https://example.com/done", "priority": "high", "color": "red",
    });
    let answer = house.post("/hire", with(&members)).await;
    assert_eq!(
        (answer.status, &answer.body["status"]),
        (200, &json!("completed"))
    );
    let nulls = json!({ "payment_method": null, "callback_url": null, "priority": null });
    assert_eq!(house.post("/hire", with(&nulls)).await.status, 200);
    let private = orch_http_adapter::market::MarketOptions {
        private_callbacks: true,
        ..Default::default()
    };
    let lenient = house_with(private, |builder| builder).await;
    let here = json!({ "agent_id": "nobody", "callback_url": "http://127.0.0.1:9/" });
    assert_eq!(lenient.post("/hire", with(&here)).await.code(), "AGENT_NOT_FOUND");
}

#[tokio::test]
async fn an_unknown_agent_is_not_found() {
    let house = hired().await;
    let answer = house.post("/hire", with(&json!({ "agent_id": "nobody" }))).await;
    assert_eq!((answer.status, answer.code()), (404, "AGENT_NOT_FOUND"));
    assert_eq!(answer.details(), &json!({ "agent_id": "nobody" }));
}

#[tokio::test]
async fn without_credits_nobody_is_hired() {
    let mut house = hired().await;
    house.key = house.key_of("poor", orch::auth::KeyForm::Market).await;
    house.credit("poor", 50_000).await;
    let answer = house.post("/hire", body()).await;
    assert_eq!((answer.status, answer.code()), (402, "INSUFFICIENT_CREDITS"));
    assert_eq!(
        answer.details(),
        &json!({ "reason": "credits", "required": 0.1, "available": 0.05 })
    );
    assert_eq!(
        (house.agents.calls().len(), house.available("poor").await),
        (0, 50_000)
    );
}

#[tokio::test]
async fn an_agent_that_fails_is_not_paid() {
    let house = hired().await;
    house.agents.always(
        "sentiment-analyzer/analyze_sentiment",
        Script::fail("out of order"),
    );
    let answer = house.post("/hire", body()).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let job = answer.body["job_id"].clone();
    let request = job.as_str().unwrap().replace("job_", "req_");
    let expected = json!({
        "job_id": job, "status": "failed", "agent_id": "sentiment-analyzer", "task": "analyze_sentiment", "result": null,
        "execution_time": 0.0, "cost": 0.0, "payment_transaction": null, "timestamp": "2024-01-15T10:30:00Z",
        "error": {
            "code": "ORCHESTRATION_FAILED", "message": "Orchestration process failed",
            "details": { "reason": "agent sentiment-analyzer failed: out of order", "step": 1 },
            "request_id": request, "timestamp": "2024-01-15T10:30:00Z",
        },
    });
    assert_eq!(answer.body, expected);
    assert_eq!(house.available("acme").await, 100_000_000);
}

#[tokio::test]
async fn an_agent_that_is_away_is_not_hired() {
    let house = hired().await;
    house.agents.always(
        "sentiment-analyzer/analyze_sentiment",
        Script::Fail(TransportError::Unreachable {
            reason: "nobody listens".into(),
        }),
    );
    // It is called again for a while.
    let waits = async {
        for _ in 0..20 {
            house.settle().await;
            house.clock.advance(Duration::from_secs(1));
        }
    };
    let (answer, ()) = tokio::join!(house.post("/hire", body()), waits);
    assert_eq!(
        (answer.status, answer.code()),
        (503, "AGENT_UNAVAILABLE"),
        "{}",
        answer.body
    );
    let details = json!({ "agent_id": "sentiment-analyzer", "last_seen": null });
    assert_eq!(answer.details(), &details);
    let request = answer.body["error"]["request_id"].as_str().unwrap().to_owned();
    let job = house
        .get(&format!("/hire/{}", request.replace("req_", "job_")))
        .await;
    assert_eq!(
        (&job.body["status"], &job.body["error"]["request_id"]),
        (&json!("failed"), &json!(request))
    );
    assert_eq!(house.available("acme").await, 100_000_000);
}

/// Before it is hired, and while it works.
#[tokio::test]
async fn an_agent_that_is_stopped_is_away() {
    let house = hired().await;
    house
        .agents
        .always("sentiment-analyzer/analyze_sentiment", Script::Hang);
    let acme = crate::house::caller("acme");
    let catalog = house.orchestrator.catalog();
    let agent = catalog.find(&acme, "sentiment-analyzer").await.unwrap().id;
    let stop = async {
        house.settle().await;
        let stoppable = orch_core::switch::Stoppable::Agent(agent);
        house
            .orchestrator
            .switch()
            .stop(stoppable, "recalled")
            .await
            .unwrap();
    };
    let (stopped, ()) = tokio::join!(house.post("/hire", body()), stop);
    let refused = house.post("/hire", body()).await;
    for answer in [stopped, refused] {
        assert_eq!(
            (answer.status, answer.code()),
            (503, "AGENT_UNAVAILABLE"),
            "{}",
            answer.body
        );
        assert_eq!(answer.details()["agent_id"], "sentiment-analyzer");
        assert!(
            !answer.body.to_string().contains(&agent.to_string()),
            "{}",
            answer.body
        );
    }
    assert_eq!(house.agents.calls().len(), 1);
    assert_eq!(house.available("acme").await, 100_000_000);
}

/// Before it hires, and while what it hired works.
#[tokio::test]
async fn an_account_that_is_stopped_is_not_told_that_an_agent_is_away() {
    let house = hired().await;
    house
        .agents
        .always("sentiment-analyzer/analyze_sentiment", Script::Hang);
    let stop = async {
        house.settle().await;
        let acme = crate::house::caller("acme").account().clone();
        let stoppable = orch_core::switch::Stoppable::Account(acme);
        house
            .orchestrator
            .switch()
            .stop(stoppable, "suspended")
            .await
            .unwrap();
    };
    let (stopped, ()) = tokio::join!(house.post("/hire", body()), stop);
    let refused = house.post("/hire", body()).await;
    for answer in [stopped, refused] {
        assert!(
            !answer.body.to_string().contains("AGENT_UNAVAILABLE"),
            "{}",
            answer.body
        );
    }
    assert_eq!(house.agents.calls().len(), 1);
    assert_eq!(house.available("acme").await, 100_000_000);
}

#[tokio::test]
async fn a_job_that_takes_longer_is_found_later() {
    let house = hired().await;
    house.agents.always(
        "sentiment-analyzer/analyze_sentiment",
        after(10_000, json!({ "sentiment": "late" })),
    );
    let answer = house
        .post_with("/hire", body(), &[("prefer", "respond-async")])
        .await;
    assert_eq!(
        (answer.status, &answer.body["status"]),
        (200, &json!("processing"))
    );
    assert_eq!(
        (&answer.body["result"], &answer.body["payment_transaction"]),
        (&Value::Null, &Value::Null)
    );
    let job = answer.body["job_id"].as_str().unwrap();
    while house.agents.calls().is_empty() {
        tokio::task::yield_now().await;
    }
    house.settle().await;
    house.clock.advance(Duration::from_secs(10));
    house.settle().await;
    let done = house.get(&format!("/hire/{job}")).await;
    assert_eq!(
        (&done.body["status"], &done.body["result"]["sentiment"]),
        (&json!("completed"), &json!("late"))
    );
    assert_eq!(done.body["job_id"], job);
}

#[tokio::test]
async fn the_same_key_hires_once() {
    let house = hired().await;
    let key = [("idempotency-key", "order 7")];
    let first = house.post_with("/hire", body(), &key).await;
    let again = house.post_with("/hire", body(), &key).await;
    assert_eq!((first.status, &first.body), (again.status, &again.body));
    assert_eq!(house.agents.calls().len(), 1);
    let other = house
        .post_with("/hire", with(&json!({ "priority": "low" })), &key)
        .await;
    assert_eq!((other.status, other.code()), (400, "INVALID_PARAMETERS"));
    assert_eq!(other.details()["field"], "Idempotency-Key");
    for unfit in ["", &"x".repeat(201), "ü"] {
        let answer = house
            .post_with("/hire", body(), &[("idempotency-key", unfit)])
            .await;
        assert_eq!(
            (answer.status, answer.details()["field"].as_str()),
            (400, Some("Idempotency-Key")),
            "{unfit}"
        );
    }
    assert_eq!(house.available("acme").await, 99_900_000);
}
