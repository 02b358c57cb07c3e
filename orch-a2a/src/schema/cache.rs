use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use orch_core::{AgentId, AgentVersion, Generations, Task, Version};

use super::TaskSchema;

/// Which task: its agent, the version and its place in it.
type Key = (AgentId, Version, usize);

/// Compiled schemas, each of them once. A version never changes, so what is cached is never stale.
#[derive(Debug)]
pub(crate) struct Schemas(Mutex<Generations<Key, Arc<TaskSchema>>>);

impl Schemas {
    /// A cache of at most twice `capacity` tasks.
    pub(crate) fn new(capacity: usize) -> Self {
        Self(Mutex::new(Generations::new(capacity)))
    }

    /// The schema of a version's task at this place; the error says what is wrong with it.
    pub(crate) fn of(
        &self,
        agent: AgentId,
        version: &AgentVersion,
        (place, task): (usize, &Task),
    ) -> Result<Arc<TaskSchema>, String> {
        let key = (agent, version.version, place);
        if let Some(schema) = self.lock().get(&key) {
            return Ok(schema);
        }
        // Compiled outside the lock: others go on, and two who compile the same only waste a moment.
        let schema = Arc::new(TaskSchema::compile(task)?);
        self.lock().put(key, schema.clone());
        Ok(schema)
    }

    fn lock(&self) -> MutexGuard<'_, Generations<Key, Arc<TaskSchema>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use orch_core::{
        Currency, SeededEntropy, Timestamp,
        agent::{Endpoint, Pricing},
    };
    use serde_json::json;

    use super::*;

    fn version(n_tasks: usize) -> AgentVersion {
        let task = |number| Task {
            name: format!("task_{number}"),
            description: String::new(),
            parameters: json!({ "type": "object" }),
            returns: json!(true),
            examples: Vec::new(),
            repeatable: false,
            timeout: None,
        };
        AgentVersion {
            version: Version::FIRST,
            title: "Many".into(),
            description: String::new(),
            category: "test".into(),
            tags: Vec::new(),
            tasks: (0..n_tasks).map(task).collect(),
            pricing: Pricing::free(Currency::Algo),
            endpoint: Endpoint::InProcess,
            on_chain: None,
            created_at: Timestamp::from_millis(0),
        }
    }

    #[test]
    fn a_schema_is_compiled_once_while_it_is_used() {
        let (schemas, version) = (Schemas::new(4), version(100));
        let agent = AgentId::generate(Timestamp::from_millis(0), &SeededEntropy::default());
        let of = |place: usize| {
            schemas
                .of(agent, &version, (place, &version.tasks[place]))
                .unwrap()
        };
        let first = of(0);
        for place in 1..100 {
            of(place);
            assert!(Arc::ptr_eq(&first, &of(0)), "after {place}");
        }
        assert!(!Arc::ptr_eq(&of(1), &of(99)), "two tasks");
    }
}
