//! What an endpoint means that answers with a failure.

use std::time::Duration;

use orch_planner::llm::LlmError;
use serde_json::Value;

/// The longest reason that is kept, in characters.
const MAX_REASON: usize = 300;

/// Words by which endpoints say that a conversation is too long: OpenAI and vLLM, llama.cpp, Anthropic.
const TOO_LONG: [&str; 6] = [
    "context_length_exceeded",
    "maximum context length",
    "exceed_context_size",
    "exceeds the available context",
    "context window",
    "prompt is too long",
];
/// Words by which they say that a filter declines.
const FILTERED: [&str; 3] = ["content_filter", "content_policy", "content management policy"];
/// Words by which they say that the host's money is used up, which no waiting mends.
const SPENT: [&str; 3] = ["insufficient_quota", "billing_error", "credit balance is too low"];

/// The failure that an answer of this status tells of.
pub(super) fn of(status: u16, fault: &Value, retry_after: Option<Duration>) -> LlmError {
    let said = said(fault);
    let says = |words: &[&str]| words.iter().any(|word| said.to_lowercase().contains(word));
    let reason = || reason(status, fault);
    match status {
        _ if says(&SPENT) => LlmError::Rejected { reason: reason() },
        401 | 403 => LlmError::Unauthorized,
        413 => LlmError::ContextTooLong,
        429 => LlmError::RateLimited { retry_after },
        408 | 409 | 425 | 500..=599 => LlmError::Overloaded { retry_after },
        _ if says(&TOO_LONG) => LlmError::ContextTooLong,
        _ if says(&FILTERED) => LlmError::Refused {
            reason: reason(),
            usage: None,
        },
        _ => LlmError::Rejected { reason: reason() },
    }
}

/// The failure that an event within a stream tells of: `kind` is what the endpoint calls it.
pub(super) fn within(fault: &Value) -> LlmError {
    let kind = ["type", "code"].map(|name| fault.pointer(&format!("/error/{name}")).unwrap_or(&Value::Null));
    let named = |name: &str| kind.iter().any(|kind| kind.as_str() == Some(name));
    let coded = kind
        .iter()
        .find_map(|kind| kind.as_u64().or_else(|| kind.as_str()?.parse().ok()));
    let status = match coded.and_then(|code| u16::try_from(code).ok()) {
        Some(code) => code,
        None if named("rate_limit_error") || named("rate_limit_exceeded") => 429,
        None if named("authentication_error") || named("permission_error") => 401,
        None if named("request_too_large") => 413,
        None if named("invalid_request_error") => 400,
        // What goes wrong after a good beginning is the endpoint's own trouble.
        None => 500,
    };
    of(status, fault, None)
}

/// All that a fault says, to look for words in.
pub(super) fn said(fault: &Value) -> String {
    let error = fault.get("error").unwrap_or(fault);
    match error {
        Value::String(text) => text.clone(),
        error => ["message", "type", "code", "param"]
            .iter()
            .filter_map(|name| error.get(name).and_then(Value::as_str))
            .collect::<Vec<_>>()
            .join(" "),
    }
}

/// What a fault says, for people.
fn reason(status: u16, fault: &Value) -> String {
    let error = fault.get("error").unwrap_or(fault);
    let message = error.get("message").and_then(Value::as_str).or(error.as_str());
    match message.map(str::trim).filter(|message| !message.is_empty()) {
        Some(message) => {
            let printable = message.chars().map(|c| if c.is_control() { ' ' } else { c });
            printable.take(MAX_REASON).collect()
        }
        None => format!("status {status}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_failure_has_its_meaning() {
        let openai =
            |code: &str, message: &str| json!({"error": {"message": message, "type": "x", "code": code}});
        let anthropic =
            |kind: &str, message: &str| json!({"type": "error", "error": {"type": kind, "message": message}});
        for (status, fault, meaning) in [
            (
                401,
                openai("invalid_api_key", "Incorrect API key provided: sk-1"),
                "it refuses the key",
            ),
            (
                404,
                openai("model_not_found", "no model x"),
                "it refuses the request: no model x",
            ),
            (
                429,
                openai("rate_limit_exceeded", "slow down"),
                "its rate limit is reached",
            ),
            (
                429,
                openai("insufficient_quota", "pay first"),
                "it refuses the request: pay first",
            ),
            (
                400,
                openai("context_length_exceeded", "x"),
                "the conversation is too long for it",
            ),
            (400, openai("content_filter", "no"), "it declines: no"),
            (503, json!(null), "it is overloaded"),
            (
                529,
                anthropic("overloaded_error", "Overloaded"),
                "it is overloaded",
            ),
            (
                413,
                anthropic("request_too_large", "x"),
                "the conversation is too long for it",
            ),
            (
                400,
                anthropic(
                    "invalid_request_error",
                    "prompt is too long: 210000 tokens > 200000 maximum",
                ),
                "the conversation is too long for it",
            ),
            (
                400,
                json!({"error": "json: cannot\nunmarshal"}),
                "it refuses the request: json: cannot unmarshal",
            ),
            (418, json!(7), "it refuses the request: status 418"),
        ] {
            assert_eq!(of(status, &fault, None).to_string(), meaning);
        }
    }

    #[test]
    fn a_fault_within_a_stream_is_told_by_its_name_or_its_number() {
        for (fault, meaning) in [
            (json!({"error": {"type": "overloaded_error"}}), "it is overloaded"),
            (json!({"error": {"code": 429}}), "its rate limit is reached"),
            (
                json!({"error": {"type": "rate_limit_error"}}),
                "its rate limit is reached",
            ),
            (json!({"error": {"code": "401"}}), "it refuses the key"),
            (
                json!({"error": {"message": "CUDA out of memory"}}),
                "it is overloaded",
            ),
        ] {
            assert_eq!(within(&fault).to_string(), meaning);
        }
    }
}
