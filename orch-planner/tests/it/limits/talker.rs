use async_trait::async_trait;
use orch_planner::llm::{Completion, CompletionRequest, LlmError, LlmProvider, TokenUsage};
use serde_json::{Map, Value, json};

use super::chance::Chance;

/// A model that says anything: often a plan, sometimes a good one.
#[derive(Debug)]
pub(super) struct Talker(pub(super) Chance);

#[async_trait]
impl LlmProvider for Talker {
    fn model(&self) -> &str {
        "talker"
    }

    async fn complete(&self, request: &CompletionRequest) -> Result<Completion, LlmError> {
        let chance = &self.0;
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
