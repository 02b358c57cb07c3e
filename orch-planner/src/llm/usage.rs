use orch_core::Amount;
use serde::{Deserialize, Serialize};

use super::{Completion, CompletionRequest};

/// How many tokens a model took in and gave out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenUsage {
    /// Read by the model.
    pub input: u64,
    /// Written by it, what it thought and did not show included.
    pub output: u64,
}

/// How many bytes of a text are usually one token.
const BYTES_OF_A_TOKEN: u64 = 4;

impl TokenUsage {
    /// Both together.
    pub fn total(self) -> u64 {
        self.input.saturating_add(self.output)
    }

    /// The sums.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            input: self.input.saturating_add(other.input),
            output: self.output.saturating_add(other.output),
        }
    }

    /// About what a completion took whose provider does not say.
    pub fn estimate(request: &CompletionRequest, completion: &Completion) -> Self {
        Self {
            input: request.max_input_tokens().div_ceil(BYTES_OF_A_TOKEN),
            output: (completion.text.len() as u64).div_ceil(BYTES_OF_A_TOKEN),
        }
    }
}

/// What asking a model took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelUse {
    /// Which model.
    pub model: String,
    /// How often it was asked.
    pub calls: u32,
    /// The tokens of all calls.
    pub tokens: TokenUsage,
    /// What was paid for them.
    pub cost: Amount,
}
