use orch_auth::{AgentSigner, Document, Form, Signature, signature::verify};
use orch_core::hex;
use sha2::{Digest, Sha256};

use super::house::{House, body};
use crate::{Exchange, TransactError};

fn header<'e>(exchange: &'e Exchange, name: &str) -> &'e str {
    let mut headers = exchange.headers.iter();
    let found = headers.find(|(known, _)| *known == name);
    found
        .map(|(_, value)| value.as_str())
        .unwrap_or_else(|| panic!("no {name}"))
}

async fn sent(house: &House, metadata: &str, body: &str, key: Option<&str>) -> std::sync::Arc<Exchange> {
    house
        .offer(&format!(
            r#"{{"service_id":"srv-greet","provider_agent_id":"agent-002","metadata":{metadata}}}"#
        ))
        .await;
    let told = house.hear(body, key).await;
    let sent = house.provider.calls.lock().unwrap().last().cloned();
    sent.unwrap_or_else(|| panic!("{told}"))
}

fn ours() -> AgentSigner {
    AgentSigner::from_seed(&[0x42; 32])
}

#[tokio::test]
async fn a_payload_is_delivered_and_signed_by_us() {
    let house = House::new().await;
    let body = body(None).replace(
        "\"Alice\"",
        r#""Zo\u00eb","price":1e-7,"big":1180591620717411303424"#,
    );
    let sent = sent(
        &house,
        r#"{"service_path_template":"/greet"}"#,
        &body,
        Some("key-1"),
    )
    .await;
    assert_eq!(sent.url, "http://provider.example:5001/greet");
    let delivered = r#"{"data":{"big":1180591620717411303424,"name":"Zo\u00eb","price":1e-07}}"#;
    assert_eq!(std::str::from_utf8(&sent.body).unwrap(), delivered);
    let signature = Signature::parse(header(&sent, "x-agent-signature")).unwrap();
    assert!(ours().key().verify(&sent.body, &signature));
    assert_eq!(header(&sent, "x-amorce-agent-id"), ours().key().derived_id());
    assert_eq!(header(&sent, "x-amorce-consumer-id"), "agent-001");
    assert_eq!(header(&sent, "x-amorce-idempotency"), "key-1");
    assert_eq!(header(&sent, "x-amorce-timestamp"), "2024-01-15T10:30:00Z");
    assert!(header(&sent, "x-amorce-transaction-id").starts_with("tx_"));
    let digest = hex::encode(&Sha256::digest(&sent.body));
    let forward = format!(
        r#"{{"body_sha256":"{digest}","consumer_agent_id":"agent-001","idempotency_key":"key-1","priority":"normal","provider_agent_id":"agent-002","service_id":"srv-greet","timestamp":"2024-01-15T10:30:00Z","transaction_id":"{}"}}"#,
        header(&sent, "x-amorce-transaction-id")
    );
    let signature = Signature::parse(header(&sent, "x-amorce-forward-signature")).unwrap();
    assert!(ours().key().verify(forward.as_bytes(), &signature));
}

#[tokio::test]
async fn a_context_says_who_asks() {
    let house = House::new().await;
    let sent = sent(&house, r#"{"forward":"context"}"#, &body(Some("tx_1")), None).await;
    let delivered = r#"{"amorce":{"consumer_agent_id":"agent-001","idempotency_key":"tx_1","priority":"normal","provider_agent_id":"agent-002","service_id":"srv-greet","timestamp":"2024-01-15T10:30:00Z","transaction_id":"tx_1"},"data":{"name":"Alice"},"payload":{"name":"Alice"}}"#;
    assert_eq!(std::str::from_utf8(&sent.body).unwrap(), delivered);
    let document = Document::read(&sent.body).unwrap();
    let signature = Signature::parse(header(&sent, "x-agent-signature")).unwrap();
    assert_eq!(verify(&ours().key(), b"", &document, &signature), Some(Form::A));
}

#[tokio::test]
async fn what_the_consumer_signed_is_delivered_as_it_was_signed() {
    let house = House::new().await;
    let sent = sent(&house, r#"{"forward":"signed"}"#, &body(Some("tx_1")), None).await;
    let signature = Signature::parse(header(&sent, "x-agent-signature")).unwrap();
    assert!(house.signer.key().verify(&sent.body, &signature), "end to end");
    assert_eq!(header(&sent, "x-amorce-agent-id"), "agent-001");
}

#[tokio::test]
async fn a_payload_cannot_leave_its_path() {
    let house = House::new().await;
    let metadata = r#"{"service_path_template":"/items/{name}"}"#;
    let sent = sent(&house, metadata, &body(None).replace("Alice", "../../x"), None).await;
    assert_eq!(sent.url, "http://provider.example:5001/items/..%2F..%2Fx");
    for value in ["..", "."] {
        let refused = house.ask(&body(None).replace("Alice", value), None).await;
        assert!(matches!(*refused.result.unwrap_err(), TransactError::Unfilled(_)));
    }
    assert_eq!(house.provider.n_calls(), 1);
}
