//! The ports: what keeps API keys, parties and nonces.

#[cfg(any(test, feature = "testing"))]
pub mod conformance;
mod in_memory;

use std::fmt;

use async_trait::async_trait;
use orch_core::{AccountId, ApiKeyId, Page, PageRequest, StoreError, Timestamp};

pub use in_memory::{InMemoryApiKeys, InMemoryParties};

use crate::{ApiKey, KeyDigest, Party, PartyId};
/// Keeps API keys. Each method is one atomic unit of work, and what it acknowledged every later read sees.
#[async_trait]
pub trait ApiKeyStore: fmt::Debug + Send + Sync + 'static {
    /// Adds a key; `false`, and nothing is written, if its id or its digest is taken.
    async fn insert(&self, key: &ApiKey) -> Result<bool, StoreError>;

    /// Reads a key, whatever became of it.
    async fn find(&self, id: ApiKeyId) -> Result<Option<ApiKey>, StoreError>;

    /// Reads the key of a digest, whatever became of it.
    async fn find_by_digest(&self, digest: &KeyDigest) -> Result<Option<ApiKey>, StoreError>;

    /// The keys of an account, the newest first.
    async fn list(&self, account: &AccountId, page: PageRequest) -> Result<Page<ApiKey>, StoreError>;

    /// Takes a key back; `false`, and nothing changes, if it is not there or was taken back before.
    async fn revoke(&self, id: ApiKeyId, at: Timestamp) -> Result<bool, StoreError>;

    /// Puts a key in the place of another. `false`, and nothing is written, if the other is not there, was taken back
    /// or replaced before, or has expired when the successor is made; or if the successor's id or digest is taken.
    async fn replace(&self, replacement: &Replacement) -> Result<bool, StoreError>;

    /// Writes down when a key was last used, if that is later than what is known; nothing for a key that is not there.
    async fn touch(&self, id: ApiKeyId, at: Timestamp) -> Result<(), StoreError>;
}

/// A key in the place of another, as one unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// The key that goes.
    pub replaced: ApiKeyId,
    /// When it ends, unless it ends sooner anyway.
    pub until: Timestamp,
    /// The key that comes.
    pub successor: ApiKey,
}

/// Keeps the agents that sign, and what they have used up. Each method is one atomic unit of work, and what it
/// acknowledged every later read sees.
#[async_trait]
pub trait PartyStore: fmt::Debug + Send + Sync + 'static {
    /// Adds a party; `false`, and nothing is written, if its id is taken.
    async fn insert(&self, party: &Party) -> Result<bool, StoreError>;

    /// Puts a party in the place of what is known of it. `false`, and nothing is written, unless what is known has the
    /// revision before this one's.
    async fn update(&self, party: &Party) -> Result<bool, StoreError>;

    /// Reads a party, whatever became of it.
    async fn find(&self, id: &PartyId) -> Result<Option<Party>, StoreError>;

    /// At most so many of the active parties that are listed, by their ids in the order of bytes, from the first one behind
    /// `after`.
    async fn list(&self, after: Option<&PartyId>, limit: u32) -> Result<Vec<Party>, StoreError>;

    /// Uses a nonce of a party up, which is forgotten after `until`. `false`, and nothing is written, if it is used up
    /// already; [`None`] if so many of the party are known that are not to be forgotten at `now` that another would be one
    /// too many. Of those who use one at the same moment one succeeds.
    async fn use_nonce(&self, nonce: &Nonce, now: Timestamp, most: u32) -> Result<Option<bool>, StoreError>;

    /// Forgets at most so many nonces whose time is over; how many.
    async fn forget_nonces(&self, now: Timestamp, limit: u32) -> Result<u64, StoreError>;
}

/// What a party says once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nonce {
    /// Who says it.
    pub party: PartyId,
    /// What: 1 to 128 visible ASCII characters.
    pub text: String,
    /// Until when it is remembered.
    pub until: Timestamp,
}
