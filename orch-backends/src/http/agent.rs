//! Agents behind an HTTP address.

mod attachments;
mod reply;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use http::{HeaderName, StatusCode, header};
use orch_a2a::{AgentTransport, Call, ProgressSink, Reply, Sign, TransportError};
use orch_core::{Agent, AgentVersion, Clock, agent::Endpoint};

use super::{GuardedClient, HttpError, Multipart, Part, Request, TraceParent};
use crate::wire::{WireCall, deadline, max_reply_bytes};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const DEADLINE: HeaderName = HeaderName::from_static("deadline");

/// Carries calls to agents behind an HTTP address, in the form that the crate's README describes.
///
/// It sends once and gives up never: deadline and cancellation drop the future, and with it the connection.
#[derive(Clone, Debug)]
pub struct HttpAgents {
    client: GuardedClient,
    clock: Arc<dyn Clock>,
}

impl HttpAgents {
    /// How long after its deadline a call ends by itself, were it still wanted.
    const GRACE: Duration = Duration::from_secs(5);

    /// Agents that this client may call.
    pub fn new(client: GuardedClient, clock: Arc<dyn Clock>) -> Self {
        Self { client, clock }
    }

    fn request(&self, url: &str, call: &Call) -> Result<Request, TransportError> {
        let request = Request::post(url)
            .header(header::ACCEPT, "application/json, text/event-stream")
            .header(IDEMPOTENCY_KEY, &call.idempotency_key)
            .header(DEADLINE, deadline(call));
        let request = match trace(call) {
            Some(parent) => request.trace(parent),
            None => request,
        };
        // The caller's own bound comes first; this one only sees to it that none of the client's comes before it.
        let time = call.deadline.since(self.clock.now()) + Self::GRACE;
        let request = request.timeout(time).head_timeout(time).idle_timeout(time);
        let request = request.max_bytes(max_reply_bytes(call.max_bytes));
        let (arguments, attachments) = attachments::detach(call)?;
        let body = WireCall::new(call, &arguments);
        if attachments.is_empty() {
            return Ok(request.json(&body));
        }
        let content = serde_json::to_vec(&body).map_err(TransportError::unreachable)?;
        let mut parts = vec![Part {
            name: "call".to_owned(),
            file_name: None,
            content_type: "application/json".to_owned(),
            content: content.into(),
        }];
        parts.extend(attachments);
        Ok(request.multipart(&Multipart { parts }))
    }
}

#[async_trait]
impl AgentTransport for HttpAgents {
    async fn send(&self, call: Call, progress: &ProgressSink) -> Result<Reply, TransportError> {
        let request = self.request(url(&call.version)?, &call)?;
        let answer = self.client.send(request).await.map_err(failure)?;
        reply::read(answer, progress, max_reply_bytes(call.max_bytes)).await
    }

    /// A GET of the address that calls go to. Whatever is answered, a refusal too, shows that somebody is there, except
    /// a failure of the server (5xx).
    async fn probe(&self, _: &Agent, version: &AgentVersion) -> Result<Sign, TransportError> {
        let request = Request::get(url(version)?);
        match self.client.send(request).await {
            Ok(answer) if !answer.status().is_server_error() => Ok(Sign::Alive),
            Ok(answer)
                if answer.status() == StatusCode::SERVICE_UNAVAILABLE && answer.retry_after().is_some() =>
            {
                Err(TransportError::Overloaded {
                    retry_after: answer.retry_after(),
                })
            }
            Ok(answer) => Err(TransportError::unreachable(answer.status())),
            // Somebody is there and says more than a probe wants to know.
            Err(HttpError::TooLarge { .. } | HttpError::Encoded { .. }) => Ok(Sign::Alive),
            Err(error) => Err(failure(error)),
        }
    }
}

fn url(version: &AgentVersion) -> Result<&str, TransportError> {
    match &version.endpoint {
        Endpoint::Http { url } => Ok(url),
        _ => Err(TransportError::unreachable("it has no HTTP address")),
    }
}

/// Where the host keeps no traces, every invocation is one of its own: its id is the trace's, so whoever has one finds
/// the other.
fn trace(call: &Call) -> Option<TraceParent> {
    let id = call.invocation.uuid();
    let (_, low) = id.as_u64_pair();
    TraceParent::new(id.as_u128(), low.wrapping_add(call.attempt.into()), false)
}

/// What a failed exchange means for the call.
pub(super) fn failure(error: HttpError) -> TransportError {
    match error {
        HttpError::Forbidden { .. } => TransportError::Barred {
            reason: error.to_string(),
        },
        // The agent led there, and will do so again.
        HttpError::Redirected { ref source, .. } if matches!(**source, HttpError::Forbidden { .. }) => {
            TransportError::Barred {
                reason: error.to_string(),
            }
        }
        HttpError::TooLarge { .. } | HttpError::EventTooLarge(_) => TransportError::TooLarge,
        HttpError::Garbled { .. }
        | HttpError::Encoded { .. }
        | HttpError::NotJson { .. }
        | HttpError::Misdirected { .. } => TransportError::unreadable(error),
        error if error.is_unsent() => TransportError::unreachable(error),
        error => TransportError::lost(error),
    }
}
