use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use orch_core::{Agent, AgentVersion, Clock, InvocationId};
use serde_json::Value;

use crate::{AgentTransport, Call, Progress, ProgressSink, Reply, Sign, TransportError};

/// What a scripted agent does with a call.
#[derive(Clone, Debug)]
pub enum Script {
    /// Replies.
    Reply(Reply),
    /// Replies with the call's arguments.
    Echo,
    /// Fails.
    Fail(TransportError),
    /// Panics.
    Panic(&'static str),
    /// Never replies.
    Hang,
    /// Waits on the clock, then goes on.
    After(Duration, Box<Script>),
    /// Reports progress, then goes on.
    Progress(Progress, Box<Script>),
}

impl Script {
    /// Replies with this, and says nothing of units.
    pub fn answer(result: Value) -> Self {
        Self::Reply(Reply::new(result))
    }

    /// Fails for this reason.
    pub fn fail(reason: &str) -> Self {
        Self::Fail(TransportError::failed(reason))
    }

    /// Does this after so long on the clock.
    pub fn after(delay: Duration, script: Self) -> Self {
        Self::After(delay, Box::new(script))
    }
}

/// What a scripted agent does when it is asked whether it answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Probe {
    /// There is no way to tell.
    #[default]
    Unknown,
    /// It does.
    Answers,
    /// It cannot be reached.
    Fails,
    /// It cannot be reached, and answers the next time.
    FailsOnce,
    /// It says nothing at all.
    Hangs,
    /// It panics.
    Panics,
}

/// A call that was sent.
#[derive(Clone, Debug, PartialEq)]
pub struct SentCall {
    /// The invocation.
    pub invocation: InvocationId,
    /// `agent/task`.
    pub target: String,
    /// The arguments.
    pub arguments: Value,
    /// The key.
    pub idempotency_key: String,
}

/// A transport to agents that follow a script: the next one of their queue, or else what they always do. A call for
/// which nothing is scripted fails.
#[derive(Debug)]
pub struct ScriptedTransport {
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    queues: HashMap<String, VecDeque<Script>>,
    always: HashMap<String, Script>,
    probes: HashMap<String, Probe>,
    calls: Vec<SentCall>,
    n_stopped: usize,
}

impl ScriptedTransport {
    /// A transport without any script, whose delays are on this clock.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            state: Mutex::default(),
        }
    }

    /// Does this with the next unscripted call of `target`, `agent/task`, once.
    pub fn push(&self, target: &str, script: Script) {
        let mut state = self.state();
        state
            .queues
            .entry(target.to_owned())
            .or_default()
            .push_back(script);
    }

    /// Does this with every call of `target`, `agent/task`, for which nothing is queued.
    pub fn always(&self, target: &str, script: Script) {
        self.state().always.insert(target.to_owned(), script);
    }

    /// From now on, does this when an agent is asked whether it answers.
    pub fn probes(&self, agent: &str, probe: Probe) {
        self.state().probes.insert(agent.to_owned(), probe);
    }

    /// The calls that were sent, in order.
    pub fn calls(&self) -> Vec<SentCall> {
        self.state().calls.clone()
    }

    /// How many calls were dropped before they ended.
    pub fn n_stopped(&self) -> usize {
        self.state().n_stopped
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self, call: &Call) -> Script {
        let target = format!("{}/{}", call.agent.slug, call.task);
        let mut state = self.state();
        let queued = state.queues.get_mut(&target).and_then(VecDeque::pop_front);
        let script = queued.or_else(|| state.always.get(&target).cloned());
        state.calls.push(SentCall {
            invocation: call.invocation,
            target,
            arguments: call.arguments.clone(),
            idempotency_key: call.idempotency_key.clone(),
        });
        script.unwrap_or_else(|| Script::fail("nothing is scripted"))
    }
}

#[async_trait]
impl AgentTransport for ScriptedTransport {
    #[expect(clippy::panic, reason = "it was told to")]
    async fn send(&self, call: Call, progress: &ProgressSink) -> Result<Reply, TransportError> {
        let mut script = self.next(&call);
        let mut stopped = CountStopped(Some(self));
        let ended = loop {
            script = match script {
                Script::Reply(reply) => break Ok(reply),
                Script::Echo => break Ok(Reply::new(call.arguments)),
                Script::Fail(error) => break Err(error),
                Script::Panic(message) => {
                    stopped.0 = None;
                    panic!("{message}")
                }
                Script::Hang => std::future::pending().await,
                Script::After(delay, then) => {
                    self.clock.sleep(delay).await;
                    *then
                }
                Script::Progress(report, then) => {
                    progress.report(report);
                    *then
                }
            };
        };
        stopped.0 = None;
        ended
    }

    #[expect(clippy::panic, reason = "it was told to")]
    async fn probe(&self, agent: &Agent, _version: &AgentVersion) -> Result<Sign, TransportError> {
        let slug = agent.slug.as_str();
        let probe = self.state().probes.get(slug).copied().unwrap_or_default();
        match probe {
            Probe::Unknown => Ok(Sign::Unknown),
            Probe::Answers => Ok(Sign::Alive),
            Probe::Fails => Err(TransportError::unreachable("told to fail")),
            Probe::FailsOnce => {
                self.probes(slug, Probe::Answers);
                Err(TransportError::unreachable("told to fail"))
            }
            Probe::Hangs => std::future::pending().await,
            Probe::Panics => panic!("told to panic"),
        }
    }
}

/// Counts a call that is dropped before it has ended.
struct CountStopped<'t>(Option<&'t ScriptedTransport>);

impl Drop for CountStopped<'_> {
    fn drop(&mut self) {
        if let Some(transport) = self.0 {
            transport.state().n_stopped += 1;
        }
    }
}
