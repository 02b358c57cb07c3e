//! Approvals, as the published page and both published clients ask for them.

use std::time::Duration;

use axum::{body::Body, http::Request};
use orch_http_adapter::a2a::A2aOptions;
use serde_json::{Value, json};

use super::house::{Answer, House, cloud, consumer, house, house_with, sign};

const SEED: &str = r#"{"approval_id":"apr_custom_id","transaction_id":"tx_123","summary":"Book restaurant for 4 guests","details":{"restaurant":"Le Petit Bistro","guests": 4.0},"timeout_seconds":300}"#;
const PYTHON: &str = r#"{"transaction_id": "tx_1", "summary": "Book table", "details": {}, "alternatives": ["later"], "timeout_seconds": 3600}"#;

async fn get(house: &House, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request = headers.iter().fold(Request::get(path), |request, (name, value)| {
        request.header(*name, *value)
    });
    house.ask(request.body(Body::empty()).unwrap()).await
}

fn id(answer: &Answer) -> String {
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.body["approval_id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_samples_of_the_page_work_without_credentials() {
    let house = house().await;
    let created = house.post("/api/v1/approvals", SEED, &[]).await;
    assert_eq!(created.status, 201);
    assert_eq!(
        created.body,
        json!({ "approval_id": "apr_custom_id", "status": "pending", "created_at": "2025-12-05T17:00:00Z",
                "expires_at": "2025-12-05T17:05:00Z" })
    );
    let taken = house.post("/api/v1/approvals", SEED, &[]).await;
    assert_eq!((taken.status, taken.code()), (409, "APPROVAL_EXISTS"));
    house.clock.advance(Duration::from_secs(120));
    let submit = r#"{"decision":"approve","approved_by":"user@example.com","comments":"Looks good"}"#;
    let submitted = house
        .post("/api/v1/approvals/apr_custom_id/submit", submit, &[])
        .await;
    assert_eq!(submitted.status, 200);
    assert_eq!(
        submitted.body,
        json!({ "approval_id": "apr_custom_id", "status": "approved", "approved_at": "2025-12-05T17:02:00Z" })
    );
    for path in ["/api/v1/approvals/apr_custom_id", "/v1/approvals/apr_custom_id"] {
        let read = house.get(path).await;
        assert_eq!(
            (read.status, read.body.clone()),
            (
                200,
                json!({
                    "approval_id": "apr_custom_id", "transaction_id": "tx_123", "status": "approved",
                    "summary": "Book restaurant for 4 guests",
                    "details": { "restaurant": "Le Petit Bistro", "guests": 4.0 }, "decision": "approve",
                    "approved_by": "user@example.com", "approved_at": "2025-12-05T17:02:00Z",
                    "comments": "Looks good", "selected_alternative": null, "alternatives": null, "agent_id": null,
                    "tool_name": null, "created_at": "2025-12-05T17:00:00Z", "expires_at": "2025-12-05T17:05:00Z",
                    "submitted_by": "anonymous", "approvedBy": "user@example.com", "timestamp": "2025-12-05T17:02:00Z"
                })
            )
        );
        assert!(
            read.text.contains(r#""guests": 4.0"#),
            "numbers keep their characters"
        );
    }
    let late = house
        .post("/v1/approvals/apr_custom_id/submit", submit, &[])
        .await;
    assert_eq!((late.status, late.code()), (409, "APPROVAL_CLOSED"));
    assert_eq!(late.body["error"], "Approval already approved");
}

#[tokio::test]
async fn the_clients_work_crosswise_on_one_approval() {
    let house = house().await;
    let python = [("x-agent-id", "agent-001")];
    let created = house.post("/v1/approvals/create", PYTHON, &python).await;
    let id = id(&created);
    assert_eq!((created.body["status"].as_str(), id.len()), (Some("success"), 26));
    let read = get(
        &house,
        &format!("/api/v1/approvals/{id}"),
        &[("x-amorce-agent-id", "agent-001")],
    )
    .await;
    assert_eq!(
        (read.status, &read.body["alternatives"]),
        (200, &json!(["later"]))
    );
    assert_eq!(
        (&read.body["agent_id"], &read.body["decision"]),
        (&json!("agent-001"), &Value::Null)
    );
    assert!(read.body.get("timestamp").is_none());

    // The JavaScript client signs what it sends, and sends it again.
    let body = r#"{"decision":"reject","approved_by":"human","timestamp":"2025-12-05T17:00:01.250Z"}"#;
    let signature = sign(&consumer(), body);
    let script = [
        ("x-amorce-agent-id", "agent-001"),
        ("x-agent-signature", &*signature),
    ];
    for _ in 0..2 {
        let submitted = house
            .post(&format!("/api/v1/approvals/{id}/submit"), body, &script)
            .await;
        assert_eq!(
            (submitted.status, &submitted.body["status"]),
            (200, &json!("rejected")),
            "{}",
            submitted.text
        );
    }
    let read = get(&house, &format!("/v1/approvals/{id}"), &python).await;
    assert_eq!(
        (&read.body["status"], &read.body["submitted_by"]),
        (&json!("rejected"), &json!("agent-001"))
    );

    let body = r#"{"summary":"Book table","details":{},"timeout_seconds":300,"agent_id":"agent-001","requested_at":"2025-12-05T17:00:00.000Z"}"#;
    let signature = sign(&consumer(), body);
    let script = [
        ("x-amorce-agent-id", "agent-001"),
        ("x-agent-signature", &*signature),
    ];
    let first = house.post("/api/v1/approvals", body, &script).await;
    let again = house.post("/api/v1/approvals", body, &script).await;
    assert_eq!(
        (first.status, &first.body),
        (201, &again.body),
        "what was signed asks once"
    );
    let submit =
        r#"{"decision": "approve", "approved_by": "human", "comments": null, "selected_alternative": null}"#;
    let path = format!(
        "/v1/approvals/{}/submit",
        first.body["approval_id"].as_str().unwrap()
    );
    let submitted = house.post(&path, submit, &python).await;
    assert_eq!(
        (submitted.status, &submitted.body["decision"]),
        (200, &json!("approved"))
    );
}

#[tokio::test]
async fn what_is_signed_is_verified_wherever_it_is_sent() {
    let house = house().await;
    let body = r#"{"summary":"Book","agent_id":"agent-001"}"#;
    let signature = sign(&consumer(), body);
    let signed = |agent: &'static str| [("x-amorce-agent-id", agent), ("x-agent-signature", &*signature)];
    for (headers, body, status, code) in [
        (
            &signed("nobody")[..],
            r#"{"summary":"Book"}"#,
            404,
            "AGENT_NOT_FOUND",
        ),
        (
            &signed("agent-001"),
            r#"{"summary":"Cook"}"#,
            401,
            "INVALID_SIGNATURE",
        ),
        (&signed("agent-bistro")[..], body, 400, "INVALID_REQUEST"),
        (
            &signed("agent-001")[1..],
            r#"{"summary":"Book"}"#,
            400,
            "INVALID_REQUEST",
        ),
    ] {
        let answer = house.post("/api/v1/approvals", body, headers).await;
        assert_eq!(
            (answer.status, answer.code()),
            (status, code),
            "{body}: {}",
            answer.text
        );
    }
    let old = r#"{"summary":"Book","requested_at":"2025-12-05T16:54:59Z"}"#;
    let signature = sign(&consumer(), old);
    let headers = [
        ("x-amorce-agent-id", "agent-001"),
        ("x-agent-signature", &*signature),
    ];
    assert_eq!(house.post("/api/v1/approvals", old, &headers).await.status, 401);
}

#[tokio::test]
async fn what_cannot_be_meant_is_refused() {
    let house = house().await;
    let deep = format!(
        r#"{{"summary":"a","details":{}{}}}"#,
        "[".repeat(200),
        "]".repeat(200)
    );
    for (body, message) in [
        ("[]", "Malformed JSON"),
        ("{", "Malformed JSON"),
        (&deep, "Malformed JSON"),
        ("{}", "Missing required fields: summary"),
        (r#"{"summary":" "}"#, "Missing required fields: summary"),
        (r#"{"summary":"a","timeout_seconds":0}"#, "Invalid timeout"),
        (
            r#"{"summary":"a","timeout_seconds":"300"}"#,
            "Invalid timeout_seconds",
        ),
        (
            r#"{"summary":"a","timeout_seconds":-1}"#,
            "Invalid timeout_seconds",
        ),
        (r#"{"summary":"a","approval_id":"a/b"}"#, "Invalid approval_id"),
        (r#"{"summary":"a","approval_id":"create"}"#, "Invalid approval_id"),
        (
            r#"{"summary":"a","approval_id":"apr_0123456789abcdefghijkl"}"#,
            "Invalid approval_id",
        ),
        (r#"{"summary":"a","alternatives":{}}"#, "Invalid alternatives"),
    ] {
        let answer = house.post("/api/v1/approvals", body.to_owned(), &[]).await;
        assert_eq!(
            (answer.status, answer.body["error"].as_str()),
            (400, Some(message)),
            "{body}"
        );
    }
    let id = id(&house.post("/v1/approvals/create", PYTHON, &[]).await);
    for body in [
        r#"{"decision":"maybe"}"#,
        "{}",
        r#"{"decision":"approve","selected_alternative":1}"#,
    ] {
        assert_eq!(
            house
                .post(&format!("/v1/approvals/{id}/submit"), body, &[])
                .await
                .status,
            400,
            "{body}"
        );
    }
    let unknown = house
        .post("/v1/approvals/apr_other/submit", r#"{"decision":"approve"}"#, &[])
        .await;
    assert_eq!((unknown.status, unknown.code()), (404, "APPROVAL_NOT_FOUND"));
    house.clock.advance(Duration::from_secs(3600));
    let late = house
        .post(
            &format!("/v1/approvals/{id}/submit"),
            r#"{"decision":"approve"}"#,
            &[],
        )
        .await;
    assert_eq!(
        (late.status, late.body["error"].as_str()),
        (409, Some("Approval has expired"))
    );
    assert_eq!(
        house.get(&format!("/v1/approvals/{id}")).await.body["status"],
        "expired"
    );
}

#[tokio::test]
async fn a_stranger_is_refused_and_who_asks_does_not_decide_in_the_cloud() {
    let house = house_with(cloud()).await;
    let key = ("x-api-key", "sk-atp-test");
    for headers in [&[][..], &[("x-api-key", "wrong")], &[("x-agent-id", "agent-001")]] {
        assert_eq!(
            house.post("/v1/approvals/create", PYTHON, headers).await.status,
            401
        );
        assert_eq!(get(&house, "/v1/approvals", headers).await.status, 401);
    }
    let id = id(&house
        .post(
            "/v1/approvals/create",
            PYTHON,
            &[("x-agent-id", "agent-001"), key],
        )
        .await);
    let path = format!("/v1/approvals/{id}");
    assert_eq!(house.get(&path).await.status, 200, "who knows its id may read it");
    let other = get(&house, &path, &[("x-agent-id", "agent-bistro")]).await;
    assert_eq!((other.status, other.code()), (403, "FORBIDDEN"));
    let chosen = house.post("/api/v1/approvals", SEED, &[key]).await;
    assert_eq!(chosen.status, 201);
    assert_eq!(
        house.get("/v1/approvals/apr_custom_id").await.status,
        401,
        "who chose its id told it to others"
    );
    assert_eq!(
        get(&house, "/v1/approvals/apr_custom_id", &[key]).await.status,
        200
    );

    let body = r#"{"decision":"approve","approved_by":"me"}"#;
    let signature = sign(&consumer(), body);
    let own = [
        ("x-amorce-agent-id", "agent-001"),
        ("x-agent-signature", &*signature),
    ];
    let refused = house.post(&format!("{path}/submit"), body, &own).await;
    assert_eq!((refused.status, refused.code()), (403, "FORBIDDEN"));
    let by_key = house
        .post(
            &format!("{path}/submit"),
            body,
            &[("x-agent-id", "agent-001"), key],
        )
        .await;
    assert_eq!(by_key.status, 200, "{}", by_key.text);
    assert_eq!(house.get(&path).await.body["submitted_by"], "api-key");
}

#[tokio::test]
async fn a_host_says_whether_who_asks_may_decide() {
    let body = r#"{"decision":"approve","approved_by":"me"}"#;
    let signature = sign(&consumer(), body);
    let own = [
        ("x-amorce-agent-id", "agent-001"),
        ("x-agent-signature", &*signature),
    ];
    for (self_approval, status) in [(None, 200), (Some(true), 200), (Some(false), 403)] {
        let options = A2aOptions {
            self_approval,
            ..A2aOptions::default()
        };
        let house = house_with(options).await;
        let asked = house.post("/v1/approvals/create", PYTHON, &own[..1]).await;
        let path = format!("/v1/approvals/{}/submit", id(&asked));
        assert_eq!(house.post(&path, body, &own).await.status, status);
    }
}

#[tokio::test]
async fn operators_list_and_readers_wait() {
    let house = house().await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.insert(
            0,
            id(&house
                .post("/v1/approvals/create", PYTHON, &[("x-agent-id", "agent-001")])
                .await),
        );
        house.clock.advance(Duration::from_secs(1));
    }
    let first = house
        .get("/api/v1/approvals?status=pending&agent_id=agent-001&limit=2")
        .await;
    let listed = |answer: &Answer| {
        let all = answer.body["approvals"].as_array().unwrap();
        all.iter()
            .map(|one| one["approval_id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        (listed(&first), &first.body["count"]),
        (ids[..2].to_vec(), &json!(2))
    );
    let cursor = first.body["next_cursor"].as_str().unwrap();
    let rest = house.get(&format!("/v1/approvals?limit=2&cursor={cursor}")).await;
    assert_eq!(
        (listed(&rest), &rest.body["next_cursor"]),
        (ids[2..].to_vec(), &Value::Null)
    );
    assert_eq!(house.get("/v1/approvals?agent_id=other").await.body["count"], 0);
    for query in ["status=lost", "limit=0", "limit=201", "cursor=x"] {
        assert_eq!(
            house.get(&format!("/v1/approvals?{query}")).await.status,
            400,
            "{query}"
        );
    }
    let path = format!("/v1/approvals/{}", ids[0]);
    assert_eq!(house.get(&format!("{path}?wait_seconds=26")).await.status, 400);
    let waiting = format!("{path}?wait_seconds=25");
    let submit = format!("{path}/submit");
    let (decided, _) = tokio::join!(
        house.get(&waiting),
        house.post(&submit, r#"{"decision":"approve"}"#, &[])
    );
    assert_eq!(decided.body["status"], "approved");
    let path = format!("/v1/approvals/{}?wait_seconds=25", ids[1]);
    let (pending, ()) = tokio::join!(house.get(&path), async {
        tokio::task::yield_now().await;
        house.clock.advance(Duration::from_secs(25));
    });
    assert_eq!(pending.body["status"], "pending");
}
