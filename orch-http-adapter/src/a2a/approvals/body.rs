use std::collections::HashMap;

use axum::{body::Bytes, extract::Request, http::HeaderMap};
use orch::approvals::JsonText;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::super::{error::ApiError, transact::check_type};
use crate::body::{BodyFault, collect};

const MAX_BODY_BYTES: usize = 1024 * 1024;

/// What was sent: the bytes, which may be signed, and the members, each as it was written.
pub(super) struct Sent {
    pub(super) headers: HeaderMap,
    pub(super) bytes: Bytes,
}

/// The members of a body; of several of one name the last.
pub(super) struct Members(HashMap<String, Box<RawValue>>);

impl Sent {
    pub(super) async fn read(request: Request) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        let bytes = collect(body, MAX_BODY_BYTES).await.map_err(|fault| match fault {
            BodyFault::TooLarge => ApiError::too_large(),
            _ => ApiError::invalid("Malformed JSON"),
        })?;
        check_type(&parts.headers)?;
        Ok(Self {
            headers: parts.headers,
            bytes,
        })
    }

    pub(super) fn members(&self) -> Result<Members, ApiError> {
        let members = serde_json::from_slice(&self.bytes);
        members
            .map(Members)
            .map_err(|_| ApiError::invalid("Malformed JSON"))
    }
}

impl Members {
    /// A member; `None` where it is absent or null.
    pub(super) fn optional<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, ApiError> {
        let Some(raw) = self.0.get(name) else {
            return Ok(None);
        };
        serde_json::from_str(raw.get()).map_err(|_| ApiError::invalid(format!("Invalid {name}")))
    }

    /// A member as it was written.
    pub(super) fn json(&self, name: &str) -> Result<Option<JsonText>, ApiError> {
        let raw = self
            .0
            .get(name)
            .map(|raw| JsonText::try_from(raw.get().to_owned()));
        raw.transpose()
            .map_err(|_| ApiError::invalid(format!("Invalid {name}")))
    }

    /// The items of a member, each as it was written.
    pub(super) fn items(&self, name: &str) -> Result<Option<Vec<JsonText>>, ApiError> {
        let invalid = || ApiError::invalid(format!("Invalid {name}"));
        let items: Option<Vec<Box<RawValue>>> = self.optional(name)?;
        let Some(items) = items else { return Ok(None) };
        let texts = items.iter().map(|item| JsonText::try_from(item.get().to_owned()));
        texts.collect::<Result<_, _>>().map(Some).map_err(|_| invalid())
    }
}
