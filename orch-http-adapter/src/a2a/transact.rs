//! `POST /v1/a2a/transact`.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use orch::a2a::{
    self, Standing, TransactError, Transacted, Transaction, TransactionId,
    transaction::{End, State as TransactionState},
};

use super::{A2a, access::text, delivery::deliver, error::ApiError, moment};
use crate::body::{BodyFault, collect};

/// The most bytes of a body.
const MAX_BODY_BYTES: usize = 1024 * 1024;

/// Makes a signed transaction, or says what came of it before.
pub(super) async fn transact(State(a2a): State<A2a>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = async {
        a2a.admit(&parts.headers).await?;
        let body = collect(body, MAX_BODY_BYTES).await.map_err(|fault| match fault {
            BodyFault::TooLarge => ApiError::too_large(),
            _ => ApiError::invalid("Malformed JSON"),
        })?;
        check_type(&parts.headers)?;
        Ok(body)
    };
    let body = match body.await {
        Ok(body) => body,
        Err(error) => return refused(&a2a, error),
    };
    let headers = &parts.headers;
    let request = a2a::Request {
        body: &body,
        signature: text(headers, "x-agent-signature"),
        claimed: text(headers, "x-amorce-agent-id"),
        // What is no text cannot be a key, and is told so.
        key: headers
            .get("x-amorce-idempotency")
            .map(|key| key.to_str().unwrap_or_default()),
        timestamp: text(headers, "x-amorce-timestamp"),
        nonce: text(headers, "x-amorce-nonce"),
    };
    answer(a2a.transactions().transact(&request).await).await
}

/// There is nothing to be had here otherwise.
pub(super) async fn wrong_method(State(a2a): State<A2a>) -> Response {
    let mut response = refused(&a2a, ApiError::wrong_method());
    response
        .headers_mut()
        .insert(header::ALLOW, HeaderValue::from_static("POST"));
    response
}

/// A body without a type is taken for JSON.
pub(super) fn check_type(headers: &HeaderMap) -> Result<(), ApiError> {
    let Some(value) = headers.get(header::CONTENT_TYPE) else {
        return Ok(());
    };
    let value = value.to_str().unwrap_or_default();
    let essence = value
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let is_json = essence == "application/json" || (essence.contains('/') && essence.ends_with("+json"));
    is_json
        .then_some(())
        .ok_or_else(|| ApiError::invalid("Unsupported content type"))
}

/// Refuses a request that no transaction was made of.
fn refused(a2a: &A2a, error: ApiError) -> Response {
    let id = TransactionId::generate(a2a.now(), &**a2a.orchestrator().entropy());
    error.of_transaction(id.as_str(), &moment::text(a2a.now()))
}

async fn answer(transacted: Transacted) -> Response {
    let Transacted {
        id,
        at,
        standing,
        replayed,
        result,
        delivery,
    } = transacted;
    let (mut response, is_repeated) = match written(id.as_str(), &moment::text(at), &result) {
        Ok(response) => (response, false),
        Err((error, at)) => {
            let is_repeated = error.is_repeated();
            (error.of_transaction(id.as_str(), &at), is_repeated)
        }
    };
    if let Some(standing) = standing {
        write(standing, response.headers_mut());
    }
    if replayed {
        response
            .headers_mut()
            .insert("x-amorce-replayed", HeaderValue::from_static("true"));
    }
    deliver(response, delivery, is_repeated).await
}

/// The answer in the words of the published page, and for a failure the moment that it bears. What has ended is always
/// written alike, to the last byte.
fn written(
    id: &str,
    now: &str,
    result: &Result<Arc<Transaction>, Arc<TransactError>>,
) -> Result<Response, (ApiError, String)> {
    let transaction = match result {
        Ok(transaction) => transaction,
        Err(error) => return Err((ApiError::from(&**error), now.to_owned())),
    };
    let TransactionState::Ended { at, end } = &transaction.state else {
        return Err((ApiError::from(&TransactError::InProgress), now.to_owned()));
    };
    let at = moment::text(*at);
    match end {
        End::Answered {
            result: Some(result), ..
        } => Ok(success(id, &at, result)),
        End::Answered { result: None, .. } => Err((ApiError::from(&TransactError::AlreadyExecuted), at)),
        End::Refused { status, body } => Err((ApiError::refused(*status, body.as_deref()), at)),
        End::Lost => Err((ApiError::lost(), at)),
        End::TimedOut => Err((ApiError::timed_out(), at)),
    }
}

/// The provider's answer, its text unchanged, so that numbers keep their characters; and again as an object, which two of the
/// published clients read.
fn success(id: &str, at: &str, result: &str) -> Response {
    let result = result.trim();
    let data = match result.as_bytes().first() {
        Some(b'{') => result.to_owned(),
        _ if result == "null" => result.to_owned(),
        _ => format!("{{\"value\":{result}}}"),
    };
    let id = serde_json::Value::from(id);
    let body = format!(
        "{{\"transaction_id\":{id},\"status\":\"success\",\"timestamp\":\"{at}\",\"result\":{result},\"data\":{data}}}"
    );
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

fn write(standing: Standing, headers: &mut HeaderMap) {
    let reset = u64::try_from(standing.reset_at.as_millis())
        .unwrap_or(0)
        .div_ceil(1000);
    headers.insert("x-ratelimit-limit", standing.limit.into());
    headers.insert("x-ratelimit-remaining", standing.remaining.into());
    headers.insert("x-ratelimit-reset", reset.into());
}
