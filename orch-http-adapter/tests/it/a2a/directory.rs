//! The directory, as every published reader wants it.

use orch::auth::AgentSigner;
use serde_json::{Value, json};

use super::house::{cloud, consumer, house, house_with, sign};

const ADMIN: [(&str, &str); 1] = [("x-admin-key", "admin")];

#[tokio::test]
async fn an_agent_is_one_union() {
    let house = house().await;
    let pem = consumer().key().to_pem();
    let metadata = json!({
        "name": "My Agent", "description": "", "category": "General", "capabilities": ["book_table"],
        "trust_score": 0, "api_endpoint": "http://10.0.0.7:5001", "price": 1,
    });
    let expected = json!({
        "agent_id": "agent-001", "status": "active", "algorithm": "Ed25519", "public_key": pem,
        "endpoint": "http://10.0.0.7:5001", "name": "My Agent", "description": "", "category": "General",
        "capabilities": ["book_table"], "trust_score": 0, "registered_at": "2025-12-05T17:00:00Z",
        "metadata": metadata,
    });
    for path in [
        "/api/v1/agents/agent-001",
        "/v1/agents/agent-001",
        "/api/v1/v1/agents/agent-001",
    ] {
        assert_eq!(house.get(path).await.body, expected, "{path}");
    }
    let looked_up = house.get("/api/v1/lookup/agent-001").await.body;
    assert_eq!(
        looked_up,
        json!({ "agent_id": "agent-001", "status": "active", "public_key": pem, "metadata": metadata })
    );
    let key = house.get("/api/v1/agents/agent-001/public-key").await.body;
    let line = consumer().key().to_line();
    assert_eq!(
        key,
        json!({ "agent_id": "agent-001", "public_key": line, "public_key_pem": pem, "algorithm": "Ed25519" })
    );
    assert!(!line.contains('\n'));
    let listed = house.get("/api/v1/agents").await.body;
    assert_eq!(listed["count"], 3, "the orchestrator itself is on no list");
    let first = house.get("/api/v1/agents?limit=1").await.body;
    let next = format!(
        "/api/v1/agents?limit=5&cursor={}",
        first["next_cursor"].as_str().unwrap()
    );
    assert_eq!(house.get(&next).await.body["count"], 2);
}

#[tokio::test]
async fn the_orchestrator_is_known_by_its_key() {
    let house = house().await;
    let known = house.get("/.well-known/amorce-orchestrator.json").await.body;
    let signer = AgentSigner::from_seed(&[0x42; 32]);
    let expected = json!({ "agent_id": signer.key().derived_id(), "public_key": signer.key().to_pem(), "algorithm": "Ed25519" });
    assert_eq!(known, expected);
    let agent = house
        .get(&format!("/api/v1/agents/{}", signer.key().derived_id()))
        .await;
    assert_eq!((agent.status, &agent.body["status"]), (200, &json!("active")));
}

#[tokio::test]
async fn an_agent_is_registered_rotated_and_suspended() {
    let house = house_with(cloud()).await;
    let (one, other) = (AgentSigner::from_seed(&[1; 32]), AgentSigner::from_seed(&[2; 32]));
    let register = |signer: &AgentSigner, more: Value| {
        let mut body = json!({ "agent_id": "agent-777", "public_key": signer.key().to_pem(), "algorithm": "Ed25519",
            "endpoint": "https://agent.example.com", "metadata": { "name": "Seven" } });
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        body.to_string()
    };
    let registered = house
        .post("/api/v1/agents", register(&one, json!({})), &ADMIN)
        .await;
    assert_eq!(
        (registered.status, &registered.body["name"]),
        (200, &json!("Seven"))
    );
    let asked = r#"{"consumer_agent_id":"agent-777","service_id":"srv-greet","payload":{}}"#;
    let ask = async |signer: &AgentSigner| {
        house.clock.advance(std::time::Duration::from_secs(1));
        let signature = sign(signer, asked);
        house
            .post(
                "/v1/a2a/transact",
                asked,
                &[("x-agent-signature", &*signature), ("x-api-key", "sk-atp-test")],
            )
            .await
            .status
    };
    assert_eq!((ask(&one).await, ask(&other).await), (200, 401));
    house
        .post("/api/v1/agents", register(&other, json!({})), &ADMIN)
        .await;
    assert_eq!(
        (ask(&one).await, ask(&other).await),
        (200, 200),
        "both, for a day"
    );
    house
        .post(
            "/api/v1/agents",
            register(&other, json!({ "revoke_previous": true })),
            &ADMIN,
        )
        .await;
    assert_eq!(
        (ask(&one).await, ask(&other).await),
        (401, 200),
        "whatever was before ends"
    );
    let third = AgentSigner::from_seed(&[3; 32]);
    house
        .post(
            "/api/v1/agents",
            register(&third, json!({ "metadata": { "status": "suspended" } })),
            &ADMIN,
        )
        .await;
    assert_eq!(ask(&third).await, 404);
    assert_eq!(
        house.get("/api/v1/agents/agent-777").await.body["status"],
        "suspended"
    );
    assert_eq!(house.get("/api/v1/agents").await.body["count"], 3);
}

