//! Why an invocation failed.

use std::time::Duration;

use orch_billing::BillingError;
use orch_core::{
    Entity, ErrorKind, Failure, InvocationId, StoreError, Timestamp, Version,
    switch::{Stop, Stoppable},
};

/// Why an invocation failed.
///
/// Its hold is released when this is returned, except after [`HoldClosed`](Self::HoldClosed), where it was closed before,
/// and after [`Unkept`](Self::Unkept), [`Unsettled`](Self::Unsettled) and [`Unreleased`](Self::Unreleased), which say what
/// to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InvokeError {
    /// There is no such agent, or the caller may not know of it.
    #[error("agent {agent} not found")]
    AgentNotFound {
        /// How it was named.
        agent: String,
    },
    /// The agent has no such version.
    #[error("agent {agent} has no version {version}")]
    VersionNotFound {
        /// The agent.
        agent: String,
        /// The version asked for.
        version: Version,
    },
    /// The agent's version has no such task.
    #[error("agent {agent} has no task {task}")]
    TaskNotFound {
        /// The agent.
        agent: String,
        /// The task asked for.
        task: String,
    },
    /// The arguments miss the task's schema or the bounds of all arguments.
    #[error("arguments are refused: {field}: {reason}")]
    Refused {
        /// The argument at fault, as a JSON Pointer; empty for all of them.
        field: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The invocation is not the caller's.
    #[error("{reason}")]
    Forbidden {
        /// What is not allowed.
        reason: String,
    },
    /// The agent does not answer now.
    #[error("agent {agent} is offline: {reason}")]
    Offline {
        /// The agent.
        agent: String,
        /// How that is known, bounded.
        reason: String,
        /// When it last answered.
        last_seen: Option<Timestamp>,
        /// How long until it is tried again, where that is known.
        retry_after: Option<Duration>,
    },
    /// The agent has too much to do, and did not begin.
    #[error("agent {agent} has too much to do")]
    Overloaded {
        /// The agent.
        agent: String,
        /// How long it wants to be left alone, if it says.
        retry_after: Option<Duration>,
    },
    /// The host's own rules forbid the way to the agent.
    #[error("the way to agent {agent} is barred: {reason}")]
    Barred {
        /// The agent.
        agent: String,
        /// Which rule is broken, bounded.
        reason: String,
    },
    /// The call was sent, and what became of it is unknown.
    #[error("the connection to agent {agent} was lost: {reason}")]
    Lost {
        /// The agent.
        agent: String,
        /// How it was lost, bounded.
        reason: String,
    },
    /// What the agent answered is no reply.
    #[error("the reply of agent {agent} cannot be read: {reason}")]
    Unreadable {
        /// The agent.
        agent: String,
        /// What is wrong with it, bounded.
        reason: String,
    },
    /// The host has no transport for the agent's kind of endpoint.
    #[error("agent {agent} is reached in a way that is not set up here")]
    NoTransport {
        /// The agent.
        agent: String,
    },
    /// The agent worked on as many calls as it may until the deadline.
    #[error("agent {agent} is busy")]
    Busy {
        /// The agent.
        agent: String,
    },
    /// The price could not be held, or its hold not be read.
    #[error("the price cannot be held")]
    Funds(#[source] BillingError),
    /// A policy or a human said no.
    #[error("the call is denied: {reason}")]
    Denied {
        /// Why.
        reason: String,
    },
    /// The answer was not there in time.
    #[error("agent {agent} did not answer within {after:?}")]
    TimedOut {
        /// The agent.
        agent: String,
        /// The time it was given.
        after: Duration,
    },
    /// Someone asked for it to stop.
    #[error("the call is cancelled")]
    Cancelled,
    /// The agent, the caller's account or everything is stopped.
    #[error("{stop}")]
    Stopped {
        /// What is stopped, and why.
        stop: Stop,
        /// Whether the agent may have begun.
        begun: bool,
    },
    /// The agent panicked.
    #[error("agent {agent} panicked: {message}")]
    Panicked {
        /// The agent.
        agent: String,
        /// What it said, bounded.
        message: String,
    },
    /// The answer is larger than allowed.
    #[error("the answer of agent {agent} is larger than {limit} bytes")]
    TooLarge {
        /// The agent.
        agent: String,
        /// The most bytes an answer may take as JSON text.
        limit: usize,
    },
    /// The agent answered with a failure.
    #[error("agent {agent} failed: {reason}")]
    Failed {
        /// The agent.
        agent: String,
        /// What it said, bounded.
        reason: String,
    },
    /// The answer misses the task's schema.
    #[error("the answer of agent {agent} misses its schema: {field}: {reason}")]
    Misanswered {
        /// The agent.
        agent: String,
        /// The member of the answer at fault, as a JSON Pointer; empty for the whole.
        field: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The agent's own declaration of the task cannot be used.
    #[error("task {task} of agent {agent} is badly declared: {reason}")]
    Misdeclared {
        /// The agent.
        agent: String,
        /// The task.
        task: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The invocation was made before and its hold is closed; nothing was sent now.
    #[error("{invocation} is over: its hold is closed")]
    HoldClosed {
        /// The invocation.
        invocation: InvocationId,
    },
    /// It is unknown whether the keeper stored the answer. The hold is open: settle if it did, abandon if not.
    #[error("the answer may not have been stored")]
    Unkept(#[source] StoreError),
    /// The answer is stored and not yet paid: settle.
    #[error("the answer is stored, but not yet paid")]
    Unsettled(#[source] BillingError),
    /// It failed, and its hold is open: abandon.
    #[error("{failure}; its hold is not yet released")]
    Unreleased {
        /// Why it failed.
        failure: Box<InvokeError>,
        /// Why the hold was not released.
        #[source]
        cause: BillingError,
    },
    /// A store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl InvokeError {
    /// Whether the invocation's hold may still be open, so that its keeper must settle or abandon it.
    pub fn leaves_hold(&self) -> bool {
        matches!(
            self,
            Self::Unkept(_) | Self::Unsettled(_) | Self::Unreleased { .. }
        )
    }

    /// One word for it, for programs and figures.
    pub fn code(&self) -> &'static str {
        match self {
            Self::AgentNotFound { .. } => "agent_not_found",
            Self::VersionNotFound { .. } => "version_not_found",
            Self::TaskNotFound { .. } => "task_not_found",
            Self::Refused { .. } => "arguments_refused",
            Self::Forbidden { .. } => "forbidden",
            Self::Offline { .. } => "agent_offline",
            Self::Overloaded { .. } => "agent_overloaded",
            Self::Barred { .. } => "agent_barred",
            Self::Lost { .. } => "agent_lost",
            Self::Unreadable { .. } => "unreadable",
            Self::NoTransport { .. } => "no_transport",
            Self::Busy { .. } => "agent_busy",
            Self::Funds(_) => "funds",
            Self::Denied { .. } => "denied",
            Self::TimedOut { .. } => "timed_out",
            Self::Panicked { .. } => "agent_panicked",
            Self::TooLarge { .. } => "too_large",
            Self::Failed { .. } => "agent_failed",
            Self::Misanswered { .. } => "misanswered",
            Self::Misdeclared { .. } => "misdeclared",
            Self::HoldClosed { .. } => "hold_closed",
            Self::Cancelled => "cancelled",
            Self::Stopped { stop, .. } => match stop.what {
                Stoppable::Agent(_) => "agent_stopped",
                Stoppable::Account(_) | Stoppable::Everything => "stopped",
            },
            Self::Unreleased { failure, .. } => failure.code(),
            Self::Unkept(_) | Self::Unsettled(_) | Self::Store(_) => "failed",
        }
    }

    fn agent_failed(agent: &str, reason: String) -> ErrorKind {
        ErrorKind::Failed {
            entity: Entity::Agent,
            id: agent.to_owned(),
            reason,
        }
    }
}

impl Failure for InvokeError {
    fn kind(&self) -> ErrorKind {
        let not_found = |entity, id: String| ErrorKind::NotFound { entity, id };
        let forbidden = |reason: String| ErrorKind::Forbidden { reason };
        let away = |agent: &String, last_seen, retry_after| ErrorKind::Unavailable {
            entity: Entity::Agent,
            id: agent.clone(),
            last_seen,
            retry_after,
        };
        match self {
            Self::AgentNotFound { agent } => not_found(Entity::Agent, agent.clone()),
            Self::VersionNotFound { agent, version } => {
                not_found(Entity::Version, format!("{agent}@{version}"))
            }
            Self::TaskNotFound { task, .. } => not_found(Entity::Task, task.clone()),
            Self::Refused { field, reason } => ErrorKind::Invalid {
                field: field.clone(),
                reason: reason.clone(),
            },
            Self::Forbidden { reason } | Self::Denied { reason } => forbidden(reason.clone()),
            Self::Offline {
                agent,
                last_seen,
                retry_after,
                ..
            } => away(agent, *last_seen, *retry_after),
            Self::NoTransport { agent } | Self::Barred { agent, .. } => away(agent, None, None),
            Self::Overloaded { retry_after, .. } => ErrorKind::Limited {
                retry_after: retry_after.unwrap_or(Duration::from_secs(1)),
            },
            Self::Busy { .. } => ErrorKind::Limited {
                retry_after: Duration::from_secs(1),
            },
            Self::TimedOut { after, .. } => ErrorKind::Timeout { after: *after },
            Self::Cancelled => ErrorKind::Cancelled,
            Self::Stopped { stop, .. } => stop.kind(),
            Self::Failed { agent, reason } => Self::agent_failed(agent, reason.clone()),
            Self::Panicked { agent, .. }
            | Self::TooLarge { agent, .. }
            | Self::Lost { agent, .. }
            | Self::Unreadable { agent, .. }
            | Self::Misanswered { agent, .. }
            | Self::Misdeclared { agent, .. } => Self::agent_failed(agent, self.to_string()),
            Self::HoldClosed { .. } => ErrorKind::Conflict {
                reason: self.to_string(),
            },
            Self::Funds(error) | Self::Unsettled(error) => error.kind(),
            Self::Unreleased { failure, .. } => failure.kind(),
            Self::Unkept(error) | Self::Store(error) => error.kind(),
        }
    }
}
