//! What a human must approve: sent once for each approval, and only for what was approved.

use std::time::Duration;

use orch_approvals::{ApprovalRequest, Ballot, Party, Policy, Question};
use orch_core::{ApprovalId, Caller};
use serde_json::{Value, json};

use super::house::{Act, House};
use crate::{TransactError, Transactions};

pub(super) const GATED: &str =
    r#"{"service_id":"srv-greet","provider_agent_id":"agent-002","metadata":{"requires_approval":true}}"#;

fn owner() -> Caller {
    Caller::host(Transactions::APPROVALS_ACCOUNT.parse().unwrap())
}

fn agent(id: &str) -> Party {
    Party::agent(id).unwrap()
}

async fn gated() -> House {
    let house = House::new().await;
    house.offer(GATED).await;
    house
}

impl House {
    /// Asks on behalf of an agent.
    async fn may_i(&self, requester: &str, details: &Value) -> ApprovalId {
        let mut question = Question::new("May I?");
        question.details = details.into();
        let request = ApprovalRequest {
            id: None,
            requester: agent(requester),
            question,
            action: None,
            policy: Policy::anyone(),
        };
        self.approvals.ask(&owner(), request).await.unwrap().approval.id
    }

    async fn decide(&self, id: &ApprovalId, ballot: Ballot) {
        self.approvals.decide(&owner(), id, ballot).await.unwrap();
    }

    pub(super) async fn approved(&self, details: &Value) -> ApprovalId {
        let id = self.may_i("agent-001", details).await;
        self.decide(&id, Ballot::approve(Party::Anonymous)).await;
        id
    }

    /// Greets with an approval: `sent`, or why not.
    pub(super) async fn greet(&self, transaction: &str, approval: &str) -> String {
        let body = format!(
            r#"{{"consumer_agent_id":"agent-001","service_id":"srv-greet","payload":{{"name":"Alice","approval_id":"{approval}"}},"transaction_id":"{transaction}"}}"#
        );
        match self.ask(&body, None).await.result {
            Ok(_) => "sent".to_owned(),
            Err(error) => match &*error {
                TransactError::ApprovalRequired { reason, service } => {
                    assert_eq!(service, "srv-greet");
                    (*reason).to_owned()
                }
                other => other.to_string(),
            },
        }
    }
}

#[tokio::test]
async fn without_an_approval_nothing_is_sent() {
    let house = gated().await;
    let body = r#"{"consumer_agent_id":"agent-001","service_id":"srv-greet","payload":{"name":"Alice"}}"#;
    let refused = house.ask(body, None).await.result.unwrap_err();
    let is_missing = matches!(
        *refused,
        TransactError::ApprovalRequired {
            reason: "missing",
            ..
        }
    );
    assert!(is_missing, "{refused}");
    assert_eq!(house.greet("tx_1", "apr_nobody").await, "unknown");
    assert_eq!(house.greet("tx_2", "no id").await, "unknown");
    assert_eq!(house.provider.n_calls(), 0);
}

#[tokio::test]
async fn an_approval_lets_one_transaction_through() {
    let house = gated().await;
    let id = house.approved(&json!({ "service_id": "srv-greet" })).await;
    assert_eq!(house.greet("tx_1", id.as_str()).await, "sent");
    assert_eq!(house.greet("tx_1", id.as_str()).await, "sent", "it is replayed");
    assert_eq!(house.greet("tx_2", id.as_str()).await, "used");
    assert_eq!(house.provider.n_calls(), 1);
    let logged = house.logged("tx_1").await;
    assert_eq!(logged[0].1["approval"], id.as_str(), "the log says by which");
}

#[tokio::test]
async fn only_what_was_approved_is_sent() {
    let house = gated().await;
    let this = json!({ "service_id": "srv-greet" });
    let exactly = json!({ "service_id": "srv-greet", "payload": { "name": "Alice" } });
    for (details, outcome) in [
        (&exactly, "sent"),
        (&json!({}), "mismatch"),
        (&json!({ "service_id": "srv-other" }), "mismatch"),
        (
            &json!({ "service_id": "srv-greet", "payload": { "name": "Bob" } }),
            "mismatch",
        ),
    ] {
        let id = house.approved(details).await;
        assert_eq!(
            house.greet(&format!("tx_{id}"), id.as_str()).await,
            outcome,
            "{details}"
        );
    }
    let pending = house.may_i("agent-001", &this).await;
    assert_eq!(house.greet("tx_1", pending.as_str()).await, "pending");
    house.decide(&pending, Ballot::reject(Party::Anonymous)).await;
    assert_eq!(house.greet("tx_2", pending.as_str()).await, "rejected");
    let of_another = house.may_i("agent-002", &this).await;
    house.decide(&of_another, Ballot::approve(Party::Anonymous)).await;
    assert_eq!(house.greet("tx_3", of_another.as_str()).await, "unknown");
    let by_itself = house.may_i("agent-001", &this).await;
    house
        .decide(&by_itself, Ballot::approve(agent("agent-001")))
        .await;
    assert_eq!(house.greet("tx_4", by_itself.as_str()).await, "mismatch");
    let old = house.approved(&this).await;
    house.clock.advance(Duration::from_secs(60 * 60 + 1));
    assert_eq!(house.greet("tx_5", old.as_str()).await, "expired");
    assert_eq!(house.provider.n_calls(), 1);
}

#[tokio::test]
async fn an_approval_may_name_the_transaction() {
    let house = gated().await;
    let mut question = Question::new("May I?");
    question.transaction = Some("tx_1".to_owned());
    let request = ApprovalRequest {
        id: None,
        requester: agent("agent-001"),
        question,
        action: None,
        policy: Policy::anyone(),
    };
    let id = house.approvals.ask(&owner(), request).await.unwrap().approval.id;
    house.decide(&id, Ballot::approve(Party::Anonymous)).await;
    assert_eq!(house.greet("tx_2", id.as_str()).await, "mismatch");
    assert_eq!(house.greet("tx_1", id.as_str()).await, "sent");
}

#[tokio::test]
async fn what_was_not_executed_gives_its_approval_back() {
    let house = gated().await;
    house.will([Act::Unreachable]);
    let id = house.approved(&json!({ "service_id": "srv-greet" })).await;
    let refused = house.greet("tx_1", id.as_str()).await;
    assert_eq!(refused, "the provider cannot be reached");
    assert_eq!(
        house.greet("tx_2", id.as_str()).await,
        "sent",
        "nobody has used it"
    );
    assert_eq!(house.greet("tx_1", id.as_str()).await, "used");
}
