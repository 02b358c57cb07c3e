//! What handlers take from a request, each with a refusal in this surface's words.

mod body;
mod query;

use std::convert::Infallible;

use axum::{
    extract::{FromRequestParts, Path},
    http::{HeaderMap, request::Parts},
};
use orch::Caller;

pub(super) use body::Members;
pub(super) use query::Query;

use super::{Market, error::ApiError};

/// Who asks, as the door has found.
#[derive(Clone, Debug)]
pub(super) struct Asker(pub(super) Caller);

impl FromRequestParts<Market> for Asker {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &Market) -> Result<Self, ApiError> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(ApiError::unauthenticated)
    }
}

/// The last segment of the path, decoded. One that is no text is taken as it is written, by which nothing is called.
#[derive(Clone, Debug)]
pub(super) struct Id(pub(super) String);

impl FromRequestParts<Market> for Id {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, market: &Market) -> Result<Self, Infallible> {
        let path = Path::<String>::from_request_parts(parts, market).await;
        Ok(Self(match path {
            Ok(Path(id)) => id,
            Err(_) => parts.uri.path().rsplit('/').next().unwrap_or_default().to_owned(),
        }))
    }
}

/// The caller's own key that makes asking twice the same as once.
pub(super) fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let Some(value) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    let key = value.to_str().ok().filter(|key| (1..=200).contains(&key.len()));
    let key =
        key.ok_or_else(|| ApiError::invalid("Idempotency-Key", "is not 1 to 200 visible ASCII characters"))?;
    Ok(Some(key.to_owned()))
}
