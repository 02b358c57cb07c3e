//! The server, and the agent that asks it.

use std::{
    io::{self, Write},
    sync::Arc,
    time::Duration,
};

use axum::{Router, body::Body, http::Request};
use http_body_util::BodyExt;
use orch::{
    Amount, ApprovalError, Caller, Currency, Orchestrator, SignedOptions, Stores,
    a2a::{TransactionOptions, Transactions},
    approvals::{ApprovalRequest, Ballot, Party, Policy, Question},
    auth::{self, AgentSigner, Document, Form, Registration, Vouched},
};
use orch_http_adapter::a2a::{A2a, A2aOptions};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::{Fallible, acknowledgement::Acknowledgement, provider::Provider, workload::Label};

/// The services: one has a price, and one requires an approval.
const SERVICES: [&str; 3] = [
    r#"{"service_id":"srv-paid","provider_agent_id":"agent-002","metadata":{"price":"0.0001 ALGO"}}"#,
    r#"{"service_id":"srv-free","provider_agent_id":"agent-002","metadata":{}}"#,
    r#"{"service_id":"srv-gated","provider_agent_id":"agent-002","metadata":{"requires_approval":true}}"#,
];

/// The one with a price, and its price in minor units.
pub(crate) const PAID: &str = "srv-paid";
pub(crate) const PRICE: i64 = 100;

/// What the consumer has at first, in minor units.
pub(crate) const CREDITS: i64 = 1_000_000_000;

/// How long a client waits for an answer of a shared house, and how long a call goes on.
const TIMEOUTS: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(2));

#[derive(Debug)]
pub(crate) struct House {
    orchestrator: Orchestrator,
    router: Router,
    signer: AgentSigner,
}

impl House {
    /// Where another process serves the same database, what that has left is waited for, but not for long.
    pub(crate) async fn open(stores: Stores, provider: Provider, is_shared: bool) -> Fallible<Self> {
        let mut transactions = TransactionOptions::default();
        if is_shared {
            (transactions.answer_timeout, transactions.hard_timeout) = TIMEOUTS;
        }
        let signed = SignedOptions {
            transactions,
            signer: Some(AgentSigner::from_seed(&[0x42; 32])),
            relay: Some(Arc::new(provider)),
            ..SignedOptions::default()
        };
        let orchestrator = Orchestrator::builder(stores).signed(signed).build().await?;
        let a2a = A2a::new(orchestrator.clone(), A2aOptions::default());
        let house = Self {
            router: a2a.surface().router(),
            orchestrator,
            signer: AgentSigner::from_seed(&[1; 32]),
        };
        house.register("agent-001", 1).await?;
        house.register("agent-002", 2).await?;
        for service in SERVICES {
            let record = Document::read(service.as_bytes())?;
            house.orchestrator.directory().register(&record).await?;
        }
        let credits = Amount::new(CREDITS, Currency::Algo)?;
        let account = "a2a:agent-001".parse()?;
        house
            .orchestrator
            .billing()
            .grant(&account, credits, "all")
            .await?;
        Ok(house)
    }

    async fn register(&self, id: &str, seed: u8) -> Fallible<()> {
        let registration = Registration {
            id: id.parse()?,
            key: AgentSigner::from_seed(&[seed; 32]).key(),
            revoke_previous: false,
            status: auth::Party::ACTIVE.into(),
            endpoint: Some("https://provider.example".into()),
            metadata: "{}".into(),
            is_listed: true,
        };
        let agents = self.orchestrator.directory().agents();
        agents.register(registration, Vouched::ByTheHost).await?;
        Ok(())
    }

    pub(crate) fn orchestrator(&self) -> &Orchestrator {
        &self.orchestrator
    }

    /// Asks until the answer is one for good, or the approval is another's.
    pub(crate) async fn ask(&self, label: Label) -> Fallible<()> {
        if let Some(approval) = label.approval() {
            self.approve(&approval).await?;
        }
        say(&Acknowledgement::Started { label })?;
        loop {
            let (status, body) = self.post(label).await?;
            let answer: Value = serde_json::from_str(&body)?;
            let outcome = answer["details"]["outcome"].as_str();
            match (status, outcome) {
                (200 | 424, _) | (502 | 504, Some("unknown")) => {
                    return say(&Acknowledgement::Answered { label, status, body });
                }
                (502 | 504, Some("not_executed" | "in_progress")) => {}
                (403, _) if answer["details"]["reason"] == "used" => return Ok(()),
                _ => return Err(format!("{label} was answered with {status} {body}").into()),
            }
        }
    }

    async fn post(&self, label: Label) -> Fallible<(u16, String)> {
        let body = label.body();
        let document = Document::read(body.as_bytes())?;
        let form = Form::A.write(&document).ok_or("nothing can be signed")?;
        let mut request = Request::post("/v1/a2a/transact")
            .header("content-type", "application/json")
            .header("x-agent-signature", self.signer.sign(&form).to_text());
        if let Some(key) = label.key() {
            request = request.header("x-amorce-idempotency", key);
        }
        let request = request.body(Body::from(body.clone()))?;
        let (parts, body) = self.router.clone().oneshot(request).await?.into_parts();
        let body = body.collect().await?.to_bytes();
        Ok((parts.status.as_u16(), String::from_utf8(body.to_vec())?))
    }

    /// Has it approved by somebody else, unless it is.
    async fn approve(&self, id: &str) -> Fallible<()> {
        let owner = Caller::host(Transactions::APPROVALS_ACCOUNT.parse()?);
        let mut question = Question::new("May I?");
        question.details = (&json!({ "service_id": "srv-gated" })).into();
        let request = ApprovalRequest {
            id: Some(id.parse()?),
            requester: Party::agent("agent-001")?,
            question,
            action: None,
            policy: Policy::anyone(),
        };
        let approvals = self.orchestrator.approvals();
        match approvals.ask(&owner, request).await {
            Ok(_) | Err(ApprovalError::Exists(_)) => {}
            Err(error) => return Err(error.into()),
        }
        let ballot = Ballot::approve(Party::Anonymous);
        match approvals.decide(&owner, &id.parse()?, ballot).await {
            Ok(_) | Err(ApprovalError::Closed { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// Says a line at once, by one call of the operating system.
fn say(acknowledgement: &Acknowledgement) -> Fallible<()> {
    let mut output = io::stdout().lock();
    output.write_all(format!("{acknowledgement}\n").as_bytes())?;
    Ok(output.flush()?)
}
