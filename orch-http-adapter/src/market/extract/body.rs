use std::collections::HashMap;

use axum::extract::{FromRequest, Request};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::{
    body::{self, BodyFault, MAX_DEPTH},
    market::{Market, MarketOptions, error::ApiError},
};

/// The members of a body, each read when it is asked for, so that a fault has its name. Members that nobody asks for do
/// no harm.
#[derive(Debug)]
pub(in crate::market) struct Members(HashMap<String, Box<RawValue>>);

impl FromRequest<Market> for Members {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &Market) -> Result<Self, ApiError> {
        let fault = |reason: String| ApiError::invalid("body", reason);
        let bytes = body::read(request.into_body(), MarketOptions::MAX_BODY).await;
        let bytes = bytes.map_err(|error| {
            fault(match error {
                BodyFault::TooLarge => format!("is larger than {} bytes", MarketOptions::MAX_BODY),
                BodyFault::TooDeep => format!("nests deeper than {MAX_DEPTH} levels"),
                BodyFault::Broken => "ended too soon".to_owned(),
            })
        })?;
        let members = serde_json::from_slice(&bytes);
        members
            .map(Self)
            .map_err(|error| fault(format!("is no JSON object: {error}")))
    }
}

impl Members {
    /// A member that must be there.
    pub(in crate::market) fn required<T: DeserializeOwned>(
        &self,
        name: &str,
        kind: &str,
    ) -> Result<T, ApiError> {
        self.optional(name, kind)?
            .ok_or_else(|| ApiError::invalid(name, "is missing"))
    }

    /// A member that may be absent, which null says as well; `kind` names its type in the refusal.
    pub(in crate::market) fn optional<T: DeserializeOwned>(
        &self,
        name: &str,
        kind: &str,
    ) -> Result<Option<T>, ApiError> {
        let Some(raw) = self.0.get(name) else {
            return Ok(None);
        };
        serde_json::from_str(raw.get()).map_err(|_| ApiError::invalid(name, format!("is not {kind}")))
    }

    /// A number as it is written.
    pub(in crate::market) fn number(&self, name: &str) -> Result<Option<&str>, ApiError> {
        let text = match self.0.get(name) {
            Some(raw) if raw.get() != "null" => raw.get(),
            _ => return Ok(None),
        };
        let is_number = text.starts_with(|c: char| c == '-' || c.is_ascii_digit());
        is_number
            .then_some(Some(text))
            .ok_or_else(|| ApiError::invalid(name, "is not a number"))
    }
}
