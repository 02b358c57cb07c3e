//! Every request and answer of the published page, as it shows them.

use axum::{body::Body, http::Request};
use serde_json::{Value, json};

use super::house::{Answer, House, cloud, consumer, house, house_with, page, sign};

#[tokio::test]
async fn a_transaction_succeeds() {
    let house = house().await;
    let answer = house.transact(&page()).await;
    let expected = json!({
        "transaction_id": "tx_123",
        "status": "success",
        "timestamp": "2025-12-05T17:00:00Z",
        "result": { "message": "Hello, Alice!" },
        "data": { "message": "Hello, Alice!" },
    });
    assert_eq!((answer.status, &answer.body), (200, &expected));
    assert_eq!(answer.header("x-aatp-version"), "1.0");
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("x-ratelimit-limit"), "20");
    assert_eq!(answer.header("x-ratelimit-remaining"), "19");
    assert_eq!(answer.header("x-ratelimit-reset"), "1764954060");
    let again = house.transact(&page()).await;
    assert_eq!(
        (again.text, again.headers.get("x-amorce-replayed").unwrap()),
        (answer.text, &"true".parse().unwrap())
    );
    assert_eq!(house.provider.n_calls(), 1);
}

#[tokio::test]
async fn an_error_has_both_published_shapes() {
    let house = house().await;
    let headers = [("x-agent-signature", "AAAA")];
    let answer = house.post("/v1/a2a/transact", page(), &headers).await;
    let expected = json!({
        "transaction_id": "tx_123",
        "status": "error",
        "error": "Invalid signature",
        "code": "INVALID_SIGNATURE",
        "details": {},
        "timestamp": "2025-12-05T17:00:00Z",
    });
    assert_eq!((answer.status, answer.body), (401, expected));
    let elsewhere = house.get("/api/v1/agents/nobody").await;
    let expected =
        json!({ "error": "Agent not found", "code": "AGENT_NOT_FOUND", "details": { "agent_id": "nobody" } });
    assert_eq!((elsewhere.status, elsewhere.body), (404, expected));
}

#[tokio::test]
async fn health_has_four_members() {
    let house = house().await;
    house.clock.advance(std::time::Duration::from_secs(3600));
    let expected =
        json!({ "status": "healthy", "mode": "standalone", "version": "1.0.0", "uptime_seconds": 3600 });
    for path in ["/health", "/v1/health", "/api/v1/v1/health"] {
        assert_eq!(house.get(path).await.body, expected, "{path}");
    }
    assert_eq!(
        house_with(cloud()).await.get("/health").await.body["mode"],
        "cloud"
    );
}

async fn told(house: &House, body: &str) -> (u16, String, String) {
    let Answer { status, body, .. } = house.transact(body).await;
    let text = |member: &str| body[member].as_str().unwrap_or_default().to_owned();
    (status, text("code"), text("error"))
}

