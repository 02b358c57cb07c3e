//! How a call reaches its agent.

mod error;

pub use error::{Resend, TransportError};

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use orch_core::{AccountId, Agent, AgentVersion, InvocationId, Timestamp, agent::Endpoint};
use serde_json::Value;

use crate::{Cancel, Exchange, ProgressSink, invoker::Permit};

/// Carries a call to an agent and its reply back. One for each kind of endpoint.
///
/// A transport brings the reply as it is; whether it satisfies the task's schema, and what is paid, is decided behind it.
#[async_trait]
pub trait AgentTransport: fmt::Debug + Send + Sync + 'static {
    /// Sends the call and returns its one reply.
    ///
    /// Dropping the future means that nobody wants the reply any more: the transport stops the call as far as it can.
    /// What goes on nevertheless can learn so from the call's [`stop`](Call::stop), and keeps the call's
    /// [`permit`](Call::permit) until it ends. Deadline and cancellation are the caller's business, so a transport needs
    /// no timer; a reply of more than [`max_bytes`](Call::max_bytes) it need not read to the end.
    ///
    /// A transport sends once. Whether a call that failed is sent again is decided behind it, by what the error says of
    /// [`resending`](TransportError::resend) it.
    async fn send(&self, call: Call, progress: &ProgressSink) -> Result<Reply, TransportError>;

    /// Asks whether this version of an agent answers, without giving it anything to do.
    ///
    /// It is asked now and then, for every agent that this transport reaches; deadline and cancellation are the asker's
    /// business, as with [`send`](Self::send). A transport that cannot tell says so, which is what it does unless it is
    /// written otherwise.
    ///
    /// # Errors
    /// It does not answer, for the reason that a call would fail with.
    async fn probe(&self, agent: &Agent, version: &AgentVersion) -> Result<Sign, TransportError> {
        let _ = (agent, version);
        Ok(Sign::Unknown)
    }
}

/// What a probe found out about an agent that did not fail it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// It answers.
    Alive,
    /// There is no way to tell.
    Unknown,
}

/// A call on its way to an agent.
#[derive(Clone, Debug)]
pub struct Call {
    /// The invocation.
    pub invocation: InvocationId,
    /// The agent.
    pub agent: Arc<Agent>,
    /// The version of it that is called.
    pub version: Arc<AgentVersion>,
    /// The task.
    pub task: String,
    /// Its arguments, an object that satisfies the task's schema.
    pub arguments: Value,
    /// When the reply must be there.
    pub deadline: Timestamp,
    /// The most bytes that the reply's result may take as JSON text.
    pub max_bytes: usize,
    /// Who asks and pays.
    pub account: AccountId,
    /// The same for every sending of this invocation, and different from that of every other.
    pub idempotency_key: String,
    /// Which sending this is, counting from 1 since the invocation was last made.
    pub attempt: u32,
    /// Uttered as soon as nobody waits for the reply any more.
    pub stop: Cancel,
    /// One of the calls that the agent may work on at once; dropped when it really has ended.
    pub permit: Permit,
    /// The request that is to be sent as it stands, in the place of task and arguments.
    pub exchange: Option<Arc<Exchange>>,
}

/// What an agent replied.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// Its answer.
    pub result: Value,
    /// How many units it worked for, if it says.
    pub units: Option<u64>,
}

impl Reply {
    /// An answer that says nothing of units.
    pub fn new(result: Value) -> Self {
        Self { result, units: None }
    }
}

/// The transports of a host, by the kind of endpoint that they reach.
#[derive(Clone, Debug, Default)]
pub struct Transports {
    /// Functions in the host's process.
    pub in_process: Option<Arc<dyn AgentTransport>>,
    /// Agents behind an HTTP address.
    pub http: Option<Arc<dyn AgentTransport>>,
    /// Programs on the host's machine.
    pub process: Option<Arc<dyn AgentTransport>>,
    /// Agents behind an HTTP address to which signed requests are sent as they stand.
    pub relay: Option<Arc<dyn AgentTransport>>,
}

impl Transports {
    /// The one that reaches this endpoint, if the host has it.
    pub fn reaching(&self, endpoint: &Endpoint) -> Option<&dyn AgentTransport> {
        match endpoint {
            Endpoint::InProcess => self.in_process.as_deref(),
            Endpoint::Http { .. } => self.http.as_deref(),
            Endpoint::Subprocess { .. } => self.process.as_deref(),
            _ => None,
        }
    }
}
