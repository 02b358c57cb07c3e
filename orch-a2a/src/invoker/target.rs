use std::{collections::BTreeMap, sync::Arc, time::Duration};

use orch_core::{
    Agent, AgentVersion, Caller, Task,
    agent::Status,
    catalog::{CatalogError, Resolved},
};
use serde_json::{Map, Value};

use super::Invoker;
use crate::{
    AgentTransport, Invocation, InvokeError,
    bounds::{self, OutOfBounds},
    known::{self, PartlyKnown},
    schema::{SchemaFault, TaskSchema},
};

/// What is called: a task of a version of an agent.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) agent: Arc<Agent>,
    pub(super) version: Arc<AgentVersion>,
    pub(super) task: usize,
    pub(super) schema: Arc<TaskSchema>,
}

/// A task of a version of an agent, and what it takes.
#[derive(Clone, Debug)]
pub struct CheckedTask(Target);

impl Target {
    pub(super) fn task(&self) -> Option<&Task> {
        self.version.tasks.get(self.task)
    }
}

impl Invoker {
    /// A task of an agent, whose arguments can be checked before they are all known.
    ///
    /// # Errors
    /// [`TaskNotFound`](InvokeError::TaskNotFound) or [`Misdeclared`](InvokeError::Misdeclared).
    pub fn task(&self, agent: &Resolved, task: &str) -> Result<CheckedTask, InvokeError> {
        self.target(agent.clone(), task).map(CheckedTask)
    }

    /// Finds what the invocation calls.
    pub(super) async fn resolve(
        &self,
        caller: &Caller,
        invocation: &Invocation,
    ) -> Result<Target, InvokeError> {
        let (agent, version) = (invocation.agent, invocation.version);
        let resolved = self.0.catalog.version(caller, agent, version).await;
        let resolved = resolved.map_err(|error| match error {
            CatalogError::VersionNotFound { agent, .. } => InvokeError::VersionNotFound { agent, version },
            CatalogError::Store(error) => InvokeError::Store(error),
            _ => InvokeError::AgentNotFound {
                agent: agent.to_string(),
            },
        })?;
        self.target(resolved, &invocation.task)
    }

    /// Whether the agent can be called now, and with these arguments: how it is reached, and what is sent.
    pub(super) fn permit(
        &self,
        target: &Target,
        arguments: &Map<String, Value>,
        is_relayed: bool,
    ) -> Result<(&dyn AgentTransport, Value), InvokeError> {
        let arguments = target.complete(arguments.clone())?;
        target.schema.check_arguments(&arguments).map_err(refused)?;
        match target.agent.status {
            Status::Online => {}
            Status::Offline => return Err(target.offline("its owner says so")),
            Status::Away => return Err(target.offline("it did not answer when it was last asked")),
        }
        let retry_after = self.0.circuits.retry_after(target.agent.id);
        if !retry_after.is_zero() {
            return Err(target.left_alone(retry_after));
        }
        let transports = &self.0.transports;
        let transport = match is_relayed {
            true => transports.relay.as_deref(),
            false => transports.reaching(&target.version.endpoint),
        };
        match transport {
            Some(transport) => Ok((transport, arguments)),
            None => Err(InvokeError::NoTransport {
                agent: target.agent.slug.to_string(),
            }),
        }
    }

    pub(super) fn target(&self, resolved: Resolved, name: &str) -> Result<Target, InvokeError> {
        let Resolved { agent, version } = resolved;
        let mut tasks = version.tasks.iter().enumerate();
        let Some((place, task)) = tasks.find(|(_, task)| task.name == name) else {
            return Err(InvokeError::TaskNotFound {
                agent: agent.slug.to_string(),
                task: bounds::cut(name.to_owned(), 100),
            });
        };
        let schema = self.0.schemas.of(agent.id, &version, (place, task));
        let schema = schema.map_err(|reason| InvokeError::Misdeclared {
            agent: agent.slug.to_string(),
            task: name.to_owned(),
            reason,
        })?;
        Ok(Target {
            task: place,
            agent,
            version,
            schema,
        })
    }
}

impl CheckedTask {
    /// The task.
    pub fn task(&self) -> Option<&Task> {
        self.0.task()
    }

    /// Checks as much of the arguments as is known before the call.
    ///
    /// # Errors
    /// [`Refused`](InvokeError::Refused) with the argument at fault.
    pub fn check<P: PartlyKnown>(&self, arguments: &BTreeMap<String, P>) -> Result<(), InvokeError> {
        let Self(target) = self;
        let is_small = known::surely_fit(arguments, Invocation::MAX_DEPTH, Invocation::MAX_BYTES);
        let takes = |task: &Task| target.schema.surely_takes(&task.parameters, arguments);
        if is_small && target.task().is_some_and(takes) {
            return Ok(());
        }
        let (sketch, holes) = known::sketch(arguments);
        let sketch = target.complete(sketch)?;
        target.schema.check_known(&sketch, &holes).map_err(refused)
    }
}

impl Target {
    /// The arguments with their defaults, within their bounds.
    pub(super) fn complete(&self, arguments: Map<String, Value>) -> Result<Value, InvokeError> {
        let arguments = self.schema.complete(arguments);
        let refused = |reason: String| InvokeError::Refused {
            field: String::new(),
            reason,
        };
        bounds::check(&arguments, Invocation::MAX_DEPTH, Invocation::MAX_BYTES).map_err(|out| match out {
            OutOfBounds::Deep => refused(format!("they nest deeper than {} levels", Invocation::MAX_DEPTH)),
            OutOfBounds::Large => refused(format!("they take more than {} bytes", Invocation::MAX_BYTES)),
        })?;
        Ok(arguments)
    }

    /// The agent failed too often of late.
    pub(super) fn left_alone(&self, retry_after: Duration) -> InvokeError {
        InvokeError::Offline {
            agent: self.agent.slug.to_string(),
            reason: "its last calls failed, and it is left alone for a while".to_owned(),
            last_seen: self.agent.last_seen,
            retry_after: Some(retry_after),
        }
    }

    pub(super) fn offline(&self, reason: impl Into<String>) -> InvokeError {
        InvokeError::Offline {
            agent: self.agent.slug.to_string(),
            reason: reason.into(),
            last_seen: self.agent.last_seen,
            retry_after: None,
        }
    }
}

fn refused(SchemaFault { field, reason }: SchemaFault) -> InvokeError {
    InvokeError::Refused { field, reason }
}
