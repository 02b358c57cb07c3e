//! What goes wrong, as a page that says so.

use askama::Template;
use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use orch::{ApprovalError, ErrorKind, Failure};

use super::{ApprovalPage, page};

/// Why a page cannot be had.
#[derive(Debug)]
pub(super) enum PageError {
    /// Nobody is signed in.
    SignedOut,
    /// The key opens nothing here.
    Key,
    /// The form comes from elsewhere, or from before the sign-in.
    Forged,
    /// The form cannot be read.
    Malformed,
    /// What was asked of the approvals they refuse.
    Refused(ErrorKind),
    /// A page cannot be rendered.
    Unrendered,
}

impl PageError {
    pub(super) fn failed(failure: &(impl Failure + 'static)) -> Self {
        let kind = failure.kind();
        if kind == ErrorKind::Internal {
            tracing::error!(
                error = failure as &dyn std::error::Error,
                "the approver's page failed"
            );
        }
        Self::Refused(kind)
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::SignedOut | Self::Key => StatusCode::UNAUTHORIZED,
            Self::Forged => StatusCode::FORBIDDEN,
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::Refused(kind) => match kind {
                ErrorKind::Invalid { .. } => StatusCode::BAD_REQUEST,
                ErrorKind::NotFound { .. } => StatusCode::NOT_FOUND,
                ErrorKind::AlreadyExists { .. } | ErrorKind::Conflict { .. } => StatusCode::CONFLICT,
                ErrorKind::Forbidden { .. } => StatusCode::FORBIDDEN,
                ErrorKind::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
                _ => StatusCode::INTERNAL_SERVER_ERROR,
            },
            Self::Unrendered => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn words(&self) -> String {
        match self {
            Self::SignedOut => "You are signed out.".to_owned(),
            Self::Key => "This key opens nothing here.".to_owned(),
            Self::Forged => {
                "This form was not made for you, or you have signed in anew since. Nothing was done."
                    .to_owned()
            }
            Self::Malformed => "This form cannot be read. Nothing was done.".to_owned(),
            Self::Refused(kind) => match kind {
                ErrorKind::Invalid { field, reason } => format!("Nothing was done: {field} {reason}."),
                ErrorKind::NotFound { .. } => "There is no such approval for you.".to_owned(),
                ErrorKind::Conflict { reason } | ErrorKind::Forbidden { reason } => {
                    format!("Nothing was done: {reason}.")
                }
                ErrorKind::Unavailable { .. } => "The database is away. Try again soon.".to_owned(),
                _ => "Something went wrong here.".to_owned(),
            },
            Self::Unrendered => "Something went wrong here.".to_owned(),
        }
    }

    /// The answer, as a page with a way back.
    pub(super) fn answer(&self, page: &ApprovalPage) -> Response {
        let nonce = page.nonce();
        let shown = page::Trouble {
            nonce: &nonce,
            home: &page.path(""),
            words: &self.words(),
        };
        let body = shown.render().unwrap_or_default();
        (self.status(), page::headers(&nonce), body).into_response()
    }
}

/// For whoever asks for a part of a page, and where there is no page to show it on.
impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let plain = [
            (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
            (header::CACHE_CONTROL, "no-store"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ];
        (self.status(), plain, self.words()).into_response()
    }
}

impl From<ApprovalError> for PageError {
    fn from(error: ApprovalError) -> Self {
        Self::failed(&error)
    }
}

impl From<askama::Error> for PageError {
    fn from(error: askama::Error) -> Self {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "the approver's page cannot be rendered"
        );
        Self::Unrendered
    }
}

/// After a form the browser asks for the page anew, so that loading it again sends nothing twice.
pub(super) fn see(path: &str) -> Redirect {
    Redirect::to(path)
}

/// Nothing has changed.
pub(super) fn unchanged() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

pub(super) async fn unknown(State(page): State<ApprovalPage>) -> Response {
    let id = String::new();
    let entity = orch::Entity::Approval;
    PageError::Refused(ErrorKind::NotFound { entity, id }).answer(&page)
}

pub(super) async fn unsupported(State(page): State<ApprovalPage>) -> Response {
    let mut answer = PageError::Malformed.answer(&page);
    *answer.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    answer
}