#[tokio::test]
async fn a_registration_is_checked() {
    let house = house_with(cloud()).await;
    let pem = consumer().key().to_pem();
    for body in [
        json!({}),
        json!({ "agent_id": "a" }),
        json!({ "agent_id": "a b", "public_key": pem }),
        json!({ "agent_id": "a/b", "public_key": pem }),
        json!({ "agent_id": "a", "public_key": "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZI\n-----END PUBLIC KEY-----" }),
        json!({ "agent_id": "a", "public_key": pem, "algorithm": "ECDSA" }),
        json!({ "agent_id": "a", "public_key": pem, "metadata": [] }),
        json!({ "agent_id": "a", "public_key": pem, "endpoint": 7 }),
        json!({ "agent_id": "a", "public_key": pem, "metadata": { "api_endpoint": ["https://a.example"] } }),
        json!({ "agent_id": "a", "public_key": pem, "metadata": { "status": 0 } }),
        json!({ "agent_id": "a", "public_key": pem, "revoke_previous": "yes" }),
        json!({ "agent_id": "b".repeat(64), "public_key": pem }),
        json!([]),
    ] {
        let answer = house.post("/api/v1/agents", body.to_string(), &ADMIN).await;
        assert_eq!((answer.status, answer.code()), (400, "INVALID_REQUEST"), "{body}");
    }
    assert_eq!(house.get("/api/v1/agents/a").await.status, 404);
    let flat = json!({ "agent_id": "flat", "name": "Flat", "public_key": pem, "endpoint": "https://flat.example",
        "capabilities": ["x"], "description": "d", "version": "1.0.0", "protocol": "aatp" });
    let answer = house.post("/api/v1/agents", flat.to_string(), &ADMIN).await;
    assert_eq!(
        (
            answer.status,
            &answer.body["capabilities"],
            &answer.body["metadata"]["protocol"]
        ),
        (200, &json!(["x"]), &json!("aatp"))
    );
}

#[tokio::test]
async fn an_agent_is_reached_where_its_metadata_say() {
    let house = house_with(cloud()).await;
    for (endpoint, metadata, expected) in [
        (
            json!("https://a.example"),
            json!({ "api_endpoint": "https://b.example" }),
            json!("https://b.example"),
        ),
        (
            json!("https://a.example"),
            json!({ "api_endpoint": "" }),
            json!("https://a.example"),
        ),
        (
            json!("https://a.example"),
            json!({ "api_endpoint": null }),
            json!("https://a.example"),
        ),
        (
            json!(null),
            json!({ "api_endpoint": "https://b.example" }),
            json!("https://b.example"),
        ),
        (json!(""), json!({}), json!(null)),
    ] {
        let body = json!({ "agent_id": "agent-777", "public_key": consumer().key().to_pem(), "endpoint": endpoint,
            "metadata": metadata });
        let answer = house.post("/api/v1/agents", body.to_string(), &ADMIN).await;
        assert_eq!(
            (answer.status, &answer.body["endpoint"]),
            (200, &expected),
            "{body}"
        );
        assert_eq!(
            answer.body["metadata"]
                .get("api_endpoint")
                .unwrap_or(&Value::Null),
            &expected
        );
    }
}

#[tokio::test]
async fn a_manifest_has_every_member() {
    let house = house_with(cloud()).await;
    let expected = json!({
        "name": "My Agent", "url": "http://10.0.0.7:5001", "version": "1.0.0", "description": "",
        "protocol_version": "A2A/1.0", "capabilities": ["book_table"],
        "authentication": { "type": "amorce", "public_key": consumer().key().to_pem(), "algorithm": "Ed25519",
            "directory_url": "https://directory.example" },
        "amorce": { "agent_id": "agent-001", "status": "active", "registered_at": "2025-12-05T17:00:00Z", "category": "General" },
    });
    assert_eq!(
        house.get("/api/v1/agents/agent-001/manifest").await.body,
        expected
    );
    assert_eq!(house.get("/api/v1/agents/nobody/manifest").await.status, 404);
}

#[tokio::test]
async fn agents_are_searched_by_words() {
    let house = house_with(cloud()).await;
    for (id, name, category, capability) in [
        ("a", "Table Booker", "Food", "book_table"),
        ("b", "Weather", "Food", "forecast"),
        ("c", "Booker", "Travel", "fly"),
    ] {
        let pem = AgentSigner::from_seed(&[id.as_bytes()[0]; 32]).key().to_pem();
        let body = json!({ "agent_id": id, "public_key": pem, "metadata": { "name": name, "category": category, "capabilities": [capability] } });
        assert_eq!(
            house
                .post("/api/v1/agents", body.to_string(), &ADMIN)
                .await
                .status,
            200
        );
    }
    let found = async |query: &str| {
        let body = house.get(&format!("/api/v1/ans/search?{query}")).await.body;
        let ids = body["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|found| found["agent_id"].as_str().unwrap().to_owned());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(found("q=table+booker").await[..2], ["a", "c"]);
    assert_eq!(found("q=booker&category=travel").await, ["c"]);
    assert_eq!(found("q=nothing-like-it").await, [""; 0]);
    assert_eq!(found("limit=1").await.len(), 1);
    for path in ["/v1/ans/search?q=weather", "/api/v1/v1/ans/search?q=weather"] {
        let body = house.get(path).await.body;
        assert_eq!(
            (&body["count"], &body["search_type"]),
            (&json!(1), &json!("keyword"))
        );
        assert_eq!(body["results"][0]["relevance_score"], 100.0);
    }
    assert_eq!(house.get("/api/v1/ans/search?limit=51").await.status, 400);
}
