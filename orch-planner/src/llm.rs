//! The port to a language model, what is said over it, and what that costs.

mod bill;
mod completion;
mod error;
mod metered;
mod price;
mod usage;

use std::fmt;

use async_trait::async_trait;

pub(crate) use bill::Bill;
pub use completion::{AnswerSchema, Completion, CompletionRequest, Message, Role};
pub use error::LlmError;
pub use metered::{MeteredModel, ModelError};
pub use price::TokenPrice;
pub use usage::{ModelUse, TokenUsage};

/// Completes conversations with one language model.
///
/// What it answers is never trusted: planners check it like a plan from a file.
#[async_trait]
pub trait LlmProvider: fmt::Debug + Send + Sync + 'static {
    /// The model, as its provider calls it.
    fn model(&self) -> &str;

    /// The model's whole answer to the conversation.
    ///
    /// A provider gives up at the request's deadline; until then it may ask again where the model was only busy. Asking
    /// twice is harmless, but each time may cost. An answer that was cut short or refused is an error, which says what
    /// it took.
    async fn complete(&self, request: &CompletionRequest) -> Result<Completion, LlmError>;
}
