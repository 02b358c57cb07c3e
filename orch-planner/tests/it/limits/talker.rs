use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use orch_core::{Clock, ManualClock};
use orch_planner::{
    Goal,
    llm::{Completion, CompletionRequest, LlmError, LlmProvider, TokenUsage},
};
use serde_json::{Map, Value, json};

use super::chance::Chance;

/// A model that says anything, often a plan, sometimes a good one, and takes its time. It is never told to take longer than
/// the goal allows.
#[derive(Debug)]
pub(super) struct Talker {
    chance: Chance,
    clock: Arc<ManualClock>,
    /// When the goal that is planned gives up, in milliseconds.
    latest: AtomicI64,
}

impl Talker {
    pub(super) fn new(chance: Chance, clock: Arc<ManualClock>) -> Self {
        let latest = AtomicI64::new(i64::MIN);
        Self {
            chance,
            clock,
            latest,
        }
    }

    /// From now on, this goal is planned.
    pub(super) fn begin(&self, goal: &Goal) {
        let latest = self.clock.now() + goal.limits.timeout;
        self.latest.store(latest.as_millis(), Ordering::Relaxed);
    }
}

#[async_trait]
impl LlmProvider for Talker {
    fn model(&self) -> &str {
        "talker"
    }

    async fn complete(&self, request: &CompletionRequest) -> Result<Completion, LlmError> {
        let chance = &self.chance;
        assert!(request.deadline.as_millis() <= self.latest.load(Ordering::Relaxed));
        self.clock.advance(Duration::from_secs(chance.below(5) as u64));
        if chance.once_in(8) {
            return Err(LlmError::Overloaded { retry_after: None });
        }
        let schema = &request.schema.as_ref().unwrap().schema;
        let tasks = schema["properties"]["steps"]["items"]["anyOf"]
            .as_array()
            .unwrap();
        let steps: Vec<Value> = (0..1 + chance.below(3))
            .map(|number| step(chance, number, chance.one_of(tasks)))
            .collect();
        let text = json!({"steps": steps}).to_string();
        let usage = TokenUsage {
            input: chance.below(2_000) as u64,
            output: chance.below(500) as u64,
        };
        Ok(Completion {
            text,
            usage: Some(usage),
        })
    }
}

fn step(chance: &Chance, number: usize, task: &Value) -> Value {
    let name = &task["properties"]["task"]["enum"][0];
    let arguments = &task["properties"]["arguments"];
    let mut given = Map::new();
    for name in arguments["properties"].as_object().unwrap().keys() {
        let is_required = arguments["required"]
            .as_array()
            .is_some_and(|all| all.contains(&json!(name)));
        if is_required || chance.once_in(3) {
            let value = match chance.below(5) {
                0 if number > 0 => json!({"$result": "/s0/text"}),
                1 => json!(3),
                2 => json!({"$context": true}),
                _ => json!("a.csv"),
            };
            given.insert(name.clone(), value);
        }
    }
    let name = if chance.once_in(20) {
        json!("hidden/read_path")
    } else {
        name.clone()
    };
    json!({"id": format!("s{number}"), "task": name, "arguments": given})
}
