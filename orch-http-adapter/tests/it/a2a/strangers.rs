//! Whoever has no key, no signature or another's is kept out of what needs one.

use axum::{
    body::Body,
    http::{HeaderValue, Request},
};
use orch::auth::AgentSigner;
use orch_core::Secret;
use orch_http_adapter::a2a::{A2a, A2aOptions};
use serde_json::json;

use super::house::{cloud, consumer, house, house_with, page, sign};

fn stranger() -> AgentSigner {
    AgentSigner::from_seed(&[9; 32])
}

#[tokio::test]
async fn without_the_key_of_the_surface_nothing_opens_in_the_cloud() {
    let house = house_with(cloud()).await;
    let signature = sign(&consumer(), &page());
    for key in [
        None,
        Some(""),
        Some("sk-atp-tesx"),
        Some("sk-atp-test2"),
        Some("Bearer sk-atp-test"),
    ] {
        let mut headers = vec![("x-agent-signature", &*signature)];
        headers.extend(key.map(|key| ("x-api-key", key)));
        let answer = house.post("/v1/a2a/transact", page(), &headers).await;
        assert_eq!((answer.status, answer.code()), (401, "UNAUTHORIZED"), "{key:?}");
        for path in ["/v1/transactions", "/v1/transactions/tx_123"] {
            assert_eq!(house.get(path).await.status, 401);
        }
    }
    assert_eq!(house.transact(&page()).await.status, 200);
    let caller = orch::Caller::host("ops".parse().unwrap());
    for (scopes, status) in [(&[][..], 200), (&[A2a::SCOPE], 200), (&["approvals"], 401)] {
        let draft = orch::auth::KeyDraft {
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            ..orch::auth::KeyDraft::new(orch::auth::KeyForm::A2a, "made")
        };
        let made = house.orchestrator.api_keys().create(&caller, draft).await;
        let made = made.unwrap();
        let headers = [
            ("x-agent-signature", &*signature),
            ("x-api-key", made.token.expose()),
        ];
        let answer = house.post("/v1/a2a/transact", page(), &headers).await;
        assert_eq!(answer.status, status, "keys that were made count, for {scopes:?}");
    }
}

#[tokio::test]
async fn nobody_signs_for_another() {
    let house = house().await;
    house.register("agent-009", &stranger()).await;
    for signature in [sign(&stranger(), &page()), String::from("AAAA")] {
        let answer = house
            .post("/v1/a2a/transact", page(), &[("x-agent-signature", &*signature)])
            .await;
        assert_eq!((answer.status, answer.code()), (401, "INVALID_SIGNATURE"));
    }
    let service = r#"{"provider_agent_id":"agent-bistro","service_id":"srv-new"}"#;
    for signature in [sign(&stranger(), service), String::new()] {
        let answer = house
            .post("/api/v1/services", service, &[("x-agent-signature", &*signature)])
            .await;
        assert_eq!((answer.status, answer.code()), (401, "INVALID_SIGNATURE"));
    }
    let unsigned = house.post("/api/v1/services", service, &[]).await;
    assert_eq!(
        (unsigned.status, &unsigned.body["error"]),
        (401, &json!("Missing X-Agent-Signature header"))
    );
    let unreadable = Request::post("/api/v1/approvals")
        .header("content-type", "application/json")
        .header("x-agent-id", "agent-001")
        .header("x-agent-signature", HeaderValue::from_bytes(b"\xff").unwrap())
        .body(Body::from(r#"{"summary":"Book"}"#));
    let answer = house.ask(unreadable.unwrap()).await;
    assert_eq!((answer.status, answer.code()), (401, "INVALID_SIGNATURE"));
    let taken = r#"{"provider_agent_id":"agent-009","service_id":"srv-greet"}"#;
    let answer = house
        .post(
            "/api/v1/services",
            taken,
            &[("x-agent-signature", &*sign(&stranger(), taken))],
        )
        .await;
    assert_eq!((answer.status, answer.code()), (403, "FORBIDDEN"));
    assert_eq!(house.provider.n_calls(), 0);
}

#[tokio::test]
async fn one_consumer_knows_nothing_of_another() {
    let house = house().await;
    house.register("agent-009", &stranger()).await;
    house.transact(&page()).await;
    let theirs = page().replace("agent-001", "agent-009");
    let headers = [("x-agent-signature", &*sign(&stranger(), &theirs))];
    let answer = house.post("/v1/a2a/transact", theirs.clone(), &headers).await;
    assert_eq!((answer.status, answer.header("x-amorce-replayed")), (200, ""));
    assert_eq!(house.provider.n_calls(), 2);
}

#[tokio::test]
async fn agents_are_registered_by_who_may() {
    let house = house_with(cloud()).await;
    let pem = stranger().key().to_pem();
    let body =
        serde_json::json!({ "agent_id": stranger().key().derived_id(), "public_key": pem }).to_string();
    for key in [None, Some(""), Some("admix"), Some("sk-atp-test")] {
        let headers: Vec<_> = key.map(|key| ("x-admin-key", key)).into_iter().collect();
        let answer = house.post("/api/v1/agents", body.clone(), &headers).await;
        assert_eq!((answer.status, answer.code()), (401, "UNAUTHORIZED"), "{key:?}");
    }
    let own = sign(&stranger(), &body);
    let by_itself = house
        .post("/api/v1/agents", body.clone(), &[("x-agent-signature", &*own)])
        .await;
    assert_eq!(by_itself.status, 401, "unless the host says so");
    let open = house_with(A2aOptions {
        self_registration: true,
        ..cloud()
    })
    .await;
    let forged = sign(&consumer(), &body);
    assert_eq!(
        open.post("/api/v1/agents", body.clone(), &[("x-agent-signature", &*forged)])
            .await
            .status,
        401
    );
    assert_eq!(
        open.post("/api/v1/agents", body.clone(), &[("x-agent-signature", &*own)])
            .await
            .status,
        200
    );
    let scored = serde_json::json!({ "agent_id": stranger().key().derived_id(), "public_key": pem, "metadata": { "trust_score": 99 } });
    let headers = [("x-agent-signature", &*sign(&stranger(), &scored.to_string()))];
    let scored = open.post("/api/v1/agents", scored.to_string(), &headers).await;
    assert_eq!(scored.body["trust_score"], 0, "nobody scores themselves");
}

#[tokio::test]
async fn a_key_that_was_left_empty_lets_nobody_in() {
    let empty = || Some(Secret::new(String::new()));
    let house = house_with(A2aOptions {
        api_key: empty(),
        admin_key: empty(),
        ..cloud()
    })
    .await;
    let body = serde_json::json!({ "public_key": stranger().key().to_pem() }).to_string();
    let signature = sign(&consumer(), &page());
    let signed = ("x-agent-signature", &*signature);
    for headers in [vec![signed], vec![signed, ("x-admin-key", ""), ("x-api-key", "")]] {
        let registered = house.post("/api/v1/agents", body.clone(), &headers).await;
        assert_eq!((registered.status, registered.code()), (401, "UNAUTHORIZED"));
        let sent = house.post("/v1/a2a/transact", page(), &headers).await;
        assert_eq!((sent.status, sent.code()), (401, "UNAUTHORIZED"));
    }
    assert_eq!(house.provider.n_calls(), 0);
}
