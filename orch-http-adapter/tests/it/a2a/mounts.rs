//! Beside the market, under a prefix, under a host name.

use axum::{Router, body::Body, http::Request};
use orch_http_adapter::{market::Market, mounts};
use serde_json::json;
use tower::ServiceExt;

use super::house::{Answer, House, house, read};

async fn get(router: &Router, host: &str, path: &str) -> Answer {
    let request = Request::get(path)
        .header("host", host)
        .body(Body::empty())
        .unwrap();
    read(router.clone().oneshot(request).await.unwrap()).await
}

fn market(house: &House) -> orch_http_adapter::Surface {
    Market::new(house.orchestrator.clone(), Default::default()).surface()
}

#[tokio::test]
async fn under_one_root_each_answers_for_its_own() {
    let house = house().await;
    let router = mounts::merged([market(&house), house.a2a.surface()]);
    let health =
        json!({ "status": "healthy", "mode": "standalone", "version": "1.0.0", "uptime_seconds": 0 });
    assert_eq!(get(&router, "any", "/health").await.body, health);
    for path in [
        "/v1",
        "/v1/nothing",
        "/api/v1/nothing/at/all",
        "/mcp",
        "/mcp/tools",
    ] {
        assert_eq!(
            get(&router, "any", path).await.body["code"],
            "NOT_FOUND",
            "{path}"
        );
    }
    assert_eq!(
        get(&router, "any", "/agents").await.body["error"]["code"],
        "INVALID_API_KEY"
    );
    assert_eq!(
        get(&router, "any", "/nothing").await.body["error"]["code"],
        "NOT_FOUND"
    );
    assert_eq!(get(&router, "any", "/api/v1/agents/agent-001").await.status, 200);
    let document = get(&router, "any", "/openapi.json").await.body;
    for path in ["/orchestrate", "/v1/a2a/transact", "/health"] {
        assert!(document["paths"][path].is_object(), "{path}");
    }
}

#[tokio::test]
async fn under_a_prefix_or_a_host_name_it_answers_there() {
    let house = house().await;
    let by_prefix = mounts::by_prefix([("/market", market(&house)), ("/a2a", house.a2a.surface())]);
    assert_eq!(
        get(&by_prefix, "any", "/a2a/api/v1/agents/agent-001")
            .await
            .status,
        200
    );
    assert_eq!(
        get(&by_prefix, "any", "/a2a/nothing").await.body["code"],
        "NOT_FOUND"
    );
    assert_eq!(
        get(&by_prefix, "any", "/market/health").await.body["uptime_seconds"],
        json!(null)
    );
    let by_host = mounts::by_host([
        ("a2a.example", house.a2a.surface()),
        ("market.example", market(&house)),
    ]);
    assert_eq!(
        get(&by_host, "a2a.example", "/health").await.body["mode"],
        "standalone"
    );
    assert_eq!(
        get(&by_host, "market.example", "/health").await.body["mode"],
        json!(null)
    );
}
