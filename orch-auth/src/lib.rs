#![doc = include_str!("../README.md")]

pub mod api_key;
mod api_keys;
mod error;
pub mod store;

pub use api_key::{ApiKey, KeyDigest, KeyForm, KeyFormError, KeyToken};
pub use api_keys::{ApiKeys, KeyDraft, MintedKey};
pub use error::AuthError;
pub use store::{ApiKeyStore, InMemoryApiKeys};
