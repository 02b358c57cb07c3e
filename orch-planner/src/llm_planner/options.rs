use std::time::Duration;

use crate::synthesis::SynthesisOptions;

/// What bounds a planner that asks a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LlmOptions {
    /// How many tasks the model may choose from.
    pub tasks: usize,
    /// How often it is asked for one goal, at least once: the first time, and with what was wrong.
    pub attempts: u32,
    /// The most tokens of one answer, what the model thinks and does not show included.
    pub max_output_tokens: u32,
    /// How long planning one goal takes at most.
    pub timeout: Duration,
    /// How the model also writes the final answer of a run from its results; `None` where the results are the answer.
    pub synthesis: Option<SynthesisOptions>,
}

impl Default for LlmOptions {
    fn default() -> Self {
        Self {
            tasks: 24,
            attempts: 3,
            max_output_tokens: 4096,
            timeout: Duration::from_secs(60),
            synthesis: Some(SynthesisOptions::default()),
        }
    }
}
