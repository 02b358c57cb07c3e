//! What must not verify: the published list, and what strict checks are for.

use orch_auth::{AgentKey, Document, Signature, signature::verify};

use crate::vectors::consumer;

const BODY: &str = r#"{"service_id":"srv-greet","consumer_agent_id":"ae8e7d3bbb0cd5b6885b6646bea8b310e16701c1cd71f4d0ded1d241d29ed3cd","payload":{"name":"Alice"},"priority":"normal"}"#;
const RIGHT: &str =
    "NENNVCASUg3WrpkD7SwJMMjRXwg2ZaBqjiQ2Njn37Goo5blKkjrkwABEkYU0zW1qeyL/tecOjDOYmLa0PTiZBA==";

fn verifies(body: &str, signature: &str) -> bool {
    let document = Document::read(body.as_bytes()).unwrap();
    let signature = Signature::parse(signature);
    signature.is_ok_and(|signature| verify(&consumer().key(), b"", &document, &signature).is_some())
}

#[test]
fn the_published_list_is_refused() {
    assert!(verifies(BODY, RIGHT));
    let url_safe = RIGHT.replace('/', "_");
    let unpadded = RIGHT.trim_end_matches('=');
    for signature in [
        &*url_safe,
        unpadded,
        "NENNVCASUg3WrpkD7SwJMMjRXwg2ZaBqjiQ2Njn37Goo5blKkjrkwABEkYU0zW1qeyL/tecOjDOYmLa0PTiZBB==",
        "NENNVCASUg3WrpkD7SwJMMjRXwg2ZaBqjiQ2Njn37Goo5blKkjrkwABEkYU0zW1qeyL/tecOjDOYmLa0PTiZ!BA==",
        "L4kiw5QHtWKOSoIVZ8zR4A0GrODsBpCjB7PhoH4/R2OQFQYgzmf7QIIKpWySh6iHcJzGj+Zr88DEgQ5v/6QjBg==",
        "/aWu4PFkKGsQhv3R+Qw/DA0cVPNxTou6r2/A/NEaQv80QnC7/DF1EWgRDCXu0mzTa4uvIqhQnkV1sy5z5/PFAQ==",
        "",
        "AAAA",
        &format!("{RIGHT}\n"),
        &format!(" {RIGHT}"),
    ] {
        assert!(!verifies(BODY, signature), "{signature}");
    }
    assert!(!verifies(&BODY.replace("Alice", "Alicf"), RIGHT));
    assert!(!verifies(&BODY.replace("normal", "high"), RIGHT));
}

/// The order of the group, added to a signature's scalar, makes another signature that a lax verifier takes for the same.
#[test]
fn a_signature_has_no_second_form() {
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut bytes = *Signature::parse(RIGHT).unwrap().as_bytes();
    let mut carry = 0;
    for (byte, order) in bytes[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        [*byte, _] = sum.to_le_bytes();
        carry = sum >> 8;
    }
    assert!(!verifies(BODY, &Signature::from(bytes).to_text()));
}

/// Under a key of small order, anybody can sign anything.
#[test]
fn keys_of_small_order_are_no_keys() {
    let mut identity = [0; 32];
    identity[0] = 1;
    let mut of_order_two = [0xff; 32];
    (of_order_two[0], of_order_two[31]) = (0xec, 0x7f);
    for bytes in [[0; 32], identity, of_order_two] {
        assert!(AgentKey::from_bytes(&bytes).is_err(), "{bytes:?}");
    }
}

#[test]
fn a_signature_by_a_commitment_of_small_order_is_refused() {
    let mut bytes = [0; 64];
    bytes[0] = 1;
    assert!(!verifies(BODY, &Signature::from(bytes).to_text()));
}
