#![doc = include_str!("../README.md")]

pub mod agent_key;
mod agent_keys;
pub mod api_key;
mod api_keys;
pub mod document;
mod error;
pub mod party;
pub mod signature;
pub mod store;

pub use agent_key::{AgentKey, AgentKeyError, AgentSigner, SignerError};
pub use agent_keys::{
    AgentKeyOptions, AgentKeys, DirectoryAway, Once, PartySource, Registration, Signer, Vouched,
};
pub use api_key::{ApiKey, KeyDigest, KeyForm, KeyFormError, KeyToken};
pub use api_keys::{ApiKeys, KeyDraft, MintedKey};
pub use document::Document;
pub use error::AuthError;
pub use party::{Party, PartyId, PartyIdError, PartyKey};
pub use signature::{Form, Signature, SignatureError};
pub use store::{ApiKeyStore, InMemoryApiKeys, InMemoryParties, PartyStore};
