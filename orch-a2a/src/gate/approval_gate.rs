use std::sync::Arc;

use async_trait::async_trait;
use orch_approvals::{
    Action, Approval, ApprovalError, ApprovalRequest, Approvals, Consumption, JsonText, Party, Question,
    Refusal,
};
use orch_core::{Amount, Caller, Catalog, Fingerprint, Resolved, StoreError};
use serde_json::json;

use super::{ApprovalRule, Gate, Passage};
use crate::Invocation;

/// A gate at which calls wait for the humans that its rules name.
///
/// A call asks once: its approval bears the invocation's id as its key, and the digest of agent, version, task, arguments
/// and price. What was approved is let through once, for this invocation; if anything of it has changed meanwhile, it is
/// denied. Calls that no rule is about cost nothing here.
#[derive(Clone, Debug)]
pub struct ApprovalGate {
    approvals: Approvals,
    catalog: Catalog,
    rules: Arc<[ApprovalRule]>,
}

impl ApprovalGate {
    /// A gate with these rules.
    ///
    /// # Errors
    /// [`Invalid`](ApprovalError::Invalid) for a rule that cannot be meant.
    pub fn new(
        approvals: Approvals,
        catalog: Catalog,
        rules: impl Into<Arc<[ApprovalRule]>>,
    ) -> Result<Self, ApprovalError> {
        let rules = rules.into();
        rules.iter().try_for_each(ApprovalRule::check)?;
        Ok(Self {
            approvals,
            catalog,
            rules,
        })
    }

    /// Under which rule a call waits, and whom it calls.
    async fn rule(
        &self,
        caller: &Caller,
        invocation: &Invocation,
        price: Amount,
    ) -> Result<Option<(&ApprovalRule, Resolved)>, StoreError> {
        let may_fit = |rule: &&ApprovalRule| rule.may_fit(&invocation.task, price);
        if self.rules.iter().find(may_fit).is_none() {
            return Ok(None);
        }
        let resolved = self
            .catalog
            .version(caller, invocation.agent, invocation.version)
            .await;
        let resolved = resolved.map_err(|error| match error {
            orch_core::CatalogError::Store(error) => error,
            // It was there when the corridor was entered.
            gone => StoreError::Unavailable(gone.into()),
        })?;
        let fits = |rule: &&ApprovalRule| rule.fits(&resolved.agent, &invocation.task, price);
        Ok(self.rules.iter().find(fits).map(|rule| (rule, resolved)))
    }

    /// The approval of an invocation, asked for now if it was not before.
    async fn asked(
        &self,
        caller: &Caller,
        call: Call<'_>,
        rule: &ApprovalRule,
    ) -> Result<Approval, ApprovalError> {
        let key = call.invocation.id.to_string();
        if let Some(known) = self.approvals.find_asked(caller, &key).await? {
            return Ok(known);
        }
        let request = ApprovalRequest {
            action: Some(Action {
                key,
                digest: call.digest(),
                keeper: Some(call.invocation.keeper.clone()),
            }),
            ..ApprovalRequest::new(Party::of(caller), call.question(), rule.policy.clone())
        };
        Ok(self.approvals.ask(caller, request).await?.approval)
    }

    async fn judge(
        &self,
        caller: &Caller,
        call: Call<'_>,
        approval: Approval,
    ) -> Result<Passage, ApprovalError> {
        let (by, digest) = (call.invocation.id.to_string(), call.digest());
        let is_this = |approval: &Approval| {
            let action = approval.action.as_ref();
            action.is_some_and(|action| action.digest == digest)
        };
        let consumption = self.approvals.consume(caller, &approval.id, &by, is_this).await?;
        let Consumption::Refused(refusal) = consumption else {
            return Ok(Passage::Open);
        };
        Ok(match refusal {
            Refusal::Pending => Passage::Waiting(approval.id),
            Refusal::Rejected => {
                let approval = self.approvals.find(caller, &approval.id).await?;
                let comments = approval.verdict().and_then(|vote| vote.comments.as_deref());
                denied(match comments {
                    Some(comments) => format!("approval {} is rejected: {comments}", approval.id),
                    None => format!("approval {} is rejected", approval.id),
                })
            }
            Refusal::Expired => denied(format!("nobody decided approval {} in time", approval.id)),
            Refusal::Mismatch => denied(format!("approval {} is for another call", approval.id)),
            _ => denied(format!("approval {} lets nothing through any more", approval.id)),
        })
    }
}

fn denied(reason: String) -> Passage {
    Passage::Denied { reason }
}

/// What is about to be sent.
#[derive(Clone, Copy)]
struct Call<'c> {
    invocation: &'c Invocation,
    resolved: &'c Resolved,
    price: Amount,
}

impl Call<'_> {
    /// All that makes the call what it is, so that nothing else goes through in its place.
    fn digest(&self) -> Fingerprint {
        let Invocation {
            agent,
            version,
            task,
            arguments,
            ..
        } = self.invocation;
        Fingerprint::of_value(&json!({
            "agent": agent, "version": version.to_string(), "task": task, "arguments": arguments,
            "price": self.price.to_string(),
        }))
    }

    fn question(&self) -> Question {
        let Self {
            invocation,
            resolved,
            price,
        } = self;
        let agent = &resolved.agent.slug;
        let details = json!({
            "agent": agent, "organization": resolved.agent.organization, "version": invocation.version.to_string(),
            "task": invocation.task, "arguments": invocation.arguments, "invocation": invocation.id,
            "keeper": invocation.keeper, "step": invocation.step,
        });
        Question {
            details: JsonText::from(&details),
            cost: Some(*price),
            ..Question::new(format!("Call {} of agent {agent}", invocation.task))
        }
    }
}

#[async_trait]
impl Gate for ApprovalGate {
    async fn check(
        &self,
        caller: &Caller,
        invocation: &Invocation,
        price: Amount,
    ) -> Result<Passage, StoreError> {
        let Some((rule, resolved)) = self.rule(caller, invocation, price).await? else {
            return Ok(Passage::Open);
        };
        if !rule.is_open_to(caller.account()) {
            let reason = "nobody but who asks could approve it".to_owned();
            return Ok(Passage::Denied { reason });
        }
        let call = Call {
            invocation,
            resolved: &resolved,
            price,
        };
        let passage = async {
            let approval = self.asked(caller, call, rule).await?;
            self.judge(caller, call, approval).await
        };
        match passage.await {
            Ok(passage) => Ok(passage),
            Err(ApprovalError::Store(error)) => Err(error),
            Err(refusal) => Ok(denied(refusal.to_string())),
        }
    }
}

#[cfg(test)]
mod tests;
