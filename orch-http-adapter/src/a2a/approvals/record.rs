use orch::{
    Timestamp,
    approvals::{Approval, Decision, JsonText, Party, Status},
};
use serde::Serialize;
use serde_json::value::RawValue;

use super::{
    super::{error::ApiError, moment},
    admission::agent,
};

/// An approval as every published reader wants it.
#[derive(Debug, Serialize)]
pub(super) struct Record {
    approval_id: String,
    transaction_id: Option<String>,
    status: &'static str,
    summary: String,
    details: Box<RawValue>,
    decision: Option<&'static str>,
    approved_by: Option<String>,
    approved_at: Option<String>,
    comments: Option<String>,
    selected_alternative: Option<u32>,
    alternatives: Option<Vec<Box<RawValue>>>,
    agent_id: Option<String>,
    tool_name: Option<String>,
    created_at: String,
    expires_at: String,
    submitted_by: Option<String>,
    #[serde(rename = "approvedBy", skip_serializing_if = "Option::is_none")]
    approved_by_again: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<String>,
}

impl Record {
    pub(super) fn of(approval: &Approval, now: Timestamp) -> Result<Self, ApiError> {
        let question = &approval.question;
        let status = approval.status(now);
        let verdict = approval.verdict();
        let decision = match status {
            Status::Approved => Some(Decision::Approve.name()),
            Status::Rejected => Some(Decision::Reject.name()),
            Status::Pending | Status::Expired => None,
        };
        let decided_at = decision.and(approval.closed_at(now)).map(moment::text);
        let approved_by =
            verdict.map(|vote| vote.approved_by.clone().unwrap_or_else(|| "unknown".to_owned()));
        let alternatives = question.alternatives.as_ref();
        let alternatives = alternatives.map(|all| all.iter().map(written).collect::<Result<_, _>>());
        let details = question.details.value();
        let tool = details.as_ref().and_then(|details| details.get("tool")?.as_str());
        Ok(Self {
            approval_id: approval.id.to_string(),
            transaction_id: question.transaction.clone(),
            status: status.name(),
            summary: question.summary.clone(),
            details: written(&question.details)?,
            decision,
            approved_by_again: approved_by.clone(),
            approved_by,
            timestamp: decided_at.clone(),
            approved_at: decided_at,
            comments: verdict.and_then(|vote| vote.comments.clone()),
            selected_alternative: verdict.and_then(|vote| vote.alternative),
            alternatives: alternatives.transpose()?,
            agent_id: agent(&approval.requester).map(str::to_owned),
            tool_name: tool.map(str::to_owned),
            created_at: moment::text(approval.created_at),
            expires_at: moment::text(approval.expires_at),
            submitted_by: verdict.map(|vote| submitted_by(&vote.by)),
        })
    }
}

fn submitted_by(party: &Party) -> String {
    match party {
        Party::Agent(id) => id.clone(),
        Party::Account(account) if account.as_str() == super::A2a::APPROVALS_ACCOUNT => "api-key".to_owned(),
        Party::Account(account) => account.to_string(),
        Party::Anonymous => "anonymous".to_owned(),
    }
}

/// As it was written.
fn written(json: &JsonText) -> Result<Box<RawValue>, ApiError> {
    RawValue::from_string(json.to_string()).map_err(|error| ApiError::failed(&error))
}
