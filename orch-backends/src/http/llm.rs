//! Language models over HTTP: endpoints that speak like OpenAI's chat completions, and Anthropic's messages.
//!
//! Ollama, llama.cpp and vLLM serve the first dialect. Both are read as streams, so that a model that thinks for long is
//! not taken for one that is gone, and both are called through the [`GuardedClient`]. A model that is busy is asked again
//! within the deadline, after as long as it asks for; what an endpoint does not take is left out from then on.

mod anthropic;
mod failure;
mod open_ai;
mod retry;
mod stream;

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use orch_core::{Clock, Entropy, Secret};
use orch_planner::llm::{Completion, CompletionRequest, LlmError, LlmProvider};
use serde_json::Value;

use super::{Answer, GuardedClient, HttpError, Request};
use anthropic::Anthropic;
use open_ai::OpenAi;
use retry::Pauses;
use stream::Reader;

/// The most bytes of an answer on the wire, its frame included.
const MAX_BYTES: usize = 8 * 1024 * 1024;
/// The most bytes of one event of it.
const MAX_EVENT_BYTES: usize = 1024 * 1024;
/// The most bytes that are read of an answer that says what went wrong.
const MAX_FAULT_BYTES: usize = 64 * 1024;

/// Where a model is, and who asks.
#[derive(Clone, Debug)]
pub struct LlmEndpoint {
    /// The address under which the API stands: `https://api.openai.com/v1`, `http://localhost:11434/v1`,
    /// `https://api.anthropic.com`.
    pub url: String,
    /// Which model.
    pub model: String,
    /// The key, where one is needed.
    pub key: Option<Secret<String>>,
}

/// A language model over HTTP. Clones share what was learned of their endpoint.
#[derive(Clone, Debug)]
pub struct HttpModel {
    client: GuardedClient,
    endpoint: LlmEndpoint,
    dialect: Arc<dyn Dialect>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

/// How an API is spoken to.
trait Dialect: fmt::Debug + Send + Sync + 'static {
    /// The request that asks for a completion.
    fn ask(&self, endpoint: &LlmEndpoint, request: &CompletionRequest) -> Request;

    /// What reads its answer.
    fn reader(&self) -> Box<dyn Reader>;

    /// Leaves out what the endpoint refuses; whether there was something to leave out.
    fn adapt(&self, _status: u16, _fault: &Value) -> bool {
        false
    }
}

impl HttpModel {
    /// A model, spoken to as its URL tells: Anthropic's API by its host or by a path that ends in `/messages`, every
    /// other one as OpenAI's.
    pub fn new(
        client: GuardedClient,
        endpoint: LlmEndpoint,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        let url = url::Url::parse(&endpoint.url).ok();
        let is_anthropic = url.is_some_and(|url| {
            let host = url.host_str().unwrap_or_default();
            host.ends_with("anthropic.com") || url.path().trim_end_matches('/').ends_with("/messages")
        });
        if is_anthropic {
            Self::anthropic(client, endpoint, clock, entropy)
        } else {
            Self::open_ai(client, endpoint, clock, entropy)
        }
    }

    /// A model behind an endpoint that speaks like OpenAI's chat completions.
    pub fn open_ai(
        client: GuardedClient,
        endpoint: LlmEndpoint,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        let dialect = Arc::new(OpenAi::new(&endpoint.url));
        Self {
            client,
            endpoint,
            dialect,
            clock,
            entropy,
        }
    }

    /// A model behind Anthropic's messages.
    pub fn anthropic(
        client: GuardedClient,
        endpoint: LlmEndpoint,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self {
            client,
            endpoint,
            dialect: Arc::new(Anthropic),
            clock,
            entropy,
        }
    }

