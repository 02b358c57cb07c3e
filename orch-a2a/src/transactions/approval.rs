//! What a human must have approved before it is sent.

use orch_approvals::{Approval, ApprovalError, Consumption, Party};
use orch_auth::{Document, Form, document::Members};
use orch_core::{ApprovalId, hex};

use super::{Shared, Signed, TransactError, Transactions};
use crate::{directory::Service, store::Name};

/// The member of a payload that names an approval.
const MEMBER: &str = "approval_id";

/// An approval that lets one transaction through, and which.
#[derive(Clone, Debug)]
pub(super) struct UsedApproval {
    pub(super) id: ApprovalId,
    by: String,
}

impl Transactions {
    /// The account that owns what agents ask humans for, whoever they are.
    pub const APPROVALS_ACCOUNT: &str = "a2a";

    /// Uses the approval that the payload names, where the service asks for one. The same transaction may use it again.
    pub(super) async fn use_approval(
        &self,
        signed: &Signed<'_>,
        service: &Service,
        name: &Name,
    ) -> Result<Option<UsedApproval>, TransactError> {
        if !service.requires_approval {
            return Ok(None);
        }
        let refused = |reason| {
            let service = service.record.id.to_string();
            Err(TransactError::ApprovalRequired { service, reason })
        };
        let asked = &signed.asked;
        let Some(id) = asked.payload.get(MEMBER).filter(|id| !id.is_null()) else {
            return refused("missing");
        };
        let Some(id) = id.as_str().and_then(|id| id.parse::<ApprovalId>().ok()) else {
            return refused("unknown");
        };
        let Shared {
            approvals,
            approvals_of,
            options,
            ..
        } = &*self.0;
        let consumer = Party::Agent(asked.consumer.to_string());
        let known = match approvals.look_up(&id).await {
            Ok(known) => known,
            Err(ApprovalError::Store(error)) => return Err(error.into()),
            Err(_) => None,
        };
        if known.is_none_or(|approval| approval.requester != consumer) {
            return refused("unknown");
        }
        let by = user(&consumer, name, &signed.content);
        let fits = |approval: &Approval| is_about(approval, signed, service) && is_of_others(approval);
        let consumed = approvals
            .consume_within(approvals_of, &id, &by, Some(options.approval_age), fits)
            .await;
        match consumed {
            Ok(Consumption::Granted(_)) => Ok(Some(UsedApproval { id, by })),
            Ok(Consumption::Refused(refusal)) => refused(refusal.name()),
            Err(ApprovalError::Store(error)) => Err(error.into()),
            Err(_) => refused("unknown"),
        }
    }
}

impl Shared {
    /// Lets something else use the approval of a transaction that was not made.
    pub(super) async fn give_back(&self, used: Option<&UsedApproval>) {
        let Some(UsedApproval { id, by }) = used else {
            return;
        };
        if let Err(error) = self.approvals.release(&self.approvals_of, id, by).await {
            // The same transaction may still use it.
            let error = &error as &dyn std::error::Error;
            tracing::warn!(approval = %id, error, "an approval of a transaction that was not made stays used");
        }
    }
}

/// What uses an approval: the transaction by the name that it is known by when it is repeated, and by what it says, so that
/// nothing else passes for it under the same name.
fn user(consumer: &Party, name: &Name, content: &[u8; 32]) -> String {
    let content = hex::encode(content);
    match name {
        Name::Id(id) => format!("{consumer} transaction {id} {content}"),
        Name::Key(key) => format!("{consumer} key {key} {content}"),
        Name::Signature(digest, _) => format!("{consumer} signature {} {content}", hex::encode(digest)),
    }
}

/// Whether it was asked for this transaction, or for this service and, where it says with what, this payload.
fn is_about(approval: &Approval, signed: &Signed<'_>, service: &Service) -> bool {
    let asked = &signed.asked;
    let is_named = |id: &crate::TransactionId| approval.question.transaction.as_deref() == Some(id.as_str());
    if asked.id.as_ref().is_some_and(is_named) {
        return true;
    }
    let Ok(details) = Document::read(approval.question.details.as_str().as_bytes()) else {
        return false;
    };
    if details.get("service_id").and_then(Document::as_str) != Some(service.record.id.as_str()) {
        return false;
    }
    match details.get("payload") {
        None => true,
        Some(payload) => Form::A.write(payload) == without_approval(asked.payload),
    }
}

fn without_approval(payload: &Members<'_>) -> Option<Vec<u8>> {
    Form::A.write(&Document::Object(payload.without(MEMBER)))
}

/// Whether nobody let themselves through: the house asks for a second pair of eyes.
fn is_of_others(approval: &Approval) -> bool {
    approval.votes.iter().all(|vote| vote.by != approval.requester)
}
