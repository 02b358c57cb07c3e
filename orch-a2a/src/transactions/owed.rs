//! What is still to be paid of a transaction whose process ended, or whose ledger was away, after the answer was written down.

use async_trait::async_trait;
use orch_auth::PartyId;
use orch_billing::{Hold, HoldKeepers, UsageOutcome, UsageRecord};
use orch_core::{AccountId, InvocationId, StoreError, Timestamp};

use super::{Transactions, execution::agent_id};
use crate::{
    store::{Filter, Name},
    transaction::{End, State, Transaction, TransactionId},
};

/// So many consumers may have a transaction of one id, of whom one is looked for.
const NAMESAKES: u32 = 1_000;

/// The name under which an execution keeps its hold. An earlier execution owes nothing of what a later one was answered.
pub(super) fn keeper(transaction: &Transaction) -> String {
    format!("{}#{}", transaction.id, transaction.executions)
}

fn parse(keeper: &str) -> Option<(TransactionId, u32)> {
    let (id, execution) = keeper.rsplit_once('#')?;
    Some((id.parse().ok()?, execution.parse().ok()?))
}

/// A transaction that was answered owes its price; every other one gives it back in time.
#[async_trait]
impl HoldKeepers for Transactions {
    async fn is_alive(&self, _keeper: &str) -> Result<bool, StoreError> {
        Ok(false)
    }

    async fn owed(&self, keeper: &str, hold: &Hold) -> Result<Option<UsageRecord>, StoreError> {
        let Some((id, execution)) = parse(keeper) else {
            return Ok(None);
        };
        let known = self.paid_by(&hold.account, id).await?;
        let Some(transaction) = known.filter(|transaction| transaction.executions == execution) else {
            return Ok(None);
        };
        Ok(answered_at(&transaction).map(|at| {
            let agent = agent_id(transaction.provider.as_str());
            UsageRecord {
                invocation: InvocationId::from_uuid(hold.id.uuid()),
                account: hold.account.clone(),
                agent,
                agent_slug: self.0.slug(agent).to_string(),
                task: transaction.service.to_string(),
                outcome: UsageOutcome::Answered,
                units: 1,
                cost: hold.amount,
                took: at.since(transaction.started_at),
                at,
            }
        }))
    }
}

impl Transactions {
    /// The transaction of that id whose consumer pays from an account.
    async fn paid_by(
        &self,
        account: &AccountId,
        id: TransactionId,
    ) -> Result<Option<Transaction>, StoreError> {
        let store = &self.0.store;
        let name = account.as_str().split_once(':').map(|(_, name)| name);
        let consumer: Option<PartyId> = name.and_then(|name| name.parse().ok());
        if let Some(consumer) = consumer
            && let Some(transaction) = store.find(&consumer, &Name::Id(id.clone())).await?
        {
            return Ok(Some(transaction));
        }
        // The account of a very long name does not tell it.
        let filter = Filter {
            id: Some(id),
            limit: NAMESAKES,
            ..Filter::default()
        };
        let mut namesakes = store.list(&filter).await?.into_iter();
        Ok(namesakes.find(|transaction| transaction.consumer.account() == account))
    }
}

fn answered_at(transaction: &Transaction) -> Option<Timestamp> {
    match transaction.state {
        State::Ended {
            at,
            end: End::Answered { .. },
        } => Some(at),
        _ => None,
    }
}
