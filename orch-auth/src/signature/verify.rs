use base64::{Engine, prelude::BASE64_STANDARD};

use super::Form;
use crate::{AgentKey, document::Document};

/// An Ed25519 signature (RFC 8032, pure) as it came: 64 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signature([u8; 64]);

/// A text is no signature: standard base64 (RFC 4648, section 4) of 64 bytes, with its padding and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a signature is the padded standard base64 of 64 bytes")]
pub struct SignatureError;

impl Signature {
    /// The signature that a header shows. Another alphabet, missing padding, foreign characters and loose bits are refused,
    /// so that a signature has one text alone.
    ///
    /// # Errors
    /// It is none.
    pub fn parse(text: &str) -> Result<Self, SignatureError> {
        let bytes = BASE64_STANDARD.decode(text).map_err(|_| SignatureError)?;
        bytes.try_into().map(Self).map_err(|_| SignatureError)
    }

    /// Its bytes.
    pub const fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }

    /// The text of a header.
    pub fn to_text(&self) -> String {
        BASE64_STANDARD.encode(self.0)
    }
}

impl From<[u8; 64]> for Signature {
    fn from(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }
}

/// In which form the holder of a key signed a document, behind a prefix that is empty for the published clients. `None` if
/// they did not.
pub fn verify(key: &AgentKey, prefix: &[u8], document: &Document<'_>, signature: &Signature) -> Option<Form> {
    let mut tried: Vec<Vec<u8>> = Vec::with_capacity(1);
    for form in Form::ALL {
        let Some(mut bytes) = form.write(document) else {
            continue;
        };
        if !prefix.is_empty() {
            bytes.splice(0..0, prefix.iter().copied());
        }
        // Of most documents all forms are one.
        if tried.contains(&bytes) {
            continue;
        }
        if key.verify(&bytes, signature) {
            return Some(form);
        }
        tried.push(bytes);
    }
    None
}
