//! A request that is sent to an agent as it stands, and what its answer means.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use orch_auth::{Document, document::DocumentError};
use serde_json::Value;

use crate::{Reply, TransportError, transaction::End};

/// A request in HTTP's terms that nothing on the way may change, because it is signed.
pub struct Exchange {
    /// Where to; always by POST, and never on to elsewhere.
    pub url: String,
    /// Names in lower case, and values.
    pub headers: Vec<(&'static str, String)>,
    /// The body, of type `application/json`.
    pub body: Arc<[u8]>,
    end: Mutex<Option<End>>,
}

impl Exchange {
    /// The most bytes of an answer that count.
    pub const MAX_ANSWER_BYTES: usize = 8 * 1024 * 1024;
    /// The most levels that an answer nests.
    pub const MAX_ANSWER_DEPTH: usize = 512;
    /// The most of a refusal that is kept.
    const MAX_REFUSAL_BYTES: usize = 64 * 1024;

    /// A request that was not sent yet.
    pub fn new(url: String, headers: Vec<(&'static str, String)>, body: Arc<[u8]>) -> Self {
        Self {
            url,
            headers,
            body,
            end: Mutex::default(),
        }
    }

    /// Takes in a complete answer, whose body is `None` where it is longer than [allowed](Self::MAX_ANSWER_BYTES): what the
    /// transport returns for it.
    ///
    /// # Errors
    /// The answer is a refusal, or none that can be handed on. It is kept all the same.
    pub fn answer(&self, status: u16, body: Option<&[u8]>) -> Result<Reply, TransportError> {
        if matches!(status, 429 | 503) {
            return Err(TransportError::Overloaded { retry_after: None });
        }
        let is_success = (200..300).contains(&status);
        let (end, reply) = match body {
            Some(body) if is_success => match answered(body) {
                Some(result) => (
                    End::Answered {
                        status: Some(status),
                        result: Some(result),
                    },
                    Ok(Reply::new(Value::Null)),
                ),
                None => (
                    refused(status, None),
                    Err(TransportError::unreadable("it is no text")),
                ),
            },
            Some(body) => {
                let said = format_args!("it answered with status {status}");
                (refused(status, said_in(body)), Err(TransportError::failed(said)))
            }
            None => (refused(status, None), Err(TransportError::TooLarge)),
        };
        *self.end.lock().unwrap_or_else(PoisonError::into_inner) = Some(end);
        reply
    }

    /// How the transaction ends by the answer, if a complete one came and the agent has begun.
    pub fn end(&self) -> Option<End> {
        self.end.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn refused(status: u16, body: Option<String>) -> End {
    End::Refused { status, body }
}

/// An answer as JSON text: unchanged if it is JSON, else the text as one, and `null` for nothing. `None` if it is no text,
/// or nests too deep.
fn answered(body: &[u8]) -> Option<String> {
    if body.is_empty() {
        return Some("null".to_owned());
    }
    let text = std::str::from_utf8(body).ok()?;
    match Document::read_within(body, Exchange::MAX_ANSWER_DEPTH) {
        Ok(_) => Some(text.to_owned()),
        Err(DocumentError::TooDeep { .. }) => None,
        Err(_) => serde_json::to_string(text).ok(),
    }
}

/// What a refusal says, as JSON text of bounded length.
fn said_in(body: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?;
    if text.len() <= Exchange::MAX_REFUSAL_BYTES {
        return answered(body);
    }
    let end = text.floor_char_boundary(Exchange::MAX_REFUSAL_BYTES);
    serde_json::to_string(text.get(..end)?).ok()
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("n_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(status: u16, body: Option<&[u8]>) -> (Option<End>, bool) {
        let exchange = Exchange::new(String::new(), Vec::new(), Arc::from([]));
        let is_reply = exchange.answer(status, body).is_ok();
        (exchange.end(), is_reply)
    }

    #[test]
    fn whatever_succeeds_is_an_answer() {
        let tokens = r#"{"n": 1.50, "big": 9007199254740993}"#;
        for (status, body, result) in [
            (200, tokens, tokens),
            (201, "[1]", "[1]"),
            (204, "", "null"),
            (202, "NaN", r#""NaN""#),
            (200, "h\u{eb}llo\n", "\"h\u{eb}llo\\n\""),
        ] {
            let answered = End::Answered {
                status: Some(status),
                result: Some(result.to_owned()),
            };
            assert_eq!(end(status, Some(body.as_bytes())), (Some(answered), true));
        }
    }

    #[test]
    fn what_cannot_be_handed_on_is_a_refusal() {
        let deep = "[".repeat(513) + &"]".repeat(513);
        for body in [Some(&b"\xff"[..]), Some(deep.as_bytes()), None] {
            assert_eq!(end(200, body), (Some(refused(200, None)), false));
        }
        let large = "x".repeat(100_000);
        let (
            Some(End::Refused {
                status: 500,
                body: Some(body),
            }),
            false,
        ) = end(500, Some(large.as_bytes()))
        else {
            panic!("no refusal")
        };
        assert_eq!(body.len(), 64 * 1024 + 2);
        assert_eq!(end(422, Some(b"{}")).0, Some(refused(422, Some("{}".to_owned()))));
        assert_eq!(end(302, Some(b"")).0, Some(refused(302, Some("null".to_owned()))));
    }

    #[test]
    fn one_that_has_too_much_to_do_has_not_begun() {
        for status in [429, 503] {
            assert_eq!(end(status, Some(b"{}")), (None, false));
        }
    }
}
