use axum::{
    body::Body,
    http::{HeaderValue, header::CONTENT_TYPE},
    response::Response,
};
use orch::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

use super::ApiError;
use crate::market::number::rfc_3339;

/// The one envelope of every failure.
#[derive(Debug, Serialize)]
struct Envelope {
    error: Inner,
}

/// What went wrong, as failed runs show it too.
#[derive(Clone, Debug, Serialize)]
pub(in crate::market) struct Inner {
    code: &'static str,
    message: String,
    details: Map<String, Value>,
    request_id: String,
    timestamp: String,
}

impl ApiError {
    /// The failure as a member of an object.
    pub(in crate::market) fn inner(self, request_id: String, at: Timestamp) -> Inner {
        Inner {
            code: self.code.name(),
            message: self.message,
            details: self.details,
            request_id: self.request_id.unwrap_or(request_id),
            timestamp: rfc_3339(at),
        }
    }

    /// Writes the failure into the response that carried it, whose status and headers stay.
    pub(in crate::market) fn write(
        self,
        request_id: String,
        at: Timestamp,
        mut response: Response,
    ) -> Response {
        let envelope = Envelope {
            error: self.inner(request_id, at),
        };
        let body = serde_json::to_vec(&envelope).unwrap_or_default();
        *response.body_mut() = Body::from(body);
        response
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response
    }
}
