//! [0rca] The failures of this surface: the one place that names a status or an error code.

mod failure;
mod write;

use std::{error::Error, time::Duration};

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use orch::{
    CatalogError, Entity, ErrorKind, Failure, OrchestrationError, Purse, auth::AuthError,
    billing::BillingError, planner::PlanError,
};
use serde_json::{Map, Value, json};

pub(super) use write::Inner;

use super::number::{Decimal, rfc_3339, seconds};

/// A failure on its way to the caller. It leaves the handler inside the response's extensions, and is written where the
/// request's id is known.
#[derive(Clone, Debug)]
pub(super) struct ApiError {
    code: Code,
    message: String,
    details: Map<String, Value>,
    /// The id of the orchestration that it is about, where that is not the request's own.
    request_id: Option<String>,
}

/// The codes of the published page, and the one for routes that it does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Code {
    InvalidParameters,
    InvalidApiKey,
    InsufficientCredits,
    AgentNotFound,
    NotFound,
    Timeout,
    RateLimitExceeded,
    OrchestrationFailed,
    AgentUnavailable,
}

impl Code {
    const fn name(self) -> &'static str {
        match self {
            Self::InvalidParameters => "INVALID_PARAMETERS",
            Self::InvalidApiKey => "INVALID_API_KEY",
            Self::InsufficientCredits => "INSUFFICIENT_CREDITS",
            Self::AgentNotFound => "AGENT_NOT_FOUND",
            Self::NotFound => "NOT_FOUND",
            Self::Timeout => "TIMEOUT",
            Self::RateLimitExceeded => "RATE_LIMIT_EXCEEDED",
            Self::OrchestrationFailed => "ORCHESTRATION_FAILED",
            Self::AgentUnavailable => "AGENT_UNAVAILABLE",
        }
    }

    const fn status(self) -> StatusCode {
        match self {
            Self::InvalidParameters => StatusCode::BAD_REQUEST,
            Self::InvalidApiKey => StatusCode::UNAUTHORIZED,
            Self::InsufficientCredits => StatusCode::PAYMENT_REQUIRED,
            Self::AgentNotFound | Self::NotFound => StatusCode::NOT_FOUND,
            Self::Timeout => StatusCode::REQUEST_TIMEOUT,
            Self::RateLimitExceeded => StatusCode::TOO_MANY_REQUESTS,
            Self::OrchestrationFailed => StatusCode::INTERNAL_SERVER_ERROR,
            Self::AgentUnavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl ApiError {
    fn new(code: Code, message: impl Into<String>, details: Value) -> Self {
        let details = match details {
            Value::Object(details) => details,
            _ => Map::new(),
        };
        Self {
            code,
            message: message.into(),
            details,
            request_id: None,
        }
    }

    /// A member, parameter or header is wrong.
    pub(super) fn invalid(field: &str, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        let message = format!("{field} {reason}");
        Self::new(
            Code::InvalidParameters,
            message,
            json!({ "field": field, "reason": reason }),
        )
    }

    /// No key that opens this surface.
    pub(super) fn unauthenticated() -> Self {
        Self::new(Code::InvalidApiKey, "API key is invalid or expired", json!({}))
    }

    /// A route or a thing that is not there, which the published page has no code for.
    pub(super) fn not_found(what: &str) -> Self {
        Self::new(Code::NotFound, format!("{what} not found"), json!({}))
    }

    /// No route leads there.
    pub(super) fn unknown_path() -> Self {
        Self::not_found("route")
    }

    /// Too many requests.
    pub(super) fn limited(retry_after: Duration) -> Self {
        let retry_after = retry_after.as_millis().div_ceil(1000);
        let retry_after = u64::try_from(retry_after).unwrap_or(u64::MAX);
        Self::new(
            Code::RateLimitExceeded,
            "Too many requests",
            json!({ "retry_after": retry_after }),
        )
    }

    /// The time that the request was given is over.
    pub(super) fn timeout(after: Duration) -> Self {
        Self::new(
            Code::Timeout,
            "Request timed out",
            json!({ "timeout": seconds(after) }),
        )
    }

    /// The orchestration or the job could not be brought to its end.
    pub(super) fn failed(reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self::new(
            Code::OrchestrationFailed,
            "Orchestration process failed",
            json!({ "reason": reason }),
        )
    }

    /// An answer that cannot be written as JSON.
    pub(super) fn unwritten(error: &serde_json::Error) -> Self {
        tracing::error!(error = error as &dyn Error, "an answer cannot be written");
        Self::failed("an unexpected failure, which has been logged")
    }

    /// The failure, about the orchestration of that id.
    pub(super) fn about(self, request_id: &str) -> Self {
        Self {
            request_id: Some(request_id.to_owned()),
            ..self
        }
    }

    /// Whether it says that time is over.
    pub(super) fn is_timeout(&self) -> bool {
        self.code == Code::Timeout
    }

    /// Whether it says that the agent is away.
    pub(super) fn is_unavailable(&self) -> bool {
        self.code == Code::AgentUnavailable
    }

    /// What a kind of failure is in this dialect.
    fn of(kind: ErrorKind, cause: &(dyn Error + 'static)) -> Self {
        match kind {
            ErrorKind::Invalid { field, reason } => Self::invalid(renamed(&field).as_ref(), reason),
            ErrorKind::Conflict { reason } | ErrorKind::AlreadyExists { id: reason, .. } => {
                Self::invalid("request", reason)
            }
            ErrorKind::Unauthenticated => Self::unauthenticated(),
            ErrorKind::NotFound { entity, id } => match entity {
                Entity::Agent | Entity::Version => Self::new(
                    Code::AgentNotFound,
                    "Agent doesn't exist",
                    json!({ "agent_id": id }),
                ),
                Entity::Task => Self::invalid("task", format!("{id:?} is no task of the agent")),
                other => Self::not_found(&other.to_string()),
            },
            ErrorKind::InsufficientFunds {
                purse,
                required,
                available,
            } => {
                let reason = match purse {
                    Purse::Credits => "credits",
                    Purse::Budget => "budget",
                };
                let details = json!({
                    "reason": reason,
                    "required": Decimal(required),
                    "available": Decimal(available),
                });
                let message = match purse {
                    Purse::Credits => "Not enough API credits",
                    Purse::Budget => "The budget does not cover the plan",
                };
                Self::new(Code::InsufficientCredits, message, details)
            }
            ErrorKind::Unavailable {
                entity: Entity::Agent,
                id,
                last_seen,
                ..
            } => {
                let details = json!({ "agent_id": id, "last_seen": last_seen.map(rfc_3339) });
                let message = "The requested agent is currently offline";
                Self::new(Code::AgentUnavailable, message, details)
            }
            ErrorKind::Limited { retry_after } => Self::limited(retry_after),
            ErrorKind::Timeout { after } => Self::timeout(after),
            ErrorKind::Cancelled => Self::failed("cancelled"),
            ErrorKind::Forbidden { reason } | ErrorKind::Failed { reason, .. } => Self::failed(reason),
            _ => {
                tracing::error!(error = cause, "a request failed");
                Self::failed("an unexpected failure, which has been logged")
            }
        }
    }
}

/// The name that this surface has for a member of the domain.
fn renamed(field: &str) -> std::borrow::Cow<'_, str> {
    let known = [
        ("preferred", "preferred_agents"),
        ("excluded", "exclude_agents"),
        ("arguments", "parameters"),
        ("key", "Idempotency-Key"),
    ];
    for (domain, wire) in known {
        if let Some(rest) = field.strip_prefix(domain)
            && (rest.is_empty() || rest.starts_with(['.', '[']))
        {
            return format!("{wire}{rest}").into();
        }
    }
    field.into()
}

impl From<AuthError> for ApiError {
    fn from(error: AuthError) -> Self {
        Self::of(error.kind(), &error)
    }
}

impl From<CatalogError> for ApiError {
    fn from(error: CatalogError) -> Self {
        Self::of(error.kind(), &error)
    }
}

impl From<BillingError> for ApiError {
    fn from(error: BillingError) -> Self {
        Self::of(error.kind(), &error)
    }
}

impl From<OrchestrationError> for ApiError {
    fn from(error: OrchestrationError) -> Self {
        match &error {
            OrchestrationError::Conflict { .. } => {
                Self::invalid("Idempotency-Key", "was used before with another body")
            }
            // That nobody fits is no fault of the request; that it costs too much, that who fits is away, or that something
            // broke, is told apart.
            OrchestrationError::Planner(
                PlanError::Budget { .. } | PlanError::Failed { .. } | PlanError::Offline { .. },
            ) => Self::of(error.kind(), &error),
            OrchestrationError::Planner(error) => Self::failed(error.to_string()),
            OrchestrationError::TooManyAgents { .. } => Self::failed(error.to_string()),
            _ => Self::of(error.kind(), &error),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.code.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}
