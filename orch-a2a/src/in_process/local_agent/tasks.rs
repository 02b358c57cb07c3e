use std::time::Duration;

use orch_core::{Task, agent::Example};
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::LocalAgent;
use crate::in_process::{
    ContextFunction, Mode, TaskFunction, derived,
    function::{Function, erase},
};

/// A task with what does it.
#[derive(Clone)]
pub(super) struct LocalTask {
    pub(super) task: Task,
    pub(super) function: Function,
    pub(super) mode: Mode,
}

/// What concerns its tasks: the next ones, and the one that was added last.
impl LocalAgent {
    /// One more task.
    pub fn also<I, O>(self, task: &str, function: impl TaskFunction<I, O>) -> Self
    where
        I: DeserializeOwned + JsonSchema + Send + 'static,
        O: Serialize + JsonSchema + 'static,
    {
        self.also_with_context(task, move |input, _| function(input))
    }

    /// One more task, whose function wants to know of its call.
    pub fn also_with_context<I, O>(mut self, task: &str, function: impl ContextFunction<I, O>) -> Self
    where
        I: DeserializeOwned + JsonSchema + Send + 'static,
        O: Serialize + JsonSchema + 'static,
    {
        self.tasks.push(LocalTask {
            task: Task {
                name: task.to_owned(),
                description: String::new(),
                parameters: derived::parameters::<I>(),
                returns: derived::returns::<O>(),
                examples: Vec::new(),
                repeatable: false,
                timeout: None,
            },
            function: erase(function),
            mode: Mode::default(),
        });
        self
    }

    /// What the last task does, in plain words; planners read this.
    pub fn task_description(self, description: impl Into<String>) -> Self {
        self.with_last(|last| last.task.description = description.into())
    }

    /// One more call of the last task, with its answer, to learn from.
    pub fn example(self, input: Value, output: Value) -> Self {
        self.with_last(|last| last.task.examples.push(Example { input, output }))
    }

    /// Doing the last task twice is as good as doing it once, so it may be sent again after a crash.
    pub fn repeatable(self) -> Self {
        self.with_last(|last| last.task.repeatable = true)
    }

    /// The longest that a call of the last task may take; [`Agent::DEFAULT_TIMEOUT`](orch_core::Agent::DEFAULT_TIMEOUT) unless it is given.
    pub fn timeout(self, timeout: Duration) -> Self {
        self.with_last(|last| last.task.timeout = Some(timeout))
    }

    /// The last task awaits whatever takes long and never blocks, so it needs no thread of its own.
    pub fn cooperative(self) -> Self {
        self.with_last(|last| last.mode = Mode::Cooperative)
    }

    fn with_last(mut self, change: impl FnOnce(&mut LocalTask)) -> Self {
        if let Some(last) = self.tasks.last_mut() {
            change(last);
        }
        self
    }
}
