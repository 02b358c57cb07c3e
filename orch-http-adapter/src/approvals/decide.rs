use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use orch::{
    ApprovalId,
    approvals::{Ballot, Party},
};

use super::{
    ApprovalPage,
    error::{PageError, see},
    form::Form,
};

/// `POST /approvals/{id}/decide`
pub(super) async fn decide(
    State(page): State<ApprovalPage>,
    Path(id): Path<String>,
    headers: HeaderMap,
    form: Result<Form, PageError>,
) -> Response {
    match decided(&page, &id, &headers, form).await {
        Ok(()) => see(&page.path("")).into_response(),
        Err(error) => error.answer(&page),
    }
}

async fn decided(
    page: &ApprovalPage,
    id: &str,
    headers: &HeaderMap,
    form: Result<Form, PageError>,
) -> Result<(), PageError> {
    let session = page.session(headers).await?;
    let form = form?;
    form.check(&session)?;
    let id: ApprovalId = id.parse().map_err(|_| PageError::Malformed)?;
    let decision = form.text("decision").and_then(|text| text.parse().ok());
    let alternative = form.text("alternative").map(str::parse).transpose();
    let ballot = Ballot {
        decision: decision.ok_or(PageError::Malformed)?,
        approved_by: Some(session.caller.account().to_string()),
        comments: form.text("comments").map(str::to_owned),
        alternative: alternative.map_err(|_| PageError::Malformed)?,
        ..Ballot::approve(Party::of(&session.caller))
    };
    page.orchestrator()
        .approvals()
        .decide(&session.caller, &id, ballot)
        .await?;
    Ok(())
}
