use std::fmt;

use ed25519_dalek::{Signer, SigningKey};
use orch_core::Entropy;
use zeroize::Zeroizing;

use super::{AgentKey, pem};
use crate::Signature;

/// A private key of an agent, which is never printed.
#[derive(Clone)]
pub struct AgentSigner(SigningKey);

/// A text is no private key of an agent: no PKCS#8 of Ed25519 (RFC 8410). Nothing of it is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is no ed25519 private key in PEM")]
pub struct SignerError;

impl AgentSigner {
    /// A new key.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut seed = Zeroizing::new([0; 32]);
        entropy.fill(&mut *seed);
        Self::from_seed(&seed)
    }

    /// The key of a seed (RFC 8032).
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The key of a PKCS#8 PEM.
    ///
    /// # Errors
    /// It is none.
    pub fn from_pem(text: &str) -> Result<Self, SignerError> {
        let der = pem::decode(text, pem::PRIVATE)
            .map(Zeroizing::new)
            .ok_or(SignerError)?;
        let seed = der.strip_prefix(&pem::PRIVATE_PREFIX[..]).ok_or(SignerError)?;
        let seed = seed.try_into().map_err(|_| SignerError)?;
        Ok(Self::from_seed(seed))
    }

    /// The PKCS#8 PEM: a secret.
    pub fn to_pem(&self) -> Zeroizing<String> {
        let der = Zeroizing::new([&pem::PRIVATE_PREFIX[..], self.0.as_bytes()].concat());
        Zeroizing::new(format!("{}\n", pem::encode(pem::PRIVATE, &der, "\n")))
    }

    /// The public key.
    pub fn key(&self) -> AgentKey {
        AgentKey(self.0.verifying_key())
    }

    /// Signs a message. The same message has the same signature.
    pub fn sign(&self, message: &[u8]) -> Signature {
        self.0.sign(message).to_bytes().into()
    }
}

impl fmt::Debug for AgentSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AgentSigner").field(&self.key()).finish()
    }
}
