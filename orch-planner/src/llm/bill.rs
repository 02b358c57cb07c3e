use std::time::Duration;

use orch_billing::{Billing, BillingError, HoldId, UsageOutcome, UsageRecord};
use orch_core::{AccountId, AgentId, Amount, InvocationId, Timestamp, Uuid};
use sha2::{Digest, Sha256};

use super::TokenUsage;

/// What is to be paid for a call of a model. What it did not answer is metered and not paid, as with any call.
#[derive(Clone, Debug)]
pub(crate) struct Bill {
    pub(crate) model: String,
    pub(crate) invocation: InvocationId,
    pub(crate) task: &'static str,
    pub(crate) outcome: UsageOutcome,
    pub(crate) tokens: TokenUsage,
    pub(crate) cost: Amount,
    pub(crate) took: Duration,
}

impl Bill {
    /// Pays it, or gives back what was set aside; the same again changes nothing.
    pub(crate) async fn settle(
        &self,
        billing: &Billing,
        account: &AccountId,
        at: Timestamp,
    ) -> Result<(), BillingError> {
        let usage = UsageRecord {
            invocation: self.invocation,
            account: account.clone(),
            agent: metered_as(&self.model),
            agent_slug: format!("model:{}", self.model),
            task: self.task.to_owned(),
            outcome: self.outcome,
            units: self.tokens.total(),
            cost: self.cost,
            took: self.took,
            at,
        };
        let hold = HoldId::from_uuid(self.invocation.uuid());
        if self.outcome == UsageOutcome::Answered {
            billing.capture(hold, self.cost, Some(usage)).await?;
        } else {
            billing.release(hold, Some(usage)).await?;
        }
        Ok(())
    }
}

/// The id that a model's usage is recorded under: always the same for one name, and no agent's.
fn metered_as(model: &str) -> AgentId {
    let digest = Sha256::digest(format!("model:{model}"));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    AgentId::from_uuid(Uuid::from_bytes(bytes))
}
