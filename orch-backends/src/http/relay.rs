//! Signed requests to agents behind an HTTP address, sent as they stand.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use http::{HeaderName, header};
use orch_a2a::{AgentTransport, Call, Exchange, ProgressSink, Reply, TransportError};
use orch_core::Clock;

use super::{GuardedClient, HttpError, HttpOptions, Request, TlsError, agent};

/// Carries signed requests to their providers: once, unchanged, and never on to where an answer leads.
#[derive(Clone, Debug)]
pub struct HttpRelay {
    client: GuardedClient,
    clock: Arc<dyn Clock>,
}

impl HttpRelay {
    /// How long after its deadline a request ends by itself, were it still wanted.
    const GRACE: Duration = Duration::from_secs(5);

    /// Goes where the options allow. Of their bounds those on connections are its own: connecting takes 3 seconds at most,
    /// and an idle connection is kept for 4, which is less than small servers keep theirs, so that a dead one is rare.
    ///
    /// # Errors
    /// One of the extra roots is no certificate.
    pub fn new(options: HttpOptions, clock: Arc<dyn Clock>) -> Result<Self, TlsError> {
        let options = HttpOptions {
            connect_timeout: Duration::from_secs(3),
            idle_connection_timeout: Duration::from_secs(4),
            max_per_host: 1024,
            max_idle_per_host: 256,
            ..options
        };
        let client = GuardedClient::new(options, clock.clone())?;
        Ok(Self { client, clock })
    }

    fn request(&self, exchange: &Exchange, call: &Call) -> Request {
        // The caller's own bound comes first; this one only sees to it that none of the client's comes before it.
        let time = call.deadline.since(self.clock.now()) + Self::GRACE;
        let request = Request::post(&exchange.url)
            .body("application/json", exchange.body.to_vec())
            .header(header::ACCEPT, "application/json")
            .timeout(time)
            .head_timeout(time)
            .idle_timeout(time)
            .max_bytes(Exchange::MAX_ANSWER_BYTES)
            .stay();
        exchange.headers.iter().fold(request, |request, (name, value)| {
            request.header(HeaderName::from_static(name), value)
        })
    }
}

#[async_trait]
impl AgentTransport for HttpRelay {
    async fn send(&self, call: Call, _: &ProgressSink) -> Result<Reply, TransportError> {
        let Some(exchange) = call.exchange.clone() else {
            return Err(TransportError::unreachable("nothing is there to be relayed"));
        };
        let answer = match self.client.send(self.request(&exchange, &call)).await {
            Ok(answer) => answer,
            // Its head says that it is too large, or in an encoding that nobody asked for.
            Err(HttpError::TooLarge { .. } | HttpError::Encoded { .. }) => return exchange.answer(200, None),
            Err(error) => return Err(agent::failure(error)),
        };
        let status = answer.status().as_u16();
        match answer.bytes().await {
            Ok(body) => exchange.answer(status, Some(&body)),
            Err(HttpError::TooLarge { .. }) => exchange.answer(status, None),
            Err(error) => Err(agent::failure(error)),
        }
    }
}