/// The checks of the contract, each with its status, code and words.
#[tokio::test]
async fn every_check_answers_as_published() {
    let house = house().await;
    house.offer(r#"{"service_id":"srv-item","provider_agent_id":"agent-bistro","metadata":{"service_path_template":"/i/{id}"}}"#).await;
    house
        .offer(r#"{"service_id":"srv-lost","provider_agent_id":"agent-gone"}"#)
        .await;
    house.offer(r#"{"service_id":"srv-human","provider_agent_id":"agent-bistro","metadata":{"requires_approval":true}}"#).await;
    let with = |service: &str, payload: &str| {
        format!(r#"{{"consumer_agent_id":"agent-001","service_id":"{service}","payload":{payload}}}"#)
    };
    for (body, status, code, error) in [
        (
            "[1]".to_owned(),
            400,
            "INVALID_REQUEST",
            "Request body must be a JSON object",
        ),
        (
            "{}".to_owned(),
            400,
            "INVALID_REQUEST",
            "Missing required field: consumer_agent_id",
        ),
        (
            with("srv-greet", "[]"),
            400,
            "INVALID_REQUEST",
            "Payload must be a JSON object",
        ),
        (with("", "{}"), 400, "INVALID_REQUEST", "Invalid service_id"),
        (
            with("srv-greet", "{}").replace("agent-001", "nobody"),
            404,
            "AGENT_NOT_FOUND",
            "Agent not found",
        ),
        (
            with("srv-none", "{}"),
            404,
            "SERVICE_NOT_FOUND",
            "Service not found",
        ),
        (with("srv-lost", "{}"), 404, "AGENT_NOT_FOUND", "Agent not found"),
        (
            with("srv-item", "{}"),
            400,
            "INVALID_REQUEST",
            "Missing path parameter: id",
        ),
        (
            with("srv-item", r#"{"id":".."}"#),
            400,
            "INVALID_REQUEST",
            "Invalid path parameter: id",
        ),
        (
            with("srv-human", "{}"),
            403,
            "APPROVAL_REQUIRED",
            "Approval required",
        ),
    ] {
        let expected = (status, code.to_owned(), error.to_owned());
        assert_eq!(told(&house, &body).await, expected, "{body}");
    }
    assert_eq!(house.provider.n_calls(), 0);
    for body in ["", "{", "nul", "\u{feff}{}", "{\"a\":NaN}"] {
        let answer = house.post("/v1/a2a/transact", body, &[]).await;
        assert_eq!(
            (answer.status, answer.body["error"].as_str()),
            (400, Some("Malformed JSON")),
            "{body:?}"
        );
        assert!(
            answer.body["transaction_id"]
                .as_str()
                .is_some_and(|id| id.starts_with("tx_"))
        );
    }
}

#[tokio::test]
async fn what_is_around_a_body_is_checked() {
    let house = house().await;
    let (body, signature) = (page(), sign(&consumer(), &page()));
    let unsigned = house.post("/v1/a2a/transact", body.clone(), &[]).await;
    assert_eq!(
        (unsigned.status, unsigned.body["error"].as_str()),
        (401, Some("Missing X-Agent-Signature header"))
    );
    let claimed = [
        ("x-agent-signature", &*signature),
        ("x-amorce-agent-id", "agent-002"),
    ];
    let claimed = house.post("/v1/a2a/transact", body.clone(), &claimed).await;
    assert_eq!((claimed.status, claimed.code()), (400, "INVALID_REQUEST"));
    let key = [
        ("x-agent-signature", &*signature),
        ("x-amorce-idempotency", "two words"),
    ];
    let key = house.post("/v1/a2a/transact", body.clone(), &key).await;
    assert_eq!(
        (key.status, key.body["error"].as_str()),
        (400, Some("Invalid idempotency key"))
    );
    for (content_type, status) in [
        ("text/plain", 400),
        ("application/vnd.a+json; charset=utf-8", 200),
        ("", 400),
    ] {
        let request = Request::post("/v1/a2a/transact").header("content-type", content_type);
        let request = request
            .header("x-agent-signature", &signature)
            .body(Body::from(body.clone()));
        assert_eq!(house.ask(request.unwrap()).await.status, status, "{content_type}");
    }
    let untyped = Request::post("/v1/a2a/transact").header("x-agent-signature", &signature);
    assert_eq!(
        house.ask(untyped.body(Body::from(body)).unwrap()).await.status,
        200
    );
    let large = house
        .post("/v1/a2a/transact", vec![b' '; 1024 * 1024 + 1], &[])
        .await;
    assert_eq!(
        (large.status, large.body["error"].as_str()),
        (413, Some("Request body too large"))
    );
    assert!(!large.headers.contains_key("retry-after"));
    let get = house.get("/v1/a2a/transact").await;
    assert_eq!(
        (get.status, get.code(), get.header("allow")),
        (405, "METHOD_NOT_ALLOWED", "POST")
    );
}

/// What each answer of a provider becomes, and that nothing of where it is gets out.
#[tokio::test]
async fn every_answer_of_a_provider_becomes_what_is_published() {
    let house = house().await;
    let tokens = r#"{"n":1.50,"big":9007199254740993,"e":1E2}"#;
    for (number, (status, body, ours, code, told)) in [
        (
            200,
            tokens,
            200,
            "",
            format!(r#""result":{tokens},"data":{tokens}}}"#),
        ),
        (
            201,
            "[1.0]",
            200,
            "",
            r#""result":[1.0],"data":{"value":[1.0]}}"#.to_owned(),
        ),
        (200, "5", 200, "", r#""result":5,"data":{"value":5}}"#.to_owned()),
        (204, "", 200, "", r#""result":null,"data":null}"#.to_owned()),
        (
            200,
            "hello",
            200,
            "",
            r#""result":"hello","data":{"value":"hello"}}"#.to_owned(),
        ),
        (
            422,
            r#"{"reason":"fully booked"}"#,
            424,
            "PROVIDER_ERROR",
            r#""provider_body":{"reason":"fully booked"},"provider_status":422"#.to_owned(),
        ),
        (
            500,
            "oops",
            424,
            "PROVIDER_ERROR",
            r#""provider_body":"oops""#.to_owned(),
        ),
        (
            302,
            "",
            424,
            "PROVIDER_ERROR",
            r#""provider_status":302"#.to_owned(),
        ),
        (
            404,
            "{}",
            424,
            "PROVIDER_ERROR",
            r#""provider_status":404"#.to_owned(),
        ),
        (
            503,
            "{}",
            502,
            "PROVIDER_UNREACHABLE",
            r#""outcome":"not_executed""#.to_owned(),
        ),
        (
            429,
            "{}",
            502,
            "PROVIDER_UNREACHABLE",
            r#""outcome":"not_executed""#.to_owned(),
        ),
        (
            0,
            "",
            502,
            "PROVIDER_UNREACHABLE",
            r#""outcome":"not_executed""#.to_owned(),
        ),
        (
            1,
            "",
            502,
            "PROVIDER_UNREACHABLE",
            r#""outcome":"unknown""#.to_owned(),
        ),
    ]
    .into_iter()
    .enumerate()
    {
        house.clock.advance(std::time::Duration::from_secs(60));
        house.provider.will(status, body);
        let answer = house
            .transact(&page().replace("tx_123", &format!("tx_{number}")))
            .await;
        assert_eq!(
            (answer.status, answer.code()),
            (ours, code),
            "{status}: {}",
            answer.text
        );
        assert!(answer.text.contains(&told), "{told} in {}", answer.text);
        assert!(!answer.text.contains("10.0.0.7"), "{}", answer.text);
        assert!(!answer.headers.contains_key("retry-after"));
    }
}

#[tokio::test]
async fn what_is_unknown_is_said_in_the_same_shape() {
    let house = house().await;
    for path in ["/v1/nexus/bridge", "/api/v1/nothing", "/nothing", "/v1/a2a"] {
        let answer = house.get(path).await;
        assert_eq!(
            answer.body,
            json!({ "error": "Not found", "code": "NOT_FOUND", "details": {} }),
            "{path}"
        );
    }
    let wrong = house.post("/api/v1/lookup/agent-001", "{}", &[]).await;
    assert_eq!((wrong.status, wrong.code()), (405, "METHOD_NOT_ALLOWED"));
    assert_eq!(house.get("/").await.body["version"], "1.0.0");
}

#[tokio::test]
async fn the_books_can_be_read() {
    let house = house().await;
    house.provider.will(201, "{}");
    house.transact(&page()).await;
    let row = house.get("/v1/transactions/tx_123").await.body;
    assert_eq!(
        (&row["status"], &row["executions"], &row["canonical_form"]),
        (&json!("success"), &json!(1), &json!("A"))
    );
    assert_eq!(
        (&row["http_status"], &row["provider_status"]),
        (&json!(200), &json!(201))
    );
    let listed = house
        .get("/v1/transactions?consumer_agent_id=agent-001&status=success&limit=5")
        .await
        .body;
    assert_eq!(
        (&listed["count"], &listed["next_cursor"]),
        (&json!(1), &Value::Null)
    );
    assert_eq!(
        house.get("/v1/transactions?consumer_agent_id=nobody").await.body["count"],
        0
    );
    assert_eq!(house.get("/v1/transactions/tx_999").await.status, 404);
    assert_eq!(house.get("/v1/transactions?limit=0").await.status, 400);
}
