//! What a payload puts into a path stays in the template's own segments.

use orch::auth::AgentSigner;
use serde_json::json;

use super::house::{house, sign};

#[tokio::test]
async fn no_member_leads_out_of_its_segment() {
    let house = house().await;
    house
        .offer(r#"{"service_id":"srv-item","provider_agent_id":"agent-bistro","metadata":{"service_path_template":"/i/{id}"}}"#)
        .await;
    for (id, path) in [
        ("../../x", "/i/..%2F..%2Fx"),
        ("a/b", "/i/a%2Fb"),
        ("a?b#c", "/i/a%3Fb%23c"),
        ("%2e%2e", "/i/%252e%252e"),
        ("x@evil.example:80", "/i/x%40evil.example%3A80"),
        ("{id.__class__}", "/i/%7Bid.__class__%7D"),
    ] {
        let body =
            json!({ "consumer_agent_id": "agent-001", "service_id": "srv-item", "payload": { "id": id } });
        assert_eq!(house.transact(&body.to_string()).await.status, 200, "{id}");
        assert_eq!(
            house.provider.last_url(),
            format!("http://10.0.0.7:5001{path}"),
            "{id}"
        );
    }
    let n_calls = house.provider.n_calls();
    for id in [
        json!(".."),
        json!("."),
        json!(""),
        json!("a\nb"),
        json!(null),
        json!(1.5),
        json!(["a"]),
        json!({ "__class__": "x" }),
    ] {
        let body =
            json!({ "consumer_agent_id": "agent-001", "service_id": "srv-item", "payload": { "id": id } });
        let answer = house.transact(&body.to_string()).await;
        assert_eq!(
            (answer.status, answer.body["error"].as_str()),
            (400, Some("Invalid path parameter: id")),
            "{id}"
        );
    }
    assert_eq!(house.provider.n_calls(), n_calls);
}

#[tokio::test]
async fn no_template_leads_elsewhere() {
    let house = house().await;
    let bistro = AgentSigner::from_seed(&[0x42; 32]);
    for template in [
        "{host}/x",
        "//evil.example",
        "/../x",
        "/a#b",
        "/{}",
        "/{0}",
        "/{a.b}",
        "/{a[0]}",
        "/{a!r}",
        "/{a:>9}",
        "/{a.__class__.__init__.__globals__}",
    ] {
        let body = json!({ "service_id": "srv-new", "provider_agent_id": "agent-bistro", "metadata": { "service_path_template": template } }).to_string();
        let headers = [("x-agent-signature", &*sign(&bistro, &body))];
        let answer = house.post("/api/v1/services", body, &headers).await;
        assert_eq!(
            (answer.status, answer.code()),
            (400, "INVALID_REQUEST"),
            "{template}"
        );
    }
    assert_eq!(house.get("/api/v1/services/srv-new").await.status, 404);
}
