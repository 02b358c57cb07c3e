//! What the log says of a transaction: who asked whom for what, what it cost, and how each execution ended. It has digests of
//! what was said, and never the words.

use orch_auth::PartyId;
use orch_core::{Amount, ApprovalId, Event, Timestamp, hex};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{End, State, Transaction, TransactionId};

impl Transaction {
    /// The stream of its events.
    pub fn stream(&self) -> String {
        Self::stream_of(&self.consumer, &self.id)
    }

    /// The stream of the events of a consumer's transaction. Neither name has a blank in it, so that it is no other's.
    pub fn stream_of(consumer: &PartyId, id: &TransactionId) -> String {
        format!("transaction/{consumer} {id}")
    }

    /// That its latest execution began, for which so much is held, and which this approval lets through. Each execution has
    /// two places in the stream: its beginning, and its end.
    pub fn began(&self, at: Timestamp, price: Option<Amount>, approval: Option<&ApprovalId>) -> Event {
        let data = json!({
            "v": 1, "transaction": self.id.as_str(), "consumer": self.consumer.as_str(),
            "provider": self.provider.as_str(), "service": self.service.as_str(), "execution": self.executions,
            "digest": hex::encode(&self.content), "signature": hex::encode(&self.signature), "price": price, "approval": approval,
        });
        let seq = u64::from(self.executions).saturating_mul(2).saturating_sub(1);
        Event::new(self.stream(), seq, "began", at, &data)
    }

    /// What became of its latest execution, and what that costs.
    pub fn became(&self, at: Timestamp, state: &State, cost: Option<Amount>) -> Event {
        let (kind, provider_status, answer) = match state {
            State::Pending => ("pending", None, None),
            State::NotExecuted => ("not_executed", None, None),
            State::Ended { end, .. } => match end {
                End::Answered { status, result } => ("answered", *status, result.as_ref()),
                End::Refused { status, body } => ("refused", Some(*status), body.as_ref()),
                End::Lost => ("lost", None, None),
                End::TimedOut => ("timed_out", None, None),
            },
        };
        let data = json!({
            "v": 1, "execution": self.executions, "status": state.name(), "provider_status": provider_status,
            "answer": answer.map(|answer| hex::encode(&Sha256::digest(answer))), "cost": cost,
        });
        let seq = u64::from(self.executions).saturating_mul(2);
        Event::new(self.stream(), seq, kind, at, &data)
    }
}
