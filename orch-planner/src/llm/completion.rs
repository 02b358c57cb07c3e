use orch_core::Timestamp;
use serde_json::Value;

use super::TokenUsage;

/// A conversation that a model shall go on with.
#[derive(Clone, Debug, PartialEq)]
pub struct CompletionRequest {
    /// What the model shall be and keep to; weighs more than any message.
    pub system: String,
    /// What was said so far, in turns; the last is a user's.
    pub messages: Vec<Message>,
    /// What the answer shall look like; plain text where there is none.
    pub schema: Option<AnswerSchema>,
    /// The most tokens to answer with.
    pub max_output_tokens: u32,
    /// When to give up.
    pub deadline: Timestamp,
}

/// A turn of a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Whose turn it was.
    pub role: Role,
    /// What was said.
    pub text: String,
}

/// Whose turn it is in a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Whoever asks.
    User,
    /// The model.
    Assistant,
}

/// What an answer shall look like. A wish: not every model keeps to it.
#[derive(Clone, Debug, PartialEq)]
pub struct AnswerSchema {
    /// A name for it: letters, digits and `_`.
    pub name: String,
    /// A JSON Schema whose root is an object.
    pub schema: Value,
}

/// A model's whole answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What it says; JSON where a schema was asked for.
    pub text: String,
    /// How many tokens it took; `None` where the provider does not say.
    pub usage: Option<TokenUsage>,
}

impl Message {
    /// A turn of whoever asks.
    pub fn user(text: impl Into<String>) -> Self {
        Self {
            role: Role::User,
            text: text.into(),
        }
    }

    /// A turn of the model.
    pub fn assistant(text: impl Into<String>) -> Self {
        Self {
            role: Role::Assistant,
            text: text.into(),
        }
    }
}

/// What a provider may add to a conversation by itself: the template of a turn, and the frame of a schema.
const TOKENS_OF_A_TURN: u64 = 64;
const TOKENS_OF_A_FRAME: u64 = 1_000;

impl CompletionRequest {
    /// More tokens than its input can take: no tokenizer makes more of a text than it has bytes.
    pub fn max_input_tokens(&self) -> u64 {
        let texts = self.messages.iter().map(|message| message.text.len());
        let schema = self
            .schema
            .as_ref()
            .map_or(0, |schema| schema.schema.to_string().len());
        let bytes = texts.sum::<usize>() + self.system.len() + schema;
        let turns = self.messages.len() as u64 + 1;
        bytes as u64 + turns * TOKENS_OF_A_TURN + TOKENS_OF_A_FRAME
    }
}

impl Completion {
    /// The JSON of an answer that was asked for with a schema. A model that does not keep to it may put words or a fence
    /// around the object: they are ignored.
    ///
    /// ```
    /// use orch_planner::llm::Completion;
    ///
    /// let text = "Here it is:\n```json\n{\"steps\": []}\n```".to_owned();
    /// let completion = Completion { text, usage: None };
    /// assert_eq!(completion.json(), Some(serde_json::json!({"steps": []})));
    /// ```
    pub fn json(&self) -> Option<Value> {
        let whole = serde_json::from_str(self.text.trim());
        whole.ok().or_else(|| {
            let (start, end) = (self.text.find('{')?, self.text.rfind('}')?);
            serde_json::from_str(self.text.get(start..=end)?).ok()
        })
    }
}
