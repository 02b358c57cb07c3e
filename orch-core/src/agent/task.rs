use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Something that an agent does on request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Its name within the agent: `read_table`.
    pub name: String,
    /// What it does, in plain words; planners read this.
    pub description: String,
    /// A JSON Schema (2020-12) that every call's arguments satisfy; its root is an object.
    pub parameters: Value,
    /// A JSON Schema that every answer satisfies.
    pub returns: Value,
    /// Calls with their answers, to learn from.
    #[serde(default)]
    pub examples: Vec<Example>,
    /// Whether doing it twice is as good as doing it once. Only such a task is ever sent again.
    #[serde(default)]
    pub repeatable: bool,
    /// The longest that a call may take, where it differs from the default.
    #[serde(default)]
    pub timeout: Option<Duration>,
}

impl Task {
    /// A task that takes any object and answers with anything, until its schemas say more.
    pub fn new(name: impl Into<String>, description: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            description: description.into(),
            parameters: json!({ "type": "object" }),
            returns: json!({}),
            examples: Vec::new(),
            repeatable: false,
            timeout: None,
        }
    }
}

/// A call and its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Example {
    /// The arguments.
    pub input: Value,
    /// The answer.
    pub output: Value,
}
