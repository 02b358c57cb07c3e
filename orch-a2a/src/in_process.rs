//! Agents that are functions in the host's process.

mod agent_function;
mod context;
mod derived;
mod executor;
mod function;
mod local_agent;
#[cfg(test)]
mod tests;

pub use agent_function::AgentFunction;
pub use context::Context;
pub use executor::{Executor, InlineExecutor, Job, JobResult, Mode};
pub use function::{ContextFunction, TaskFunction};
pub use local_agent::LocalAgent;

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use async_trait::async_trait;
use orch_core::{Agent, AgentVersion, agent::Slug};

use crate::{AgentTransport, Call, ProgressSink, Reply, Sign, TransportError};
use function::Function;

/// The functions of an agent, by task.
type Functions = HashMap<String, (Function, Mode)>;

/// Reaches the agents that are functions of this process.
///
/// Which agent a function is, the catalog says; here it is only looked up, by the agent's slug and the task.
pub struct InProcess {
    executor: Arc<dyn Executor>,
    agents: RwLock<HashMap<Slug, Arc<Functions>>>,
}

impl InProcess {
    /// Without any agent yet; the executor says where functions run.
    pub fn new(executor: Arc<dyn Executor>) -> Self {
        Self {
            executor,
            agents: RwLock::default(),
        }
    }

    /// Makes the functions of an agent reachable under its slug, in the place of those that were.
    pub fn enroll(&self, slug: Slug, agent: &LocalAgent) {
        let functions = Arc::new(agent.functions());
        let mut agents = self.agents.write().unwrap_or_else(PoisonError::into_inner);
        agents.insert(slug, functions);
    }

    fn functions(&self, slug: &Slug) -> Option<Arc<Functions>> {
        let agents = self.agents.read().unwrap_or_else(PoisonError::into_inner);
        agents.get(slug).cloned()
    }
}

#[async_trait]
impl AgentTransport for InProcess {
    async fn send(&self, call: Call, progress: &ProgressSink) -> Result<Reply, TransportError> {
        let functions = self
            .functions(&call.agent.slug)
            .ok_or_else(|| TransportError::unreachable("it is not a function of this process"))?;
        let (function, mode) = functions
            .get(&call.task)
            .ok_or_else(|| TransportError::unreachable("no function of this process does the task"))?;
        let job = Job::new(function.clone(), call, progress.clone());
        match self.executor.run(job, *mode).await {
            Ok(result) => result,
            Err(panicked) => Err(TransportError::Panicked {
                message: panicked.message,
            }),
        }
    }

    /// An agent that is not a function of this process may be one of another process of the host.
    async fn probe(&self, agent: &Agent, _version: &AgentVersion) -> Result<Sign, TransportError> {
        let is_here = self.functions(&agent.slug).is_some();
        Ok(if is_here { Sign::Alive } else { Sign::Unknown })
    }
}

impl fmt::Debug for InProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InProcess")
            .field("executor", &self.executor)
            .finish_non_exhaustive()
    }
}
