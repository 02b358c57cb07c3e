//! A changed byte never verifies, unless what it says stays the same.

use orch_auth::{Document, Form, signature::verify};
use proptest::prelude::*;

use crate::vectors::consumer;

const BODY: &str = r#"{"service_id": "srv", "consumer_agent_id": "a", "payload": {"n": 1.50, "big": 9007199254740993, "t": "Zo\u00eb", "l": [true, null]}, "transaction_id": "tx_1"}"#;

fn means_the_same(changed: &[u8]) -> bool {
    let (Ok(one), Ok(other)) = (Document::read(BODY.as_bytes()), Document::read(changed)) else {
        return false;
    };
    // The forms are texts of the value: equal ones are of one value.
    Form::ALL
        .into_iter()
        .any(|form| form.write(&one).is_some() && form.write(&one) == form.write(&other))
}

fn verifies(body: &[u8], form: Form) -> bool {
    let signed = Document::read(BODY.as_bytes()).unwrap();
    let Some(canonical) = form.write(&signed) else {
        return false;
    };
    let signature = consumer().sign(&canonical);
    let read = Document::read(body);
    read.is_ok_and(|read| verify(&consumer().key(), b"", &read, &signature).is_some())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_changed_byte_never_verifies(at in 0..BODY.len(), byte: u8, form in 0..4_usize) {
        let mut changed = BODY.as_bytes().to_vec();
        changed[at] = byte;
        if verifies(&changed, Form::ALL[form]) {
            prop_assert!(means_the_same(&changed), "{}", String::from_utf8_lossy(&changed));
        }
    }

    #[test]
    fn a_changed_signature_never_verifies(at in 0..64_usize, bit in 0..8_u8) {
        let document = Document::read(BODY.as_bytes()).unwrap();
        let mut signature = *consumer().sign(&Form::A.write(&document).unwrap()).as_bytes();
        signature[at] ^= 1 << bit;
        prop_assert_eq!(verify(&consumer().key(), b"", &document, &signature.into()), None);
    }
}
