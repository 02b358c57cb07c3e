//! Who asks, and how they proved it.

use crate::{AccountId, id::ApiKeyId};

/// The authenticated party behind a call. Every service method that touches someone's things takes one first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    account: AccountId,
    proof: Proof,
}

/// How a caller proved who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Proof {
    /// The host's own code vouches for the account.
    Host,
    /// They hold this API key of the account.
    ApiKey(ApiKeyId),
    /// They signed the request with a key of the account.
    Signature,
}

impl Caller {
    /// The host's own code, acting for an account.
    pub fn host(account: AccountId) -> Self {
        Self::proven(account, Proof::Host)
    }

    /// Someone who has proved that they act for an account. Whoever calls this vouches for the proof.
    pub fn proven(account: AccountId, proof: Proof) -> Self {
        Self { account, proof }
    }

    /// The account that owns what is made and pays for what is used.
    pub fn account(&self) -> &AccountId {
        &self.account
    }

    /// How they proved it.
    pub fn proof(&self) -> Proof {
        self.proof
    }

    /// Whether something of `owner` is theirs.
    pub fn owns(&self, owner: &AccountId) -> bool {
        self.account == *owner
    }
}
