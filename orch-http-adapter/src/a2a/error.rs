//! [Amorce] The failures of this surface: the one place that names a status or an error code.

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use orch::{
    ApprovalError, ErrorKind, Failure,
    a2a::{
        TransactError,
        directory::Unfilled,
        transaction::{End, State},
    },
    approvals::Status,
    auth::AuthError,
};
use orch_a2a::DirectoryError;
use serde_json::{Value, json};

/// A failure in the words of this surface.
#[derive(Clone, Debug)]
pub(super) struct ApiError {
    status: StatusCode,
    code: &'static str,
    message: String,
    details: Value,
    retry_after: Option<u64>,
}

/// The status that a transaction was last answered with; `None` while there is no answer.
pub(super) fn status_of(state: &State) -> Option<u16> {
    let error = match state {
        State::Pending => return None,
        State::NotExecuted => ApiError::unreachable("not_executed"),
        State::Ended { end, .. } => match end {
            End::Answered { .. } => return Some(StatusCode::OK.as_u16()),
            End::Refused { status, .. } => ApiError::refused(*status, None),
            End::Lost => ApiError::lost(),
            End::TimedOut => ApiError::timed_out(),
        },
    };
    Some(error.status.as_u16())
}

impl ApiError {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            details: json!({}),
            retry_after: None,
        }
    }

    fn with(self, details: Value) -> Self {
        Self { details, ..self }
    }

    /// What was sent is wrong.
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "INVALID_REQUEST", message)
    }

    /// The body is larger than allowed.
    pub(super) fn too_large() -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "INVALID_REQUEST",
            "Request body too large",
        )
    }

    /// The key is missing or wrong.
    pub(super) fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", "Invalid API key")
    }

    /// No route leads there.
    pub(super) fn unknown_path() -> Self {
        Self::new(StatusCode::NOT_FOUND, "NOT_FOUND", "Not found")
    }

    /// A route leads there, by another method.
    pub(super) fn wrong_method() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "METHOD_NOT_ALLOWED",
            "Method not allowed",
        )
    }

    /// There is no such agent.
    pub(super) fn agent_not_found(id: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "AGENT_NOT_FOUND", "Agent not found").with(json!({ "agent_id": id }))
    }

    /// There is no such service.
    pub(super) fn service_not_found(id: &str) -> Self {
        let error = Self::new(StatusCode::NOT_FOUND, "SERVICE_NOT_FOUND", "Service not found");
        error.with(json!({ "service_id": id }))
    }

    /// A fault of ours, whose cause is for the log alone.
    pub(super) fn failed(error: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error, "a request failed");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "INTERNAL_ERROR",
            "Orchestrator error",
        )
    }

    /// The directory that may know whom or what is asked for cannot be asked, so nobody is turned away as unknown.
    fn directory_away() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "INTERNAL_ERROR",
            "Orchestrator error",
        )
    }

    /// Whether its client repeats itself for it.
    pub(super) fn is_repeated(&self) -> bool {
        self.status == StatusCode::TOO_MANY_REQUESTS || self.status.is_server_error()
    }

    /// The answer of a transaction: the union of the two shapes of the published page.
    pub(super) fn of_transaction(self, id: &str, at: &str) -> Response {
        let body = json!({
            "transaction_id": id,
            "status": "error",
            "error": self.message,
            "code": self.code,
            "details": self.details,
            "timestamp": at,
        });
        self.respond(&body)
    }

    fn respond(&self, body: &Value) -> Response {
        let headers = [(header::CONTENT_TYPE, "application/json")];
        let mut response = (self.status, headers, body.to_string()).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }

    /// A provider that answered with a failure: final, so no status that clients repeat themselves for.
    pub(super) fn refused(status: u16, body: Option<&str>) -> Self {
        let body: Value = body
            .and_then(|body| serde_json::from_str(body).ok())
            .unwrap_or_default();
        let error = Self::new(
            StatusCode::FAILED_DEPENDENCY,
            "PROVIDER_ERROR",
            "Provider agent returned an error",
        );
        error.with(json!({ "provider_status": status, "provider_body": body }))
    }

    /// What became of it is unknown: the connection was lost.
    pub(super) fn lost() -> Self {
        Self::unreachable("unknown")
    }

    /// What became of it is unknown: there was no answer in time.
    pub(super) fn timed_out() -> Self {
        Self::timeout("unknown")
    }

    fn unreachable(outcome: &str) -> Self {
        let error = Self::new(
            StatusCode::BAD_GATEWAY,
            "PROVIDER_UNREACHABLE",
            "Provider agent unreachable",
        );
        error.with(json!({ "outcome": outcome }))
    }

    fn timeout(outcome: &str) -> Self {
        let error = Self::new(
            StatusCode::GATEWAY_TIMEOUT,
            "PROVIDER_TIMEOUT",
            "Provider agent timeout",
        );
        error.with(json!({ "outcome": outcome }))
    }

    fn signature(message: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "INVALID_SIGNATURE", message)
    }

    fn conflict(message: &str) -> Self {
        Self::new(StatusCode::CONFLICT, "IDEMPOTENCY_CONFLICT", message)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = json!({ "error": self.message, "code": self.code, "details": self.details });
        self.respond(&body)
    }
}

