//! The two documents in PEM (RFC 7468) that agents know: their forms are fixed, so nothing else is read.

use base64::{Engine, prelude::BASE64_STANDARD};

/// The label of a public key.
pub(super) const PUBLIC: &str = "PUBLIC KEY";
/// The label of a private key.
pub(super) const PRIVATE: &str = "PRIVATE KEY";

/// What stands before the 32 bytes of an Ed25519 key in a `SubjectPublicKeyInfo` (RFC 8410).
pub(super) const PUBLIC_PREFIX: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];
/// What stands before the 32 bytes of an Ed25519 seed in a PKCS#8 `PrivateKeyInfo` (RFC 8410).
pub(super) const PRIVATE_PREFIX: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// Longer than any document of a key.
const MAX_BYTES: usize = 1000;

/// The bytes of the one document that a text is; `None` if it is none.
pub(super) fn decode(text: &str, label: &str) -> Option<Vec<u8>> {
    let text = Some(text.trim()).filter(|text| text.len() <= MAX_BYTES)?;
    let (begin, end) = (
        format!("-----BEGIN {label}-----"),
        format!("-----END {label}-----"),
    );
    let body = text.strip_prefix(&begin)?.strip_suffix(&end)?;
    let body: String = body.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    BASE64_STANDARD.decode(body).ok()
}

/// A document, with this between its lines and nothing behind the last. What a key takes fits a line.
pub(super) fn encode(label: &str, der: &[u8], between: &str) -> String {
    let body = BASE64_STANDARD.encode(der);
    format!("-----BEGIN {label}-----{between}{body}{between}-----END {label}-----")
}
