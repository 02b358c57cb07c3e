//! Tasks with nothing around them: read from a file in whichever dialect it is written, and planned over without a
//! catalog.

mod dialect;
mod file;
mod ordered;
mod schema;

use orch_core::{Task, Timestamp};
use serde::Serialize;
use serde_json::{Map, Value};

use super::reading::Library;
use crate::planner::PlanError;

/// Tasks that calls can be planned over, each with what it is known by.
///
/// ```
/// use orch_planner::catalog_planner::Toolbox;
///
/// let toolbox = Toolbox::read(r#"{"name": "get_weather", "description": "Tells the weather in a city",
///     "parameters": {"properties": {"city": {"type": "string"}}, "required": ["city"]}}"#)?;
/// let calls = toolbox.calls("What is the weather in Lisbon?")?;
/// assert_eq!((calls[0].task.as_str(), &calls[0].arguments["city"]), ("get_weather", &"Lisbon".into()));
/// assert!(toolbox.calls("Sell my bicycle").is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Toolbox {
    library: Library,
    today: Option<Timestamp>,
}

/// A task as a toolbox holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct Tool {
    /// The task.
    pub task: Task,
    /// Further words that it is known by.
    pub tags: Vec<String>,
}

/// A call that a goal comes to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Call {
    /// The task's name.
    pub task: String,
    /// Its arguments; none of them comes from anywhere but the goal.
    pub arguments: Map<String, Value>,
}

/// A text does not describe tasks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ToolboxError {
    /// It is no JSON.
    #[error("it is not JSON: {reason}")]
    Json {
        /// What is wrong, and where.
        reason: String,
    },
    /// It is JSON of another form.
    #[error("{place}: {reason}")]
    Form {
        /// Which part of it.
        place: String,
        /// What is wrong with it.
        reason: String,
    },
}

impl Toolbox {
    /// A toolbox of these tasks; the schemas of their parameters are taken as they are.
    pub fn new(tools: Vec<Tool>) -> Self {
        Self {
            library: Library::new(tools),
            today: None,
        }
    }

    /// Reads a toolbox: a JSON array of tasks, an object that holds one as `tasks`, `functions` or `tools`, JSON Lines,
    /// or a single task. A task is written as here (`parameters`), or as function-calling APIs and MCP servers write
    /// theirs (`function`, `input_schema`, `inputSchema`); types of programming languages in its schema are read as
    /// those of JSON Schema.
    pub fn read(text: &str) -> Result<Self, ToolboxError> {
        file::tools(text).map(Self::new)
    }

    /// The same toolbox for goals that are told at a time, so that "tomorrow" is a date.
    #[must_use]
    pub fn at(mut self, now: Timestamp) -> Self {
        self.today = Some(now);
        self
    }

    /// The calls that a goal in plain words comes to, in its order; never none.
    pub fn calls(&self, goal: &str) -> Result<Vec<Call>, PlanError> {
        self.library.calls(goal, self.today)
    }

    /// The tasks in it.
    pub fn tools(&self) -> impl ExactSizeIterator<Item = &Tool> {
        self.library.tools()
    }
}
