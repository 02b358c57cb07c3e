//! What is delivered to a provider, and how it can tell who asks.

use std::sync::Arc;

use orch_auth::{AgentSigner, Document, Form, Party};
use orch_core::{Timestamp, hex};
use sha2::{Digest, Sha256};

use crate::{
    Exchange,
    directory::{Forward, Service},
    moment,
    transaction::Transaction,
};

/// The orchestrator as it signs: by its key, under the id that is derived from it.
#[derive(Debug)]
pub(super) struct House {
    pub(super) signer: AgentSigner,
    id: String,
}

impl House {
    pub(super) fn new(signer: AgentSigner) -> Self {
        let id = signer.key().derived_id();
        Self { signer, id }
    }
}

/// What is sent on behalf of a consumer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sent<'s> {
    pub(super) service: &'s Service,
    /// The provider's endpoint with the filled path.
    pub(super) url: &'s str,
    /// The whole request, and the payload within it.
    pub(super) document: &'s Document<'s>,
    pub(super) payload: &'s Document<'s>,
    /// The consumer's own signature.
    pub(super) signature: &'s str,
}

impl Sent<'_> {
    /// The request of an execution: its body is signed by us or by the consumer, and its headers by us.
    pub(super) fn exchange(&self, transaction: &Transaction, house: &House, now: Timestamp) -> Exchange {
        let House { signer, id } = house;
        let context = Context::of(transaction, now);
        let body = self.body(transaction, &context);
        let (claimed, signature) = match self.service.forward {
            Forward::Signed => (transaction.consumer.to_string(), self.signature.to_owned()),
            Forward::Data | Forward::Context => (id.clone(), signer.sign(&body).to_text()),
        };
        let forward = signer.sign(context.signed(&body).as_bytes()).to_text();
        let headers = vec![
            ("x-agent-signature", signature),
            ("x-amorce-agent-id", claimed),
            ("x-amorce-consumer-id", context.consumer),
            ("x-amorce-service-id", context.service),
            ("x-amorce-transaction-id", context.transaction),
            ("x-amorce-idempotency", context.key),
            ("x-amorce-priority", context.priority.to_owned()),
            ("x-amorce-timestamp", context.timestamp),
            ("x-amorce-forward-signature", forward),
        ];
        Exchange::new(self.url.to_owned(), headers, Arc::from(body))
    }

    fn body(&self, transaction: &Transaction, context: &Context) -> Vec<u8> {
        let form = self.service.form;
        // Form D leaves out what only B can say.
        let write = |document| {
            form.write(document)
                .or_else(|| Form::B.write(document))
                .unwrap_or_default()
        };
        match self.service.forward {
            Forward::Data => [b"{\"data\":", &*write(self.payload), b"}"].concat(),
            Forward::Context => {
                let (amorce, payload) = (context.members(None), write(self.payload));
                let parts = [
                    b"{\"amorce\":",
                    amorce.as_bytes(),
                    b",\"data\":",
                    &payload,
                    b",\"payload\":",
                    &payload,
                    b"}",
                ];
                parts.concat()
            }
            Forward::Signed => transaction.form.write(self.document).unwrap_or_default(),
        }
    }
}

/// Who asks whom for what: the facts that we vouch for.
#[derive(Debug)]
struct Context {
    consumer: String,
    key: String,
    priority: &'static str,
    provider: String,
    service: String,
    timestamp: String,
    transaction: String,
}

impl Context {
    fn of(transaction: &Transaction, now: Timestamp) -> Self {
        let id = transaction.id.to_string();
        Self {
            consumer: transaction.consumer.to_string(),
            key: transaction.key.clone().unwrap_or_else(|| id.clone()),
            priority: transaction.priority.name(),
            provider: transaction.provider.to_string(),
            service: transaction.service.to_string(),
            timestamp: moment::text(now),
            transaction: id,
        }
    }

    /// What the forward signature covers.
    fn signed(&self, body: &[u8]) -> String {
        self.members(Some(&hex::encode(&Sha256::digest(body))))
    }

    /// The facts as an object in form A: their names are in order, and their texts in ASCII.
    fn members(&self, body_sha256: Option<&str>) -> String {
        let facts = [
            ("body_sha256", body_sha256),
            ("consumer_agent_id", Some(&*self.consumer)),
            ("idempotency_key", Some(&*self.key)),
            ("priority", Some(self.priority)),
            ("provider_agent_id", Some(&*self.provider)),
            ("service_id", Some(&*self.service)),
            ("timestamp", Some(&*self.timestamp)),
            ("transaction_id", Some(&*self.transaction)),
        ];
        let said = facts.iter().filter_map(|(name, fact)| {
            let fact = serde_json::Value::from((*fact)?);
            Some(format!("\"{name}\":{fact}"))
        });
        let said: Vec<String> = said.collect();
        format!("{{{}}}", said.join(","))
    }
}

/// Where a service is: its provider's endpoint with a filled path. `None` if the provider has no endpoint that can be
/// called.
pub(super) fn url(provider: &Party, path: &str) -> Option<String> {
    let endpoint = provider.endpoint.as_deref()?;
    let is_plain = endpoint.starts_with("http://") || endpoint.starts_with("https://");
    let is_bare = !endpoint.contains(['?', '#', '\\']) && !endpoint.chars().any(char::is_whitespace);
    let endpoint = endpoint.strip_suffix('/').unwrap_or(endpoint);
    (is_plain && is_bare).then(|| format!("{endpoint}{path}"))
}