impl From<&TransactError> for ApiError {
    fn from(error: &TransactError) -> Self {
        match error {
            TransactError::Malformed => Self::invalid("Malformed JSON"),
            TransactError::NotAnObject => Self::invalid("Request body must be a JSON object"),
            TransactError::Missing(field) => Self::invalid(format!("Missing required field: {field}")),
            TransactError::Invalid(field) => Self::invalid(format!("Invalid {field}")),
            TransactError::PayloadNotAnObject => Self::invalid("Payload must be a JSON object"),
            TransactError::OtherClaimed => {
                Self::invalid("X-Amorce-Agent-ID does not match consumer_agent_id")
            }
            TransactError::Unsigned => Self::unsigned(),
            TransactError::InvalidSignature => Self::invalid_signature(),
            TransactError::OutOfRange => Self::signature("Request timestamp out of range"),
            TransactError::Replayed => Self::signature("Nonce already used"),
            TransactError::OnceRequired => {
                Self::signature("Missing X-Amorce-Timestamp and X-Amorce-Nonce headers")
            }
            TransactError::AgentNotFound(id) => Self::agent_not_found(id),
            TransactError::ServiceNotFound(id) => Self::service_not_found(id),
            TransactError::DirectoryAway(_) => Self::directory_away(),
            TransactError::Conflict => Self::conflict("Idempotency key reused with a different request"),
            TransactError::AlreadyExecuted => Self::conflict("Transaction already executed"),
            TransactError::Limited { limit, retry_after } => {
                let seconds = retry_after.as_millis().div_ceil(1000);
                let seconds = u64::try_from(seconds).unwrap_or(u64::MAX);
                let error = Self::new(
                    StatusCode::TOO_MANY_REQUESTS,
                    "RATE_LIMIT_EXCEEDED",
                    "Rate limit exceeded",
                );
                let details = json!({ "limit": limit, "window_seconds": 60, "retry_after_seconds": seconds });
                Self {
                    retry_after: Some(seconds),
                    ..error.with(details)
                }
            }
            TransactError::ApprovalRequired { service, reason } => {
                let error = Self::new(StatusCode::FORBIDDEN, "APPROVAL_REQUIRED", "Approval required");
                error.with(json!({ "requires_hitl": true, "service_id": service, "reason": reason }))
            }
            TransactError::Unfilled(Unfilled::Missing(name)) => {
                Self::invalid(format!("Missing path parameter: {name}"))
            }
            TransactError::Unfilled(Unfilled::Invalid(name)) => {
                Self::invalid(format!("Invalid path parameter: {name}"))
            }
            TransactError::Funds(error) => Self::of_funds(&error.kind()),
            TransactError::Unreachable => Self::unreachable("not_executed"),
            TransactError::NoPlace => Self::timeout("not_executed"),
            TransactError::InProgress => Self::timeout("in_progress"),
            error => Self::failed(error),
        }
    }
}

impl ApiError {
    fn of_funds(kind: &ErrorKind) -> Self {
        let error = Self::new(
            StatusCode::PAYMENT_REQUIRED,
            "INSUFFICIENT_FUNDS",
            "Insufficient funds",
        );
        match kind {
            ErrorKind::InsufficientFunds {
                required, available, ..
            } => error.with(json!({ "required": required.to_string(), "available": available.to_string() })),
            _ => error,
        }
    }
}

