//! Whoever has no key for this surface is kept out of every route, and whoever has one of another account finds nothing.

use std::time::Duration;

use axum::{body::Body, http::Request};
use orch::{
    Clock, PageRequest,
    a2a::testing::Script,
    auth::{KeyDraft, KeyForm},
};
use orch_http_adapter::{approvals::ApprovalPage, market::Market};
use serde_json::json;

use crate::house::{Answer, House, after, caller, house};

const ROUTES: [(&str, &str); 9] = [
    ("POST", "/orchestrate"),
    ("GET", "/orchestrate"),
    ("GET", "/orchestrate/req_abc123xyz789"),
    ("DELETE", "/orchestrate/req_abc123xyz789"),
    ("GET", "/agents"),
    ("GET", "/agents/sentiment-analyzer"),
    ("POST", "/hire"),
    ("GET", "/hire/job_abc123xyz789"),
    ("GET", "/usage"),
];

async fn ask(house: &House, (method, path): (&str, &str), authorization: Option<&str>) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(authorization) = authorization {
        request = request.header("authorization", authorization);
    }
    house.ask(request.body(Body::from("{}")).unwrap()).await
}

#[tokio::test]
async fn without_a_key_of_this_surface_nothing_opens() {
    let house = house().await;
    let keys = house.orchestrator.api_keys();
    let acme = caller("acme");
    let revoked = keys
        .create(&acme, KeyDraft::new(KeyForm::Market, "revoked"))
        .await
        .unwrap();
    keys.revoke(&acme, revoked.key.id).await.unwrap();
    let expires_at = Some(house.clock.now() + Duration::from_secs(1));
    let draft = KeyDraft {
        expires_at,
        ..KeyDraft::new(KeyForm::Market, "expired")
    };
    let expired = keys.create(&acme, draft).await.unwrap();
    let of_scope = async |scope: &str| {
        let draft = KeyDraft {
            scopes: vec![scope.to_owned()],
            ..KeyDraft::new(KeyForm::Market, "for one thing")
        };
        let minted = keys.create(&acme, draft).await.unwrap();
        format!("Bearer {}", minted.token.expose())
    };
    let for_the_page = of_scope(ApprovalPage::SCOPE).await;
    let for_the_market = of_scope(Market::SCOPE).await;
    house.clock.advance(Duration::from_secs(1));
    let gateway = house.key_of("acme", KeyForm::Gateway).await;
    let unknown = format!("0rca_{}", "A".repeat(43));
    let authorizations = [
        None,
        Some(String::new()),
        Some("Bearer".to_owned()),
        Some("Bearer ".to_owned()),
        Some(house.key.clone()),
        Some(format!("Basic {}", house.key)),
        Some(format!("Bearer {unknown}")),
        Some(format!("Bearer {}x", house.key)),
        Some(format!("Bearer {gateway}")),
        Some(format!("Bearer {}", revoked.token.expose())),
        Some(format!("Bearer {}", expired.token.expose())),
        Some(for_the_page),
    ];
    for authorization in &authorizations {
        for route in ROUTES {
            let answer = ask(&house, route, authorization.as_deref()).await;
            let request_id = answer.body["error"]["request_id"].clone();
            let expected = json!({ "error": {
                "code": "INVALID_API_KEY",
                "message": "API key is invalid or expired",
                "details": {},
                "request_id": request_id,
                "timestamp": "2024-01-15T10:30:01Z",
            }});
            assert_eq!(
                (answer.status, &answer.body),
                (401, &expected),
                "{route:?} {authorization:?}"
            );
            assert!(
                !answer.headers.contains_key("x-ratelimit-limit"),
                "there is no bucket to report"
            );
        }
    }
    let lower = ask(&house, ("GET", "/agents"), Some(&format!("bearer {}", house.key))).await;
    assert_eq!(lower.status, 200, "the scheme's case does not matter");
    let scoped = ask(&house, ("GET", "/agents"), Some(&for_the_market)).await;
    assert_eq!(scoped.status, 200, "a key for this surface opens it");
}

#[tokio::test]
async fn what_another_account_started_is_not_found() {
    let mut house = house().await;
    house.enroll(|_, _| {}).await;
    house
        .agents
        .always("sentiment-analyzer/analyze_sentiment", Script::answer(json!({})));
    let body = json!({ "agent_id": "sentiment-analyzer", "task": "analyze_sentiment", "parameters": { "text": "x" } });
    let job = house.post("/hire", body).await.body["job_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let goal = json!({ "goal": "Analyze the sentiment of \"great\"" });
    let request = house.post("/orchestrate", goal).await.body["request_id"]
        .as_str()
        .unwrap()
        .to_owned();
    for path in [format!("/hire/{request}"), format!("/orchestrate/{job}")] {
        assert_eq!(house.get(&path).await.code(), "NOT_FOUND", "{path}");
    }
    house.key = house.key_of("other", KeyForm::Market).await;
    for (method, path) in [
        ("GET", format!("/hire/{job}")),
        ("GET", format!("/orchestrate/{request}")),
        ("DELETE", format!("/orchestrate/{request}")),
    ] {
        let request = house.request(method, &path).body(Body::empty()).unwrap();
        let answer = house.ask(request).await;
        assert_eq!(
            (answer.status, answer.code()),
            (404, "NOT_FOUND"),
            "{method} {path}"
        );
    }
    let listed = house.get("/orchestrate").await;
    assert_eq!(listed.body["pagination"]["total"], 0);
    assert_eq!(house.get("/usage").await.body["summary"]["total_requests"], 0);
}

/// A run is its account's, and what it does is paid from the account: a key only opens the door.
#[tokio::test]
async fn a_key_revoked_under_way_opens_nothing_and_its_run_goes_on() {
    let mut house = house().await;
    house.enroll(|_, _| {}).await;
    house.agents.always(
        "sentiment-analyzer/analyze_sentiment",
        after(5_000, json!({ "sentiment": "positive" })),
    );
    let goal = json!({ "goal": "Analyze the sentiment of \"great\"" });
    let started = house
        .post_with("/orchestrate", goal, &[("prefer", "respond-async")])
        .await;
    let path = format!("/orchestrate/{}", started.body["request_id"].as_str().unwrap());
    while house.agents.calls().is_empty() {
        tokio::task::yield_now().await;
    }
    let (keys, acme) = (house.orchestrator.api_keys(), caller("acme"));
    let only = keys.list(&acme, PageRequest::new(1, 0)).await.unwrap();
    keys.revoke(&acme, only.items[0].id).await.unwrap();
    assert_eq!(house.get(&path).await.code(), "INVALID_API_KEY");
    house.clock.advance(Duration::from_secs(5));
    house.settle().await;
    house.key = house.key_of("acme", KeyForm::Market).await;
    assert_eq!(house.get(&path).await.body["status"], "completed");
    assert_eq!(house.available("acme").await, 99_900_000);
}

#[tokio::test]
async fn what_is_unknown_is_not_found_in_the_same_envelope() {
    let house = house().await;
    for (method, path) in [
        ("GET", "/nothing"),
        ("GET", "/"),
        ("PUT", "/agents"),
        ("GET", "/hire"),
        ("PATCH", "/orchestrate/req_abc123xyz789"),
        ("GET", "/agents/a/b"),
    ] {
        let request = house.request(method, path).body(Body::empty()).unwrap();
        let answer = house.ask(request).await;
        assert_eq!(
            (answer.status, answer.code()),
            (404, "NOT_FOUND"),
            "{method} {path}"
        );
        assert_eq!(answer.details(), &json!({}));
    }
}
