//! What the model's answer shall look like: a schema in which no task can be named that is not on the shortlist.

use serde_json::{Map, Value, json};

use super::shortlist::{Candidate, Shortlist};
use crate::llm::AnswerSchema;

/// The most steps of a model's plan.
pub(super) const MAX_STEPS: usize = 64;

/// The schema of an answer over these tasks.
///
/// Of a task's own schema only the names of its parameters are taken, as not every engine takes every schema; the values
/// are checked when the plan is validated.
pub(super) fn answer_schema(shortlist: &Shortlist) -> AnswerSchema {
    let steps: Vec<Value> = shortlist.iter().map(step).collect();
    let refusal = json!({
        "type": "object",
        "properties": {
            "reason": {"type": "string", "enum": ["nothing_fits", "missing_argument"]},
            "wish": {"type": "string"},
            "task": {"type": "string"},
            "argument": {"type": "string"},
        },
        "required": ["reason"],
        "additionalProperties": false,
    });
    AnswerSchema {
        name: "plan".to_owned(),
        schema: json!({
            "type": "object",
            "properties": {
                "steps": {"type": "array", "maxItems": MAX_STEPS, "items": {"anyOf": steps}},
                "refusal": refusal,
            },
            "required": ["steps"],
            "additionalProperties": false,
        }),
    }
}

fn step(candidate: &Candidate) -> Value {
    let parameters = &candidate.task().parameters;
    let names = parameters.get("properties").and_then(Value::as_object);
    let properties: Map<String, Value> = names
        .into_iter()
        .flatten()
        .map(|(name, _)| (name.clone(), json!({})))
        .collect();
    let is_open = properties.is_empty() || parameters.get("additionalProperties") == Some(&Value::Bool(true));
    let mut arguments = json!({
        "type": "object",
        "properties": properties,
        "additionalProperties": is_open,
    });
    let known = |name: &&Value| name.as_str().is_some_and(|name| properties.contains_key(name));
    if let Some(required) = parameters.get("required").and_then(Value::as_array) {
        arguments["required"] = required.iter().filter(known).cloned().collect();
    }
    json!({
        "type": "object",
        "properties": {
            "id": {"type": "string"},
            "task": {"type": "string", "enum": [candidate.name()]},
            "arguments": arguments,
            "after": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["id", "task", "arguments"],
        "additionalProperties": false,
    })
}
