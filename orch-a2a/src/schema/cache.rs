use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use orch_core::{AgentId, AgentVersion, Task, Version};

use super::TaskSchema;

/// Which task: its agent, the version and its place in it.
type Key = (AgentId, Version, usize);

/// Compiled schemas, each of them once. A version never changes, so what is cached is never stale.
///
/// Two generations bound it to twice its capacity: when the young one is full it becomes the old one, and what is used
/// again moves back, so that what nobody uses is dropped.
#[derive(Debug)]
pub(crate) struct Schemas {
    capacity: usize,
    generations: Mutex<Generations>,
}

#[derive(Debug, Default)]
struct Generations {
    young: HashMap<Key, Arc<TaskSchema>>,
    old: HashMap<Key, Arc<TaskSchema>>,
}

impl Schemas {
    /// A cache of at most twice `capacity` tasks.
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            capacity,
            generations: Mutex::default(),
        }
    }

    /// The schema of a version's task at this place; the error says what is wrong with it.
    pub(crate) fn of(
        &self,
        agent: AgentId,
        version: &AgentVersion,
        (place, task): (usize, &Task),
    ) -> Result<Arc<TaskSchema>, String> {
        let key = (agent, version.version, place);
        if let Some(schema) = self.find(&key) {
            return Ok(schema);
        }
        // Compiled outside the lock: others go on, and two who compile the same only waste a moment.
        let schema = Arc::new(TaskSchema::compile(task)?);
        self.insert(key, schema.clone());
        Ok(schema)
    }

    fn find(&self, key: &Key) -> Option<Arc<TaskSchema>> {
        let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(schema) = generations.young.get(key) {
            return Some(schema.clone());
        }
        let schema = generations.old.remove(key)?;
        generations.insert(*key, schema.clone(), self.capacity);
        Some(schema)
    }

    fn insert(&self, key: Key, schema: Arc<TaskSchema>) {
        let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        generations.insert(key, schema, self.capacity);
    }
}

impl Generations {
    fn insert(&mut self, key: Key, schema: Arc<TaskSchema>, capacity: usize) {
        if self.young.len() >= capacity {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, schema);
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
        let generations = schemas.generations.lock().unwrap();
        assert!(generations.young.len() + generations.old.len() <= 8);
    }
}
