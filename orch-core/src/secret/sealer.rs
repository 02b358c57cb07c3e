#[cfg(feature = "sealer")]
mod keys;

#[cfg(feature = "sealer")]
pub use keys::KeySealer;

use std::fmt;

use async_trait::async_trait;

use super::Secret;

/// Keeps secrets that rest in a database from whoever reads the database.
///
/// What is sealed for one place does not open in another: the `context` names the place, such as `llm_keys/demo`.
#[async_trait]
pub trait Sealer: fmt::Debug + Send + Sync + 'static {
    /// Makes a secret unreadable. Sealing the same twice yields different bytes.
    async fn seal(&self, context: &str, secret: &[u8]) -> Result<Vec<u8>, SealError>;

    /// The secret that was sealed for the same context.
    async fn open(&self, context: &str, sealed: &[u8]) -> Result<Secret<Vec<u8>>, SealError>;
}

/// Why something cannot be sealed or opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// The bytes were never sealed, or not whole.
    #[error("this is no sealed secret")]
    Malformed,
    /// The key that sealed it is not at hand any more.
    #[error("sealing key {0} is unknown")]
    UnknownKey(u32),
    /// The bytes were altered, moved here from another place, or sealed by another key of the same id.
    #[error("the sealed secret was altered or belongs elsewhere")]
    Altered,
    /// The secret is too large, or the sealer outside cannot be reached.
    #[error("the secret cannot be sealed")]
    Refused,
}