impl From<DirectoryError> for ApiError {
    fn from(error: DirectoryError) -> Self {
        match error {
            DirectoryError::ServiceNotFound(id) => Self::service_not_found(&id),
            DirectoryError::Service(fault) => Self::invalid(format!("Invalid service: {fault}")),
            DirectoryError::NotYours(_) => Self::new(
                StatusCode::FORBIDDEN,
                "FORBIDDEN",
                "Service belongs to another agent",
            ),
            DirectoryError::DirectoryAway(_) => Self::directory_away(),
            DirectoryError::Auth(error) => error.into(),
            error => Self::failed(&error),
        }
    }
}

impl From<AuthError> for ApiError {
    fn from(error: AuthError) -> Self {
        match error {
            AuthError::PartyNotFound(id) => Self::agent_not_found(id.as_str()),
            AuthError::InvalidSignature => Self::invalid_signature(),
            AuthError::OutOfRange => Self::signature("Request timestamp out of range"),
            AuthError::Replayed => Self::signature("Nonce already used"),
            AuthError::Invalid { field, reason } => Self::invalid(format!("Invalid {field}: it {reason}")),
            AuthError::DirectoryAway(_) => Self::directory_away(),
            AuthError::RegisteredElsewhere(_) => Self::new(
                StatusCode::FORBIDDEN,
                "FORBIDDEN",
                "Agent is registered elsewhere",
            ),
            AuthError::Contended(_) => Self::new(StatusCode::CONFLICT, "CONFLICT", "Agent is being changed"),
            error => Self::failed(&error),
        }
    }
}

impl ApiError {
    /// There is no such approval.
    pub(super) fn approval_not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "APPROVAL_NOT_FOUND", "Approval not found")
    }

    /// Nobody has signed what somebody must sign.
    pub(super) fn unsigned() -> Self {
        Self::signature("Missing X-Agent-Signature header")
    }

    /// What is said to be a signature is none of this.
    pub(super) fn invalid_signature() -> Self {
        Self::signature("Invalid signature")
    }

    /// The signature has decided another approval.
    pub(super) fn used_signature() -> Self {
        Self::signature("Signature already used")
    }

    /// The approval is another agent's.
    pub(super) fn not_yours() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "FORBIDDEN",
            "Unauthorized access to approval",
        )
    }

    fn closed(message: &str) -> Self {
        Self::new(StatusCode::CONFLICT, "APPROVAL_CLOSED", message)
    }
}

impl From<ApprovalError> for ApiError {
    fn from(error: ApprovalError) -> Self {
        match error {
            ApprovalError::NotFound(_) => Self::approval_not_found(),
            ApprovalError::Exists(_) | ApprovalError::AskedOther { .. } => Self::new(
                StatusCode::CONFLICT,
                "APPROVAL_EXISTS",
                "Approval ID already exists",
            ),
            ApprovalError::Forbidden { .. } => Self::not_yours(),
            ApprovalError::Closed { status, .. } => Self::closed(match status {
                Status::Approved => "Approval already approved",
                Status::Rejected => "Approval already rejected",
                Status::Pending | Status::Expired => "Approval has expired",
            }),
            ApprovalError::Voted { .. } => Self::closed("Already decided by the caller"),
            ApprovalError::TooMany { .. } => Self {
                retry_after: Some(ApprovalError::RETRY_AFTER.as_secs()),
                ..Self::new(
                    StatusCode::TOO_MANY_REQUESTS,
                    "RATE_LIMIT_EXCEEDED",
                    "Too many pending approvals",
                )
            },
            ApprovalError::Invalid { field, .. } => Self::invalid(format!("Invalid {field}")),
            error => Self::failed(&error),
        }
    }
}

/// Something new is there.
pub(super) fn created(body: &Value) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json")];
    (StatusCode::CREATED, headers, body.to_string()).into_response()
}

/// Whether the store can be used, as `/health` says it.
pub(super) fn degraded(is_usable: bool) -> (StatusCode, &'static str) {
    match is_usable {
        true => (StatusCode::OK, "healthy"),
        false => (StatusCode::SERVICE_UNAVAILABLE, "degraded"),
    }
}
