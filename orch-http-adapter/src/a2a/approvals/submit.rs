use axum::{
    Json,
    extract::{Path, Request, State},
};
use orch::{
    ApprovalError, ApprovalId, Caller,
    approvals::{Approval, Ballot, Status},
};
use serde_json::{Value, json};

use super::{
    super::{A2a, access::signature, error::ApiError, moment},
    admission::{Admission, agent},
    body::{Members, Sent},
};

/// `POST /api/v1/approvals/{id}/submit`, as the published page has it.
pub(in crate::a2a) async fn published(
    State(a2a): State<A2a>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Json<Value>, ApiError> {
    let approval = decide(&a2a, &id, request).await?;
    let (status, at) = outcome(&a2a, &approval);
    Ok(Json(
        json!({ "approval_id": approval.id, "status": status.name(), "approved_at": at }),
    ))
}

/// `POST /v1/approvals/{id}/submit`, as the Python client has it.
pub(in crate::a2a) async fn client(
    State(a2a): State<A2a>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Json<Value>, ApiError> {
    let approval = decide(&a2a, &id, request).await?;
    let (status, at) = outcome(&a2a, &approval);
    let id = &approval.id;
    Ok(Json(
        json!({ "status": "success", "decision": status.name(), "approval_id": id, "approved_at": at }),
    ))
}

fn outcome(a2a: &A2a, approval: &Approval) -> (Status, Option<String>) {
    let now = a2a.now();
    (approval.status(now), approval.closed_at(now).map(moment::text))
}

async fn decide(a2a: &A2a, id: &str, request: Request) -> Result<Approval, ApiError> {
    let sent = Sent::read(request).await?;
    let members = sent.members()?;
    let admission = a2a.admit_writer(&sent, &members).await?;
    let owner = A2a::approvals_owner()?;
    let ballot = ballot(&members, Ballot::approve(admission.decider(&owner)))?;
    let approval = a2a.approval(id, &owner).await?;
    a2a.check_access(&admission, &approval)?;
    a2a.check_unused(&sent, &admission, &approval).await?;
    let approvals = a2a.orchestrator().approvals();
    match approvals.decide(&owner, &approval.id, ballot.clone()).await {
        // The same, signed, sent again.
        Err(ApprovalError::Closed { .. }) if admission.is_signed && is_repeated(&approval, &ballot) => {
            Ok(approval)
        }
        decided => Ok(decided?),
    }
}

impl A2a {
    /// Refuses a signature that has decided another approval: it covers the decision, and not what is decided.
    async fn check_unused(
        &self,
        sent: &Sent,
        admission: &Admission,
        approval: &Approval,
    ) -> Result<(), ApiError> {
        let signer = admission.requester();
        let (true, Some(agent), Some(signature)) =
            (admission.is_signed, agent(&signer), signature(&sent.headers)?)
        else {
            return Ok(());
        };
        let id = agent.parse().map_err(|_| ApiError::invalid("Invalid agent_id"))?;
        let agents = self.orchestrator().directory().agents();
        let is_first = agents.use_up(&id, signature, admission.signed_at).await?;
        if is_first || approval.votes.iter().any(|vote| vote.by == signer) {
            return Ok(());
        }
        Err(ApiError::used_signature())
    }

    /// An approval that was asked for here.
    pub(super) async fn approval(&self, id: &str, owner: &Caller) -> Result<Approval, ApiError> {
        let id: ApprovalId = id.parse().map_err(|_| ApiError::approval_not_found())?;
        Ok(self.orchestrator().approvals().find(owner, &id).await?)
    }
}

fn ballot(members: &Members, ballot: Ballot) -> Result<Ballot, ApiError> {
    let decision: Option<String> = members.optional("decision").ok().flatten();
    let decision = decision.and_then(|decision| decision.parse().ok());
    let approved_by: Option<String> = members.optional("approved_by")?;
    Ok(Ballot {
        decision: decision
            .ok_or_else(|| ApiError::invalid("Invalid decision. Must be 'approve' or 'reject'"))?,
        approved_by: Some(approved_by.unwrap_or_else(|| "unknown".to_owned())),
        comments: members.optional("comments")?,
        alternative: members.optional("selected_alternative")?,
        ..ballot
    })
}

fn is_repeated(approval: &Approval, ballot: &Ballot) -> bool {
    approval.verdict().is_some_and(|vote| {
        (
            &vote.by,
            vote.decision,
            &vote.approved_by,
            &vote.comments,
            vote.alternative,
        ) == (
            &ballot.by,
            ballot.decision,
            &ballot.approved_by,
            &ballot.comments,
            ballot.alternative,
        )
    })
}
