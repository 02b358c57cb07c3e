//! How a call and its reply are written, whatever carries them: JSON that the crate's README describes.

use chrono::{DateTime, SecondsFormat};
use orch_a2a::{Call, Progress, Reply, TransportError};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// More bytes than a result are allowed for what stands around it, and for the escapes that its text may be written with.
pub(crate) fn max_reply_bytes(max_result_bytes: usize) -> usize {
    max_result_bytes.saturating_mul(2).saturating_add(64 * 1024)
}

/// A call as an agent reads it.
#[derive(Serialize)]
pub(crate) struct WireCall<'c> {
    invocation_id: String,
    attempt: u32,
    agent: &'c str,
    version: String,
    task: &'c str,
    arguments: &'c Value,
    deadline: String,
    caller: String,
    idempotency_key: &'c str,
}

impl<'c> WireCall<'c> {
    /// The call, with these arguments in the place of its own.
    pub(crate) fn new(call: &'c Call, arguments: &'c Value) -> Self {
        Self {
            invocation_id: call.invocation.to_string(),
            attempt: call.attempt,
            agent: call.agent.slug.as_str(),
            version: call.version.version.to_string(),
            task: &call.task,
            arguments,
            deadline: deadline(call),
            caller: call.account.to_string(),
            idempotency_key: &call.idempotency_key,
        }
    }
}

/// When the reply must be there, as RFC 3339 writes it.
pub(crate) fn deadline(call: &Call) -> String {
    let moment = DateTime::from_timestamp_millis(call.deadline.as_millis())
        .unwrap_or(DateTime::<chrono::Utc>::MAX_UTC);
    moment.to_rfc3339_opts(SecondsFormat::Millis, true)
}

#[derive(Deserialize)]
struct WireReply {
    #[serde(default, deserialize_with = "present")]
    result: Option<Value>,
    units: Option<u64>,
    error: Option<WireFailure>,
}

/// A `null` that is there is a result; none is not.
fn present<'de, D: serde::Deserializer<'de>>(value: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(value).map(Some)
}

#[derive(Deserialize)]
#[serde(untagged)]
enum WireFailure {
    Said(String),
    Described {
        #[serde(default)]
        message: String,
        field: Option<String>,
    },
}

impl From<WireFailure> for TransportError {
    fn from(failure: WireFailure) -> Self {
        match failure {
            WireFailure::Said(reason) => Self::failed(reason),
            WireFailure::Described {
                message: reason,
                field: Some(field),
            } => Self::Refused { field, reason },
            WireFailure::Described { message, field: None } => Self::failed(message),
        }
    }
}

/// Reads a reply: `{"result": ..., "units": 3}` or `{"error": {"message": ..., "field": ...}}`.
pub(crate) fn reply(text: &[u8]) -> Result<Reply, TransportError> {
    let reply: WireReply = serde_json::from_slice(text).map_err(TransportError::unreadable)?;
    match reply {
        WireReply {
            error: Some(failure), ..
        } => Err(failure.into()),
        WireReply {
            result: Some(result),
            units,
            ..
        } => Ok(Reply { result, units }),
        _ => Err(TransportError::unreadable("it has neither a result nor an error")),
    }
}

/// Reads a failure, as far as there is one: `{"error": ...}`.
#[cfg(feature = "http")]
pub(crate) fn failure(text: &[u8]) -> Option<TransportError> {
    let reply: WireReply = serde_json::from_slice(text).ok()?;
    reply.error.map(TransportError::from)
}

/// A report of progress: `{"message": ..., "percent": 40}`, or the message alone.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum WireProgress {
    Said(String),
    Described {
        #[serde(default)]
        message: String,
        percent: Option<f64>,
    },
}

impl From<WireProgress> for Progress {
    fn from(report: WireProgress) -> Self {
        let (message, percent) = match report {
            WireProgress::Said(message) => (message, None),
            WireProgress::Described { message, percent } => (message, percent),
        };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped to what fits before"
        )]
        let percent = percent.map(|percent| percent.clamp(0.0, 100.0) as u8);
        Self {
            percent,
            ..Self::message(message)
        }
    }
}

/// Reads a report of progress. What is none is worth nothing.
#[cfg(feature = "http")]
pub(crate) fn progress(text: &[u8]) -> Option<Progress> {
    let report: WireProgress = serde_json::from_slice(text).ok()?;
    Some(report.into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn replies_are_results_or_failures() {
        let read = |text: &str| reply(text.as_bytes());
        assert_eq!(read(r#"{"result":null,"more":1}"#), Ok(Reply::new(Value::Null)));
        let paid = Reply {
            result: json!([1]),
            units: Some(7),
        };
        assert_eq!(read(r#"{"result":[1],"units":7}"#), Ok(paid));
        assert_eq!(
            read(r#"{"error":"no","result":1}"#),
            Err(TransportError::failed("no"))
        );
        assert_eq!(
            read(r#"{"error":{"message":"no","code":7}}"#),
            Err(TransportError::failed("no"))
        );
        let (field, reason) = ("/text".to_owned(), "too long".to_owned());
        assert_eq!(
            read(r#"{"error":{"message":"too long","field":"/text"}}"#),
            Err(TransportError::Refused { field, reason })
        );
        for text in [
            "",
            "{}",
            "[]",
            "1",
            "{\"result\":",
            "{\"units\":1}",
            "{\"result\":1,\"units\":-1}",
            "\u{0}",
        ] {
            assert!(
                matches!(read(text), Err(TransportError::Unreadable { .. })),
                "{text}"
            );
        }
        let deep = format!("{{\"result\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(matches!(read(&deep), Err(TransportError::Unreadable { .. })));
    }

    #[test]
    fn progress_is_read_where_it_is_some() {
        let percent =
            |text: &str| progress(text.as_bytes()).map(|progress| (progress.message, progress.percent));
        assert_eq!(
            percent(r#"{"message":"half","percent":50}"#),
            Some(("half".to_owned(), Some(50)))
        );
        assert_eq!(percent(r#"{"percent":1e300}"#), Some((String::new(), Some(100))));
        assert_eq!(percent(r#"{"percent":-3}"#), Some((String::new(), Some(0))));
        assert_eq!(percent(r#""half""#), Some(("half".to_owned(), None)));
        assert_eq!(percent("half"), None);
    }
}
