//! What holds of every body and its canonical forms.

use std::sync::LazyLock;

use orch_auth::{AgentSigner, Document, Form, signature::verify};
use serde::de::IgnoredAny;

use crate::{Change, subject};

static SIGNER: LazyLock<AgentSigner> = LazyLock::new(|| AgentSigner::from_seed(&[1; 32]));

/// Reads bytes, writes them in every form, and changes one of what is signed.
pub fn check(bytes: &[u8]) {
    let (body, change) = bytes.split_at(bytes.len().saturating_sub(3));
    let Ok(document) = Document::read(body) else {
        return;
    };
    // Another reader takes it too, unless it is choosy about halves of characters.
    let lone = serde_json::from_slice::<IgnoredAny>(body);
    assert!(lone.is_ok() || has_surrogate(body), "{lone:?}");
    for form in Form::ALL {
        let Some(written) = subject::write(form, &document) else {
            assert_eq!(form, Form::D, "only that form has gaps");
            continue;
        };
        let read = Document::read(&written).expect("what we write we read");
        match subject::write(form, &read) {
            Some(again) => assert_eq!(again, written, "a form is the form of itself"),
            // What ECMAScript writes without an exponent may read as an integer that no float has.
            None => assert_eq!(form, Form::D),
        }
        // The forms that keep numbers as they were written lose nothing.
        if matches!(form, Form::A | Form::B) {
            assert!(says_the_same(&document, &read));
        }
    }
    let signed = Form::ALL[change.len() % 4];
    check_change(body, &document, Change::read(change), signed);
}

/// A changed byte verifies only where it says the same.
fn check_change(body: &[u8], document: &Document<'_>, change: Change, form: Form) {
    let changed = change.apply(body);
    let Some(canonical) = form.write(document) else {
        return;
    };
    let Ok(other) = Document::read(&changed) else {
        return;
    };
    let signature = SIGNER.sign(&canonical);
    if verify(&SIGNER.key(), b"", &other, &signature).is_some() {
        assert!(
            means_the_same(document, &other),
            "{}",
            String::from_utf8_lossy(&changed)
        );
    }
}

/// Whether two documents are one to whoever keeps every character of a number.
pub fn says_the_same(one: &Document<'_>, other: &Document<'_>) -> bool {
    Form::A.write(one) == Form::A.write(other)
}

/// Whether one signature may stand for both: some form is a text of both, or they differ only in numbers of which one is no
/// integer and which are the same float.
pub fn means_the_same(one: &Document<'_>, other: &Document<'_>) -> bool {
    let is_text_of_both = |form: Form| form.write(one).is_some() && form.write(one) == form.write(other);
    Form::ALL.into_iter().any(is_text_of_both) || equals(one, other)
}

fn equals(one: &Document<'_>, other: &Document<'_>) -> bool {
    match (one, other) {
        (Document::Number(one), Document::Number(other)) => {
            let are_integers = one.is_integer() && other.is_integer();
            one.token() == other.token()
                || (!are_integers && one.float().to_bits() == other.float().to_bits())
        }
        (Document::Array(one), Document::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| equals(one, other))
        }
        (Document::Object(one), Document::Object(other)) => {
            let mut members = one.iter().zip(other.iter());
            one.iter().len() == other.iter().len()
                && members.all(|(one, other)| one.0 == other.0 && equals(one.1, other.1))
        }
        (one, other) => one == other,
    }
}

fn has_surrogate(body: &[u8]) -> bool {
    body.windows(3)
        .any(|three| matches!(three, [b'\\', b'u', b'd' | b'D']))
}
