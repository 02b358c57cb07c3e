//! The keys of agents: Ed25519, as their PEM shows them.

mod pem;
mod signer;

use std::fmt;

use ed25519_dalek::VerifyingKey;
use orch_core::hex;
use sha2::{Digest, Sha256};

pub use signer::{AgentSigner, SignerError};

use crate::Signature;

/// A public key of an agent. It is decoded once, when it is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct AgentKey(VerifyingKey);

/// A text is no public key of an agent: no `SubjectPublicKeyInfo` of Ed25519 (RFC 8410), no point of the curve, or one of
/// small order, for which signatures can be made up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is no ed25519 public key in PEM")]
pub struct AgentKeyError;

impl AgentKey {
    /// The key of a PEM: with or without its last line feed, with CRLF, or on one line.
    ///
    /// # Errors
    /// It is none.
    pub fn from_pem(text: &str) -> Result<Self, AgentKeyError> {
        let der = pem::decode(text, pem::PUBLIC).ok_or(AgentKeyError)?;
        let bytes = der.strip_prefix(&pem::PUBLIC_PREFIX).ok_or(AgentKeyError)?;
        let bytes = bytes.try_into().map_err(|_| AgentKeyError)?;
        Self::from_bytes(&bytes)
    }

    /// The key of 32 raw bytes.
    ///
    /// # Errors
    /// They are no point of the curve, or one of small order.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, AgentKeyError> {
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| AgentKeyError)?;
        if key.is_weak() {
            Err(AgentKeyError)
        } else {
            Ok(Self(key))
        }
    }

    /// The raw bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// The PEM, as every published client writes it.
    pub fn to_pem(&self) -> String {
        format!("{}\n", pem::encode(pem::PUBLIC, &self.der(), "\n"))
    }

    /// The PEM on one line: a published verifier reads no other.
    pub fn to_line(&self) -> String {
        pem::encode(pem::PUBLIC, &self.der(), "")
    }

    /// The id that is derived from the key: the SHA-256 of its PEM without the last line feed, in hex.
    pub fn derived_id(&self) -> String {
        let pem = pem::encode(pem::PUBLIC, &self.der(), "\n");
        hex::encode(&Sha256::digest(pem.as_bytes()))
    }

    /// Whether its holder signed the message. Strict: the scalar is below the order of the group, and no part is of small
    /// order, so that a signature cannot be turned into another one.
    pub fn verify(&self, message: &[u8], signature: &Signature) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(signature.as_bytes());
        self.0.verify_strict(message, &signature).is_ok()
    }

    fn der(&self) -> Vec<u8> {
        [&pem::PUBLIC_PREFIX[..], self.as_bytes()].concat()
    }
}

impl fmt::Debug for AgentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AgentKey({})", self.derived_id())
    }
}

#[cfg(test)]
mod tests;