    /// Asks once, and again at once for as long as there is something to leave out that the endpoint refuses.
    async fn ask(&self, request: &CompletionRequest) -> Result<Completion, LlmError> {
        loop {
            let left = request.deadline.since(self.clock.now());
            // A model that reads a long prompt is silent for as long.
            let asked = self
                .dialect
                .ask(&self.endpoint, request)
                .head_timeout(left)
                .idle_timeout(left)
                .timeout(left)
                .max_bytes(MAX_BYTES);
            let answer = self.client.send(asked).await.map_err(unreachable)?;
            if answer.status().is_success() {
                return self.read(answer).await;
            }
            let status = answer.status().as_u16();
            let retry_after = retry::retry_after(&answer, self.clock.now());
            let fault = fault_of(answer).await;
            if !self.dialect.adapt(status, &fault) {
                return Err(self.discreet(failure::of(status, &fault, retry_after)));
            }
        }
    }

    async fn read(&self, answer: Answer) -> Result<Completion, LlmError> {
        let mut reader = self.dialect.reader();
        if !answer.is_of_type("text/event-stream") {
            let whole = answer.json::<Value>().await.map_err(unreachable)?;
            reader.whole(&whole).map_err(|error| self.discreet(error))?;
            return reader.finish();
        }
        let mut events = answer.events(MAX_EVENT_BYTES);
        while !reader.is_over() {
            let event = match events.next().await {
                Ok(Some(event)) => event,
                Ok(None) => break,
                Err(error) => return Err(unreachable(error)),
            };
            reader.take(&event).map_err(|error| self.discreet(error))?;
        }
        reader.finish()
    }

    /// The error without the key, should the endpoint repeat it.
    fn discreet(&self, mut error: LlmError) -> LlmError {
        let Some(key) = self.endpoint.key.as_ref().filter(|key| !key.expose().is_empty()) else {
            return error;
        };
        if let LlmError::Rejected { reason }
        | LlmError::Refused { reason, .. }
        | LlmError::Unreadable { reason, .. } = &mut error
        {
            *reason = reason.replace(key.expose().as_str(), "[secret]");
        }
        error
    }
}

#[async_trait]
impl LlmProvider for HttpModel {
    fn model(&self) -> &str {
        &self.endpoint.model
    }

    async fn complete(&self, request: &CompletionRequest) -> Result<Completion, LlmError> {
        let mut pauses = Pauses::default();
        loop {
            let error = match self.ask(request).await {
                Ok(completion) => return Ok(completion),
                Err(error) => error,
            };
            let now = self.clock.now();
            let pause = pauses.next(&error, &*self.entropy);
            // Who would come too late does not wait.
            let Some(pause) = pause.filter(|pause| now + *pause < request.deadline) else {
                return Err(error);
            };
            tracing::debug!(model = self.model(), ?pause, %error, "the model is asked again");
            self.clock.sleep(pause).await;
        }
    }
}

/// What the body of an answer says that is none, as far as it is read.
async fn fault_of(mut answer: Answer) -> Value {
    let mut body = Vec::new();
    while let Ok(Some(piece)) = answer.chunk().await {
        body.extend_from_slice(&piece);
        if body.len() > MAX_FAULT_BYTES {
            break;
        }
    }
    serde_json::from_slice(&body).unwrap_or(Value::Null)
}

/// What it means for a model that an exchange failed.
fn unreachable(error: HttpError) -> LlmError {
    match error {
        HttpError::TimedOut { after, .. } => LlmError::TimedOut(after),
        HttpError::Invalid { .. } | HttpError::Forbidden { .. } | HttpError::Misdirected { .. } => {
            LlmError::Rejected {
                reason: error.to_string(),
            }
        }
        HttpError::NotJson { .. }
        | HttpError::TooLarge { .. }
        | HttpError::EventTooLarge(_)
        | HttpError::Encoded { .. }
        | HttpError::Garbled { .. } => LlmError::Unreadable {
            reason: error.to_string(),
            usage: None,
        },
        error => LlmError::Unreachable(Box::new(error)),
    }
}

/// The URL of an API's method, whether the endpoint's URL already names it or not.
fn method_url(base: &str, version: &str, method: &str) -> String {
    let base = base.trim_end_matches('/');
    if base.ends_with(method) {
        return base.to_owned();
    }
    if version.is_empty() || base.ends_with(version) {
        return format!("{base}{method}");
    }
    format!("{base}{version}{method}")
}
