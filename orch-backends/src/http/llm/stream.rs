//! An answer that comes in pieces.

use orch_planner::llm::{Completion, LlmError, TokenUsage};
use serde_json::Value;

use crate::http::sse::Event;

/// The most bytes of an answer's text.
const MAX_TEXT_BYTES: usize = 1024 * 1024;

/// Reads one answer.
pub(super) trait Reader: Send {
    /// Takes the next event of a stream.
    fn take(&mut self, event: &Event) -> Result<(), LlmError>;

    /// Takes an answer that came in one piece, although a stream was asked for.
    fn whole(&mut self, answer: &Value) -> Result<(), LlmError>;

    /// Whether nothing more is to be read.
    fn is_over(&self) -> bool;

    /// The answer, or why there is none.
    fn finish(self: Box<Self>) -> Result<Completion, LlmError>;
}

/// How an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Finish {
    /// It was all said.
    Stop,
    /// It was cut off.
    Length,
    /// The model or a filter declined.
    Refusal,
    /// There was no room for it after the prompt.
    ContextFull,
}

/// What has come of an answer.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) text: String,
    /// What it gives to the tool that takes the answer, which is the answer where there is any.
    pub(super) input: String,
    pub(super) refusal: String,
    pub(super) usage: Option<TokenUsage>,
    pub(super) finish: Option<Finish>,
}

impl Gathered {
    /// Adds a piece of text.
    pub(super) fn say(&mut self, piece: &str) -> Result<(), LlmError> {
        self.text.push_str(piece);
        self.check_size()
    }

    /// Adds a piece of what is given to the tool.
    pub(super) fn give(&mut self, piece: &str) -> Result<(), LlmError> {
        self.input.push_str(piece);
        self.check_size()
    }

    fn check_size(&self) -> Result<(), LlmError> {
        if self.text.len() + self.input.len() > MAX_TEXT_BYTES {
            return Err(self.unreadable(&format!("it has more than {MAX_TEXT_BYTES} bytes")));
        }
        Ok(())
    }

    /// Adds a piece of why there is no answer, as far as it is kept.
    pub(super) fn decline(&mut self, piece: &str) {
        let room = 300_usize.saturating_sub(self.refusal.chars().count());
        self.refusal.extend(piece.chars().take(room));
    }

    pub(super) fn unreadable(&self, reason: &str) -> LlmError {
        LlmError::Unreadable {
            reason: reason.to_owned(),
            usage: self.usage,
        }
    }

    /// The answer, or why there is none.
    pub(super) fn finish(self) -> Result<Completion, LlmError> {
        let usage = self.usage;
        if !self.refusal.is_empty() {
            let reason = self.refusal;
            return Err(LlmError::Refused { reason, usage });
        }
        match self.finish {
            Some(Finish::Stop) => Ok(Completion {
                text: if self.input.is_empty() {
                    self.text
                } else {
                    self.input
                },
                usage,
            }),
            Some(Finish::Length) => Err(LlmError::Truncated { usage }),
            Some(Finish::ContextFull) => Err(LlmError::ContextTooLong),
            Some(Finish::Refusal) => Err(LlmError::Refused {
                reason: "it gives no reason".to_owned(),
                usage,
            }),
            None => Err(self.unreadable("it broke off")),
        }
    }
}

/// The JSON of an event's data.
pub(super) fn parse(event: &Event, gathered: &Gathered) -> Result<Value, LlmError> {
    serde_json::from_str(&event.data).map_err(|_| gathered.unreadable("an event of it is no JSON"))
}

/// A count of tokens.
pub(super) fn count(usage: &Value, name: &str) -> Option<u64> {
    usage.get(name).and_then(Value::as_u64)
}
