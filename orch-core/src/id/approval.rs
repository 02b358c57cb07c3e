use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::Entropy;

/// A human's decision that is waited for: 1 to 128 of `A-Z a-z 0-9 . _ : -`. Cloning is cheap.
///
/// One that is made here is `apr_` and 128 random bits in base64url, so that nobody guesses it; others are named by who
/// asks.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ApprovalId(Arc<str>);

/// A text cannot name an approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an approval is named by 1 to 128 letters, digits, dots, underscores, colons and hyphens")]
pub struct ApprovalIdError;

impl ApprovalId {
    /// The longest id.
    pub const MAX_CHARS: usize = 128;

    /// A new id that nobody can guess.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut random = [0; 16];
        entropy.fill(&mut random);
        Self(format!("apr_{}", base64url(u128::from_be_bytes(random))).into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// 128 bits in base64url without padding (RFC 4648 section 5): 21 digits of 6 bits, and one of the last 2.
fn base64url(bits: u128) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let digit = |place: u32| {
        let sextet = if place < 21 {
            bits >> (122 - 6 * place)
        } else {
            bits << 4
        };
        char::from(DIGITS[usize::try_from(sextet & 63).unwrap_or(0)])
    };
    (0..22).map(digit).collect()
}

impl TryFrom<String> for ApprovalId {
    type Error = ApprovalIdError;

    fn try_from(text: String) -> Result<Self, ApprovalIdError> {
        text.parse()
    }
}

impl FromStr for ApprovalId {
    type Err = ApprovalIdError;

    fn from_str(text: &str) -> Result<Self, ApprovalIdError> {
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"._:-".contains(&b);
        let fits = (1..=Self::MAX_CHARS).contains(&text.len()) && text.bytes().all(is_plain);
        fits.then(|| Self(text.into())).ok_or(ApprovalIdError)
    }
}

impl From<ApprovalId> for String {
    fn from(id: ApprovalId) -> Self {
        id.0.as_ref().to_owned()
    }
}

impl fmt::Display for ApprovalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ApprovalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SeededEntropy;

    #[test]
    fn bits_read_as_the_standard_says() {
        assert_eq!(base64url(0), "AAAAAAAAAAAAAAAAAAAAAA");
        assert_eq!(base64url(u128::MAX), "_____________________w");
        let counted: [u8; 16] = std::array::from_fn(|place| u8::try_from(place).unwrap());
        assert_eq!(base64url(u128::from_be_bytes(counted)), "AAECAwQFBgcICQoLDA0ODw");
    }

    #[test]
    fn an_id_is_made_or_chosen() {
        let entropy = SeededEntropy::default();
        let (one, other) = (ApprovalId::generate(&entropy), ApprovalId::generate(&entropy));
        assert_ne!(one, other);
        assert_eq!(one.as_str().len(), 26);
        for text in [one.as_str(), "apr_custom_id", "a.b:c-d_E9", &"x".repeat(128)] {
            assert_eq!(text.parse::<ApprovalId>().unwrap().as_str(), text);
        }
        for text in ["", "two words", "a/b", "ünïcode", "a%20b", &"x".repeat(129)] {
            assert_eq!(text.parse::<ApprovalId>(), Err(ApprovalIdError), "{text:?}");
        }
    }
}
