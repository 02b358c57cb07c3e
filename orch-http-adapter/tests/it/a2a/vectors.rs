//! The published vectors, through the router: what each client signs is taken, however it writes its body.

use orch::auth::Document;

use super::house::{house, page};

const PYTHON: &[u8] = include_bytes!("../../../../orch-auth/tests/it/vectors/python.json");
const WIRE: &[u8] = include_bytes!("../../../../orch-auth/tests/it/vectors/wire.json");
const JAVASCRIPT: &[u8] = include_bytes!("../../../../orch-auth/tests/it/vectors/javascript.json");
const DERIVED: &[u8] = include_bytes!("../../../../orch-auth/tests/it/vectors/derived.json");

fn text<'d>(vector: &'d Document<'_>, name: &str) -> Option<&'d str> {
    vector.get(name).and_then(Document::as_str)
}

#[tokio::test]
async fn what_every_client_signs_is_taken() {
    let house = house().await;
    let [python, wire, javascript, derived] =
        [PYTHON, WIRE, JAVASCRIPT, DERIVED].map(|vectors| Document::read(vectors).unwrap());
    let mut sent = Vec::new();
    for vector in wire.items().unwrap() {
        let mut signed = python.items().unwrap().iter();
        let signed = signed
            .find(|signed| text(signed, "name") == text(vector, "name"))
            .unwrap();
        for body in ["http_body_py_sync", "http_body_py_async"] {
            sent.push((
                text(vector, body).unwrap(),
                text(signed, "signature_b64").unwrap(),
            ));
        }
    }
    for vector in javascript.items().unwrap() {
        sent.push((
            text(vector, "http_body").unwrap(),
            text(vector, "signature_b64").unwrap(),
        ));
    }
    for vector in derived.items().unwrap() {
        let name = text(vector, "name").unwrap();
        let body = text(vector, "http_body").unwrap_or_default();
        match name {
            "form C" | "form D" => sent.push((body, text(vector, "signature_b64").unwrap())),
            "lone surrogate" => {
                sent.push((body, text(vector, "signature_js").unwrap()));
                sent.push((body, text(vector, "signature_python").unwrap()));
            }
            _ => {}
        }
    }
    assert_eq!(sent.len(), 13);
    for (body, signature) in sent {
        let answer = house
            .post(
                "/v1/a2a/transact",
                body.to_owned(),
                &[("x-agent-signature", signature)],
            )
            .await;
        assert_eq!(answer.status, 200, "{body}: {}", answer.text);
    }
}

#[tokio::test]
async fn the_documented_form_is_taken() {
    let house = house().await;
    let python = Document::read(PYTHON).unwrap();
    let mut vectors = python.items().unwrap().iter();
    let vector = vectors
        .find(|vector| text(vector, "name").unwrap().starts_with("docs form"))
        .unwrap();
    let signer = orch::auth::AgentSigner::from_seed(&[0x42; 32]);
    let agents = house.orchestrator.directory().agents();
    let known = agents.find(&"agent-001".parse().unwrap()).await.unwrap();
    agents
        .revoke(&known.id, known.key(super::house::PUBLISHED).unwrap())
        .await
        .unwrap();
    house.register("agent-001", &signer).await;
    let headers = [("x-agent-signature", text(vector, "signature_b64").unwrap())];
    let answer = house.post("/v1/a2a/transact", page(), &headers).await;
    assert_eq!(
        (answer.status, &answer.body["transaction_id"]),
        (200, &"tx_123".into())
    );
}

/// The published list of what must be refused, with the body of the first vector.
#[tokio::test]
async fn what_nobody_signed_is_refused() {
    const RIGHT: &str =
        "NENNVCASUg3WrpkD7SwJMMjRXwg2ZaBqjiQ2Njn37Goo5blKkjrkwABEkYU0zW1qeyL/tecOjDOYmLa0PTiZBA==";
    let house = house().await;
    let wire = Document::read(WIRE).unwrap();
    let body = text(&wire.items().unwrap()[0], "http_body_py_sync").unwrap();
    let (url_safe, unpadded) = (RIGHT.replace('/', "_"), RIGHT.trim_end_matches('='));
    for (body, signature) in [
        (body.to_owned(), &*url_safe),
        (body.to_owned(), unpadded),
        (
            body.to_owned(),
            "NENNVCASUg3WrpkD7SwJMMjRXwg2ZaBqjiQ2Njn37Goo5blKkjrkwABEkYU0zW1qeyL/tecOjDOYmLa0PTiZBB==",
        ),
        (
            body.to_owned(),
            "NENNVCASUg3WrpkD7SwJMMjRXwg2ZaBqjiQ2Njn37Goo5blKkjrkwABEkYU0zW1qeyL/tecOjDOYmLa0PTiZ!BA==",
        ),
        (
            body.to_owned(),
            "L4kiw5QHtWKOSoIVZ8zR4A0GrODsBpCjB7PhoH4/R2OQFQYgzmf7QIIKpWySh6iHcJzGj+Zr88DEgQ5v/6QjBg==",
        ),
        (
            body.to_owned(),
            "/aWu4PFkKGsQhv3R+Qw/DA0cVPNxTou6r2/A/NEaQv80QnC7/DF1EWgRDCXu0mzTa4uvIqhQnkV1sy5z5/PFAQ==",
        ),
        (body.replace("Alice", "Alicf"), RIGHT),
        (body.replace("normal", "high"), RIGHT),
    ] {
        let headers = [("x-agent-signature", signature)];
        let answer = house.post("/v1/a2a/transact", body, &headers).await;
        assert_eq!(
            (answer.status, answer.code()),
            (401, "INVALID_SIGNATURE"),
            "{signature}"
        );
    }
    let headers = [("x-agent-signature", RIGHT)];
    let answer = house.post("/v1/a2a/transact", body.to_owned(), &headers).await;
    assert_eq!((answer.status, house.provider.n_calls()), (200, 1));
}

#[tokio::test]
async fn a_service_is_registered_by_the_vector() {
    let house = house().await;
    let derived = Document::read(DERIVED).unwrap();
    let mut vectors = derived.items().unwrap().iter();
    let vector = vectors
        .find(|vector| text(vector, "name") == Some("service registration"))
        .unwrap();
    let body = text(vector, "http_body").unwrap();
    let headers = [("x-agent-signature", text(vector, "signature_b64").unwrap())];
    let answer = house.post("/api/v1/services", body.to_owned(), &headers).await;
    assert_eq!(
        (answer.status, &*answer.text),
        (200, body),
        "with its number tokens"
    );
    assert_eq!(house.get("/api/v1/services/srv-book").await.text, body);
    let found = house
        .get("/api/v1/services/search?service_type=booking%3Arestaurant")
        .await;
    assert_eq!(found.text, format!("[{body}]"));
}
