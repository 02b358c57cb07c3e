use std::{collections::HashMap, sync::Arc};

use async_trait::async_trait;
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};

use super::{SealError, Sealer};
use crate::{Entropy, Secret};

/// Seals with keys of the host: XChaCha20-Poly1305, a fresh nonce each time.
///
/// To rotate, make a sealer of the new key and add the old ones: it seals with the new one and opens what any sealed.
///
/// ```
/// # use std::sync::Arc;
/// # use orch_core::{OsEntropy, Secret, secret::{KeySealer, Sealer}};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), orch_core::secret::SealError> {
/// let sealer = KeySealer::new(1, Secret::new([7; 32]), Arc::new(OsEntropy));
/// let sealed = sealer.seal("llm_keys/demo", b"sk-123").await?;
/// assert_eq!(sealer.open("llm_keys/demo", &sealed).await?.expose(), b"sk-123");
/// assert!(sealer.open("llm_keys/other", &sealed).await.is_err());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct KeySealer {
    current: u32,
    keys: HashMap<u32, Secret<[u8; 32]>>,
    entropy: Arc<dyn Entropy>,
}

/// What sealed bytes begin with: the form, so that another one can follow.
const FORM: u8 = 1;
const NONCE: usize = 24;
/// The form and the key's id, which are not secret, but cannot be altered either.
const HEADER: usize = 1 + size_of::<u32>();

impl KeySealer {
    /// A sealer whose current key, of 32 random bytes, bears an id of its own.
    pub fn new(id: u32, key: Secret<[u8; 32]>, entropy: Arc<dyn Entropy>) -> Self {
        Self {
            current: id,
            keys: HashMap::from([(id, key)]),
            entropy,
        }
    }

    /// The same, which also opens what an earlier key sealed. The current key is never replaced.
    #[must_use]
    pub fn with_earlier(mut self, id: u32, key: Secret<[u8; 32]>) -> Self {
        self.keys.entry(id).or_insert(key);
        self
    }

    fn cipher(&self, id: u32) -> Result<XChaCha20Poly1305, SealError> {
        let key = self.keys.get(&id).ok_or(SealError::UnknownKey(id))?;
        Ok(XChaCha20Poly1305::new(key.expose().into()))
    }
}

/// What is sealed along, so that it cannot be altered.
fn bound(header: &[u8], context: &str) -> Vec<u8> {
    [header, context.as_bytes()].concat()
}

#[async_trait]
impl Sealer for KeySealer {
    async fn seal(&self, context: &str, secret: &[u8]) -> Result<Vec<u8>, SealError> {
        let mut nonce = [0; NONCE];
        self.entropy.fill(&mut nonce);
        let mut sealed = vec![FORM];
        sealed.extend(self.current.to_be_bytes());
        let payload = Payload {
            msg: secret,
            aad: &bound(&sealed, context),
        };
        let text = self.cipher(self.current)?.encrypt(&XNonce::from(nonce), payload);
        sealed.extend(nonce);
        sealed.extend(text.map_err(|_| SealError::Refused)?);
        Ok(sealed)
    }

    async fn open(&self, context: &str, sealed: &[u8]) -> Result<Secret<Vec<u8>>, SealError> {
        let (header, rest) = sealed.split_at_checked(HEADER).ok_or(SealError::Malformed)?;
        let (nonce, text) = rest.split_first_chunk::<NONCE>().ok_or(SealError::Malformed)?;
        let [FORM, id @ ..] = header else {
            return Err(SealError::Malformed);
        };
        let id = u32::from_be_bytes(id.try_into().map_err(|_| SealError::Malformed)?);
        let payload = Payload {
            msg: text,
            aad: &bound(header, context),
        };
        let secret = self.cipher(id)?.decrypt(&XNonce::from(*nonce), payload);
        secret.map(Secret::new).map_err(|_| SealError::Altered)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SeededEntropy;

    fn sealer(id: u32) -> KeySealer {
        let key = [u8::try_from(id).unwrap(); 32];
        KeySealer::new(id, Secret::new(key), Arc::new(SeededEntropy::default()))
    }

    #[tokio::test]
    async fn what_is_sealed_opens_in_its_place_only() {
        let sealer = sealer(1);
        for secret in [&b""[..], b"sk-123", &[0; 10_000]] {
            let sealed = sealer.seal("keys/a", secret).await.unwrap();
            assert_eq!(sealer.open("keys/a", &sealed).await.unwrap().expose(), secret);
            for elsewhere in ["keys/b", "keys/", "", "keys/aa"] {
                assert_eq!(sealer.open(elsewhere, &sealed).await, Err(SealError::Altered));
            }
        }
    }

    #[tokio::test]
    async fn the_same_is_never_sealed_alike_nor_readable() {
        let sealer = sealer(1);
        let one = sealer.seal("keys/a", b"a long secret").await.unwrap();
        assert_ne!(one, sealer.seal("keys/a", b"a long secret").await.unwrap());
        assert!(!one.windows(6).any(|bytes| bytes == b"secret"));
    }

    #[tokio::test]
    async fn whatever_byte_is_altered_it_does_not_open() {
        let sealer = sealer(1).with_earlier(0, Secret::new([9; 32]));
        let sealed = sealer.seal("keys/a", b"sk-123").await.unwrap();
        for place in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[place] ^= 1;
            assert!(sealer.open("keys/a", &altered).await.is_err(), "byte {place}");
            assert!(
                sealer.open("keys/a", &sealed[..place]).await.is_err(),
                "cut at {place}"
            );
        }
        assert_eq!(sealer.open("keys/a", b"").await, Err(SealError::Malformed));
        assert_eq!(sealer.open("keys/a", b"sk-123").await, Err(SealError::Malformed));
    }

    #[tokio::test]
    async fn keys_are_rotated() {
        let (old, key) = (sealer(1), Secret::new([1; 32]));
        let sealed = old.seal("keys/a", b"sk-123").await.unwrap();
        let new = sealer(2);
        assert_eq!(new.open("keys/a", &sealed).await, Err(SealError::UnknownKey(1)));
        let new = new.with_earlier(1, key);
        assert_eq!(new.open("keys/a", &sealed).await.unwrap().expose(), b"sk-123");
        let resealed = new.seal("keys/a", b"sk-123").await.unwrap();
        assert_eq!(old.open("keys/a", &resealed).await, Err(SealError::UnknownKey(2)));
    }

    #[test]
    fn keys_are_not_printed() {
        assert!(!format!("{:?}", sealer(77)).contains("77, 77"));
    }
}
