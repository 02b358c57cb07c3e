//! Requests that are mutated, cut, swapped, doubled, deep, huge or no text: never a panic, never a fault of ours, never taken.

use orch_core::{Entropy, SeededEntropy};

use super::house::{consumer, house, page, sign};

fn draw(entropy: &SeededEntropy, below: usize) -> usize {
    let mut bytes = [0; 8];
    entropy.fill(&mut bytes);
    usize::from_le_bytes(bytes) % below.max(1)
}

/// Bytes that mean something in JSON, or must not be in it.
const ODD: &[u8] = b"{}[]\",:\\u0019e.-\xff\x00";

/// Changes a body in one of many ways; where that leaves it as it was, it says so.
fn mutate(entropy: &SeededEntropy, body: &[u8]) -> Vec<u8> {
    let mut body = body.to_vec();
    for _ in 0..=draw(entropy, 3) {
        let at = draw(entropy, body.len());
        match draw(entropy, 9) {
            0 => body[at] ^= 1 << draw(entropy, 8),
            1 => body.truncate(at.max(1)),
            2 => body.insert(at, ODD[draw(entropy, ODD.len())]),
            3 => drop(body.remove(at)),
            4 => {
                let other = draw(entropy, body.len());
                body.swap(at, other);
            }
            5 => {
                let double = body[at..].to_vec();
                body.extend(double);
            }
            6 => body.splice(at..at, std::iter::repeat_n(b'[', 200)).for_each(drop),
            7 => body
                .splice(at..at, std::iter::repeat_n(b'9', 2000))
                .for_each(drop),
            _ => body
                .splice(at..at, *b"\"consumer_agent_id\":\"agent-bistro\",")
                .for_each(drop),
        }
        if body.is_empty() {
            body.push(b' ');
        }
    }
    body
}

#[tokio::test]
async fn nothing_mutated_is_taken_and_nothing_breaks() {
    let (house, entropy) = (house().await, SeededEntropy::new(6));
    let signature = sign(&consumer(), &page());
    let whole = serde_json::from_str::<serde_json::Value>(&page()).unwrap();
    let mut n_changed = 0;
    for _ in 0..1500 {
        let body = mutate(&entropy, page().as_bytes());
        // Blanks and escapes may leave what it says as it was.
        let is_same = serde_json::from_slice::<serde_json::Value>(&body).is_ok_and(|read| read == whole);
        if is_same {
            continue;
        }
        n_changed += 1;
        let answer = house
            .post(
                "/v1/a2a/transact",
                body.clone(),
                &[("x-agent-signature", &*signature)],
            )
            .await;
        let text = String::from_utf8_lossy(&body);
        assert!((400..500).contains(&answer.status), "{}: {text}", answer.status);
        assert!(
            answer.body["transaction_id"].is_string() && answer.body["details"].is_object(),
            "{text}"
        );
    }
    assert!(n_changed > 1000);
    assert_eq!(house.provider.n_calls(), 0);
}

#[tokio::test]
async fn whatever_is_in_the_headers_nothing_breaks() {
    let (house, entropy) = (house().await, SeededEntropy::new(7));
    for _ in 0..300 {
        let mut value = vec![0; draw(&entropy, 120)];
        entropy.fill(&mut value);
        let Ok(value) = axum::http::HeaderValue::from_bytes(&value) else {
            continue;
        };
        for name in [
            "x-agent-signature",
            "x-amorce-agent-id",
            "x-amorce-idempotency",
            "x-amorce-timestamp",
            "content-type",
            "x-api-key",
        ] {
            let request = axum::http::Request::post("/v1/a2a/transact").header(name, value.clone());
            let answer = house.ask(request.body(page().into()).unwrap()).await;
            assert!((400..500).contains(&answer.status), "{name}: {value:?}");
        }
    }
    assert_eq!(house.provider.n_calls(), 0);
}
