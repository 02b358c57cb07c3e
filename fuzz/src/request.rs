//! What holds of every request for a transaction.

use std::sync::LazyLock;

use orch_a2a::{Request, TransactError, Transacted};
use orch_auth::{AgentSigner, Document, Form};

use crate::{
    Change,
    canonical::means_the_same,
    house::{House, consumer},
    subject,
};

static SIGNER: LazyLock<AgentSigner> = LazyLock::new(consumer);

/// Parts of an input are apart by a byte that is in no text: the body, a change, and what stands in the headers.
const APART: u8 = 0xff;

/// Sends a request as it is, signed, and with a changed byte under the same signature.
pub fn check(bytes: &[u8]) {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.expect("a runtime").block_on(check_all(bytes));
}

async fn check_all(bytes: &[u8]) {
    let mut parts = bytes.split(|byte| *byte == APART);
    let body = parts.next().unwrap_or_default();
    let read = subject::read(body);
    let changes = match parts.next() {
        Some(change) => vec![Change::read(change)],
        None => Change::of(body).to_vec(),
    };
    let mut header = || parts.next().and_then(|part| std::str::from_utf8(part).ok());
    let unsigned = Request {
        body: &read,
        signature: header(),
        claimed: header(),
        key: header(),
        timestamp: header(),
        nonce: header(),
    };
    let house = House::new().await;
    let refused = house.transactions.transact(&unsigned).await;
    check_answer(&refused);
    assert!(
        refused.result.is_err() && house.n_calls() == 0,
        "nobody signed that"
    );

    let Ok(document) = Document::read(body) else {
        return;
    };
    let Some(canonical) = Form::A.write(&document) else {
        return;
    };
    // With a moment and a nonce beside it, the signature is over these as well.
    let prefix = match (unsigned.timestamp, unsigned.nonce) {
        (Some(timestamp), Some(nonce)) => format!("{timestamp}\n{nonce}\n"),
        _ => String::new(),
    };
    let signature = SIGNER.sign(&[prefix.as_bytes(), &canonical].concat()).to_text();
    let signed = Request {
        signature: Some(&signature),
        ..unsigned
    };
    let answer = house.transactions.transact(&signed).await;
    check_answer(&answer);
    assert_eq!(house.n_calls(), usize::from(answer.result.is_ok()));
    if answer.result.is_ok()
        && signed.nonce.is_none()
        && (signed.key.is_some() || document.get("transaction_id").is_some())
    {
        let again = house.transactions.transact(&signed).await;
        assert_eq!(
            (again.id, again.result.ok()),
            (answer.id, answer.result.ok()),
            "it is the same"
        );
        assert_eq!(house.n_calls(), 1);
    }

    let house = House::new().await;
    for change in changes {
        let changed = change.apply(body);
        let read = subject::read(&changed);
        let answer = house
            .transactions
            .transact(&Request {
                body: &read,
                ..signed
            })
            .await;
        check_answer(&answer);
        if answer.standing.is_some() || answer.result.is_ok() {
            let other = Document::read(&changed).expect("whoever is let in sent a document");
            let text = String::from_utf8_lossy(&changed);
            assert!(means_the_same(&document, &other), "{text}");
        }
    }
}

/// What every answer has, whatever was asked.
fn check_answer(answer: &Transacted) {
    if let Err(error) = &answer.result {
        assert!(
            !matches!(**error, TransactError::Store(_)),
            "a fault of ours: {error}"
        );
        assert!(!error.to_string().is_empty());
    }
    let id = answer.id.as_str();
    assert!((1..=128).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic()));
}
