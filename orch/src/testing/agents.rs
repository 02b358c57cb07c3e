use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use orch_a2a::{
    AgentTransport, Call, InProcess, InlineExecutor, ProgressSink, Reply, TransportError,
    testing::{Script, ScriptedTransport, SentCall},
};
use orch_core::Clock;

/// Reaches the agents of a test: by their script where they have one, by their function otherwise.
#[derive(Debug)]
pub(super) struct Agents {
    pub(super) functions: InProcess,
    scripts: ScriptedTransport,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Every `agent/task` that has, or had, a script.
    scripted: HashSet<String>,
    calls: Vec<SentCall>,
}

impl Agents {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            functions: InProcess::new(Arc::new(InlineExecutor)),
            scripts: ScriptedTransport::new(clock),
            state: Mutex::default(),
        }
    }

    pub(super) fn always(&self, target: &str, script: Script) {
        self.state().scripted.insert(target.to_owned());
        self.scripts.always(target, script);
    }

    pub(super) fn once(&self, target: &str, script: Script) {
        self.state().scripted.insert(target.to_owned());
        self.scripts.push(target, script);
    }

    pub(super) fn calls(&self) -> Vec<SentCall> {
        self.state().calls.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes the call down; whether it follows a script.
    fn note(&self, call: &Call) -> bool {
        let target = format!("{}/{}", call.agent.slug, call.task);
        let mut state = self.state();
        let is_scripted = state.scripted.contains(&target);
        state.calls.push(SentCall {
            invocation: call.invocation,
            target,
            arguments: call.arguments.clone(),
            idempotency_key: call.idempotency_key.clone(),
        });
        is_scripted
    }
}

#[async_trait]
impl AgentTransport for Agents {
    async fn send(&self, call: Call, progress: &ProgressSink) -> Result<Reply, TransportError> {
        if self.note(&call) {
            self.scripts.send(call, progress).await
        } else {
            self.functions.send(call, progress).await
        }
    }
}
