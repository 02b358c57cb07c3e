use orch_core::Agent;
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};

use super::{ContextFunction, LocalAgent, TaskFunction};

/// Makes agents out of functions. Implemented for [`Agent`], so that one reads `Agent::function`.
///
/// ```
/// use orch_a2a::{Agent, AgentFunction, schemars};
///
/// #[derive(serde::Deserialize, schemars::JsonSchema)]
/// struct Input { text: String }
///
/// #[derive(serde::Serialize, schemars::JsonSchema)]
/// struct Output { words: usize }
///
/// let agent = Agent::function::<Input, Output>("statistics", "count_words", |input| async move {
///     Ok::<_, String>(Output { words: input.text.split_whitespace().count() })
/// });
/// ```
pub trait AgentFunction {
    /// An agent called `slug` that does one task. Its arguments are the members of `I`, its answer is `O`.
    fn function<I, O>(slug: &str, task: &str, function: impl TaskFunction<I, O>) -> LocalAgent
    where
        I: DeserializeOwned + JsonSchema + Send + 'static,
        O: Serialize + JsonSchema + 'static;

    /// An agent called `slug` that does one task, for which it wants to know of its call.
    fn function_with_context<I, O>(
        slug: &str,
        task: &str,
        function: impl ContextFunction<I, O>,
    ) -> LocalAgent
    where
        I: DeserializeOwned + JsonSchema + Send + 'static,
        O: Serialize + JsonSchema + 'static;
}

impl AgentFunction for Agent {
    fn function<I, O>(slug: &str, task: &str, function: impl TaskFunction<I, O>) -> LocalAgent
    where
        I: DeserializeOwned + JsonSchema + Send + 'static,
        O: Serialize + JsonSchema + 'static,
    {
        LocalAgent::new(slug).also(task, function)
    }

    fn function_with_context<I, O>(slug: &str, task: &str, function: impl ContextFunction<I, O>) -> LocalAgent
    where
        I: DeserializeOwned + JsonSchema + Send + 'static,
        O: Serialize + JsonSchema + 'static,
    {
        LocalAgent::new(slug).also_with_context(task, function)
    }
}
