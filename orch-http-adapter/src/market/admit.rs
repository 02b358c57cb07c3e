//! The door: who comes in, and how often.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, header::AUTHORIZATION},
    middleware::Next,
    response::{IntoResponse, Response},
};
use orch::{
    Caller,
    auth::{ApiKey, AuthError, KeyForm},
};
use orch_core::limit::Standing;

use super::{Market, error::ApiError, extract::Asker, limit::Class};

/// Lets in who holds a key, as often as its class of routes allows, and says with every answer how often that still is.
pub(super) async fn admit(
    State((market, class)): State<(Market, Class)>,
    mut request: Request,
    next: Next,
) -> Response {
    let (caller, key) = match authenticate(&market, request.headers()).await {
        Ok(known) => known,
        Err(error) => return ApiError::from(error).into_response(),
    };
    request.extensions_mut().insert(Asker(caller));
    counted(&market, &key, class, next.run(request)).await
}

/// Turns a request away that no route is for. Who holds a key is told its numbers all the same, as of an extension.
pub(super) async fn turn_away(State(market): State<Market>, headers: HeaderMap) -> Response {
    let unknown = ApiError::unknown_path().into_response();
    match authenticate(&market, &headers).await {
        Ok((_, key)) => counted(&market, &key, Class::Usage, async { unknown }).await,
        Err(_) => unknown,
    }
}

/// The answer, if the key may ask once more; with either answer, how often it still may.
async fn counted(
    market: &Market,
    key: &ApiKey,
    class: Class,
    answer: impl Future<Output = Response>,
) -> Response {
    let standing = market.0.limits.take(key.id, class, market.now());
    let mut response = match standing.retry_after {
        Some(retry_after) => ApiError::limited(retry_after).into_response(),
        None => answer.await,
    };
    write(&standing, response.headers_mut());
    response
}

async fn authenticate(market: &Market, headers: &HeaderMap) -> Result<(Caller, ApiKey), AuthError> {
    let token = bearer(headers).ok_or(AuthError::InvalidKey)?;
    let keys = market.orchestrator().api_keys();
    keys.authenticate_for(Market::SCOPE, KeyForm::Market, token).await
}

/// The token of `Authorization: Bearer`; the scheme's case does not matter (RFC 9110, section 11.1).
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn write(standing: &Standing, headers: &mut HeaderMap) {
    let numbers = [
        ("x-ratelimit-limit", Some(u64::from(standing.limit))),
        ("x-ratelimit-remaining", Some(u64::from(standing.remaining))),
        ("x-ratelimit-reset", Some(standing.reset)),
        ("x-ratelimit-burst", Some(u64::from(standing.burst))),
        ("retry-after", standing.retry_after_seconds()),
    ];
    for (name, number) in numbers {
        if let Some(number) = number {
            headers.insert(name, number.into());
        }
    }
}
