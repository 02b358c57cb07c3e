//! The published test vectors. Their private keys are public.

use orch_auth::{AgentKey, AgentSigner, Document, Form, Signature, signature::verify};

const PYTHON: &[u8] = include_bytes!("vectors/python.json");
const WIRE: &[u8] = include_bytes!("vectors/wire.json");
const JAVASCRIPT: &[u8] = include_bytes!("vectors/javascript.json");
const DERIVED: &[u8] = include_bytes!("vectors/derived.json");

const CONSUMER: [u8; 32] = {
    let mut seed = [0; 32];
    let mut at = 0;
    while at < 32 {
        #[expect(clippy::cast_possible_truncation, reason = "below 32")]
        let byte = at as u8;
        seed[at] = byte;
        at += 1;
    }
    seed
};

/// The first key.
pub(crate) fn consumer() -> AgentSigner {
    AgentSigner::from_seed(&CONSUMER)
}

/// The second key.
pub(crate) fn second() -> AgentSigner {
    AgentSigner::from_seed(&[0x42; 32])
}

fn read(body: &[u8]) -> Document<'_> {
    Document::read(body).unwrap()
}

fn text<'d>(vector: &'d Document<'_>, name: &str) -> &'d str {
    vector
        .get(name)
        .and_then(Document::as_str)
        .unwrap_or_else(|| panic!("{name} is missing"))
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

fn find<'d, 'b>(vectors: &'d Document<'b>, name: &str) -> &'d Document<'b> {
    let mut all = vectors.items().unwrap().iter();
    all.find(|vector| text(vector, "name") == name)
        .unwrap_or_else(|| panic!("no vector {name}"))
}

/// In which forms a document says what was signed.
fn forms(document: &Document<'_>, key: &AgentKey, signature: &str) -> String {
    let signature = Signature::parse(signature).unwrap();
    let signed = Form::ALL.into_iter().filter(|form| {
        let bytes = form.write(document);
        bytes.is_some_and(|bytes| key.verify(&bytes, &signature))
    });
    signed.map(Form::name).collect()
}

#[test]
fn what_the_python_clients_sign_verifies_in_the_stated_forms() {
    let vectors = read(PYTHON);
    let mut n_seen = 0;
    for (name, expected) in [
        ("ascii", "ABCD"),
        ("unicode+floats", "AC"),
        ("key order", "AC"),
        ("docs form with transaction_id (no priority)", "ABCD"),
    ] {
        let vector = find(&vectors, name);
        let seed: [u8; 32] = hex(text(vector, "seed_hex")).try_into().unwrap();
        let signer = AgentSigner::from_seed(&seed);
        assert_eq!(signer.key().to_pem(), text(vector, "public_key_pem"), "{name}");
        assert_eq!(signer.key().derived_id(), text(vector, "agent_id"), "{name}");
        let body = vector.get("body").unwrap();
        let canonical = Form::A.write(body).unwrap();
        assert_eq!(
            String::from_utf8(canonical.clone()).unwrap(),
            text(vector, "canonical_utf8"),
            "{name}"
        );
        let signature = text(vector, "signature_b64");
        assert_eq!(signer.sign(&canonical).to_text(), signature, "{name}");
        assert_eq!(forms(body, &signer.key(), signature), expected, "{name}");
        n_seen += 1;
    }
    assert_eq!(n_seen + 1, vectors.items().unwrap().len(), "all but the envelope");
}

#[test]
fn what_the_python_clients_send_verifies_however_it_is_written() {
    let (vectors, signed) = (read(WIRE), read(PYTHON));
    for vector in vectors.items().unwrap() {
        let signed = find(&signed, text(vector, "name"));
        let key = AgentKey::from_pem(text(signed, "public_key_pem")).unwrap();
        let signature = Signature::parse(text(signed, "signature_b64")).unwrap();
        for client in ["http_body_py_sync", "http_body_py_async"] {
            let body = read(text(vector, client).as_bytes());
            assert_eq!(verify(&key, b"", &body, &signature), Some(Form::A), "{client}");
            assert_eq!(&body, signed.get("body").unwrap(), "{client}");
        }
    }
}

#[test]
fn what_the_javascript_client_sends_verifies_in_the_stated_forms() {
    let vectors = read(JAVASCRIPT);
    for (name, expected) in [("ascii", "ABCD"), ("unicode+floats", "BD"), ("key order", "BD")] {
        let vector = find(&vectors, name);
        let body = read(text(vector, "http_body").as_bytes());
        let canonical = Form::B.write(&body).unwrap();
        assert_eq!(canonical, text(vector, "canonical_utf8").as_bytes(), "{name}");
        assert_eq!(canonical, hex(text(vector, "canonical_hex")), "{name}");
        let signature = text(vector, "signature_b64");
        assert_eq!(consumer().sign(&canonical).to_text(), signature, "{name}");
        assert_eq!(forms(&body, &consumer().key(), signature), expected, "{name}");
    }
}

#[test]
fn the_derived_vectors_verify_in_the_stated_forms() {
    let vectors = read(DERIVED);
    for (name, expected) in [
        ("form C", "C"),
        ("form D", "D"),
        ("js create approval", "ABCD"),
        ("js submit approval", "ABCD"),
        ("js mcp call", "ABCD"),
        ("service registration", "ABC"),
    ] {
        let vector = find(&vectors, name);
        let body = read(text(vector, "http_body").as_bytes());
        let signer = match text(vector, "signer") {
            "consumer" => consumer(),
            _ => second(),
        };
        let signature = text(vector, "signature_b64");
        assert_eq!(forms(&body, &signer.key(), signature), expected, "{name}");
        let form = expected.chars().next().unwrap();
        let form = Form::ALL
            .into_iter()
            .find(|known| known.name() == form.to_string())
            .unwrap();
        assert_eq!(
            form.write(&body).unwrap(),
            text(vector, "canonical_utf8").as_bytes(),
            "{name}"
        );
    }
}

#[test]
fn a_lone_surrogate_is_kept() {
    let vectors = read(DERIVED);
    let vector = find(&vectors, "lone surrogate");
    let body = read(text(vector, "http_body").as_bytes());
    let key = consumer().key();
    for (form, canonical, signature) in [
        (Form::A, "canonical_a", "signature_python"),
        (Form::B, "canonical_b", "signature_js"),
    ] {
        assert_eq!(form.write(&body).unwrap(), text(vector, canonical).as_bytes());
        let signature = Signature::parse(text(vector, signature)).unwrap();
        assert_eq!(verify(&key, b"", &body, &signature), Some(form));
    }
}

#[test]
fn what_is_forwarded_is_signed_as_published() {
    let vectors = read(DERIVED);
    let vector = find(&vectors, "forward data");
    let payload = read(text(vector, "payload").as_bytes());
    let payload = String::from_utf8(Form::C.write(&payload).unwrap()).unwrap();
    let delivered = format!("{{\"data\":{payload}}}");
    assert_eq!(delivered, text(vector, "delivered_body"));
    assert_eq!(second().key().derived_id(), text(vector, "x_amorce_agent_id"));
    assert_eq!(
        second().sign(delivered.as_bytes()).to_text(),
        text(vector, "x_agent_signature")
    );
    let forward = text(vector, "forward_canonical_utf8");
    let document = read(forward.as_bytes());
    assert_eq!(Form::A.write(&document).unwrap(), forward.as_bytes());
    assert_eq!(
        second().sign(forward.as_bytes()).to_text(),
        text(vector, "x_amorce_forward_signature")
    );
    let context = find(&vectors, "forward context");
    let delivered = text(context, "delivered_body");
    assert_eq!(
        second().sign(delivered.as_bytes()).to_text(),
        text(context, "x_agent_signature")
    );
}

#[test]
fn both_envelopes_verify_without_their_signature() {
    let python = read(PYTHON);
    let vector = find(&python, "envelope");
    let full = Document::Object(
        vector
            .get("full")
            .unwrap()
            .members()
            .unwrap()
            .without("signature"),
    );
    let pem = full
        .get("sender")
        .and_then(|sender| sender.get("public_key"))
        .unwrap();
    let key = AgentKey::from_pem(pem.as_str().unwrap()).unwrap();
    let derived = read(DERIVED);
    let other = find(&derived, "js envelope");
    let other_body = read(text(other, "canonical_utf8").as_bytes());
    assert_eq!(
        Form::A.write(&full).unwrap(),
        text(vector, "canonical_utf8").as_bytes()
    );
    for (body, vector) in [(&full, vector), (&other_body, other)] {
        let signature = Signature::parse(text(vector, "signature_b64")).unwrap();
        assert_eq!(verify(&key, b"", body, &signature), Some(Form::A));
    }
}
