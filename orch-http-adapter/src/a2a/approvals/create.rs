use std::time::Duration;

use axum::{
    extract::{Request, State},
    response::Response,
};
use orch::{
    ApprovalId,
    approvals::{Action, Approval, ApprovalRequest, Policy, Question},
};
use orch_core::Fingerprint;
use serde_json::{Value, json};

use super::{
    super::{
        A2a,
        access::text,
        error::{ApiError, created},
        moment,
    },
    admission::{Admission, is_made_here},
    body::{Members, Sent},
};

/// `POST /api/v1/approvals`, as the published page has it.
pub(in crate::a2a) async fn published(
    State(a2a): State<A2a>,
    request: Request,
) -> Result<Response, ApiError> {
    let approval = ask(&a2a, request).await?;
    Ok(answer(&approval, "pending"))
}

/// `POST /v1/approvals/create`, as the Python client has it.
pub(in crate::a2a) async fn client(State(a2a): State<A2a>, request: Request) -> Result<Response, ApiError> {
    let approval = ask(&a2a, request).await?;
    Ok(answer(&approval, "success"))
}

fn answer(approval: &Approval, status: &str) -> Response {
    created(&json!({
        "approval_id": approval.id, "status": status, "created_at": moment::text(approval.created_at),
        "expires_at": moment::text(approval.expires_at),
    }))
}

async fn ask(a2a: &A2a, request: Request) -> Result<Approval, ApiError> {
    let sent = Sent::read(request).await?;
    let members = sent.members()?;
    let admission = a2a.admit_writer(&sent, &members).await?;
    let request = ApprovalRequest {
        id: id(&members)?,
        action: action(&sent, &admission),
        ..ApprovalRequest::new(admission.requester(), question(&members)?, policy(a2a, &members)?)
    };
    let owner = A2a::approvals_owner()?;
    let asked = a2a.orchestrator().approvals().ask(&owner, request).await?;
    Ok(asked.approval)
}

/// A chosen id, which must not pass for one that is made here.
fn id(members: &Members) -> Result<Option<ApprovalId>, ApiError> {
    let chosen: Option<String> = members.optional("approval_id")?;
    let Some(chosen) = chosen else { return Ok(None) };
    let id = chosen
        .parse()
        .ok()
        .filter(|_| chosen != "create" && !is_made_here(&chosen));
    id.map(Some)
        .ok_or_else(|| ApiError::invalid("Invalid approval_id"))
}

fn question(members: &Members) -> Result<Question, ApiError> {
    let summary: Option<String> = members.optional("summary").ok().flatten();
    let summary = summary.filter(|summary| !summary.trim().is_empty());
    let summary = summary.ok_or_else(|| ApiError::invalid("Missing required fields: summary"))?;
    Ok(Question {
        details: members.json("details")?.unwrap_or_default(),
        alternatives: members.items("alternatives")?,
        transaction: members.optional("transaction_id")?,
        ..Question::new(summary)
    })
}

/// Whoever is let in decides; who asks may as well where the server is their own.
fn policy(a2a: &A2a, members: &Members) -> Result<Policy, ApiError> {
    let seconds: Option<u64> = members.optional("timeout_seconds")?;
    Ok(Policy {
        self_approval: a2a.options().allows_self_approval(),
        timeout: seconds.map_or(Policy::DEFAULT_TIMEOUT, Duration::from_secs),
        ..Policy::anyone()
    })
}

/// What was signed asks once, however often it is sent.
fn action(sent: &Sent, admission: &Admission) -> Option<Action> {
    let signature = text(&sent.headers, "x-agent-signature").filter(|_| admission.is_signed)?;
    let said = String::from_utf8_lossy(&sent.bytes);
    Some(Action {
        key: format!("signed {signature}"),
        digest: Fingerprint::of_value(&Value::from(said.as_ref())),
        keeper: None,
    })
}
