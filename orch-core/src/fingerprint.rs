//! Whether two requests say the same: the key of idempotent operations is kept with what it was used for.

use std::{fmt, str::FromStr};

use hmac_sha256::Hash;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::hex;

/// The SHA-256 of a content in a canonical form, as 64 hex digits. Contents that mean the same JSON have the same one.
///
/// ```
/// # use orch_core::Fingerprint;
/// # use serde_json::json;
/// let one = Fingerprint::of_value(&json!({ "task": "read", "rows": [1, 2] }));
/// let same = Fingerprint::of_value(&json!({ "rows": [1, 2], "task": "read" }));
/// assert_eq!(one, same);
/// assert_ne!(one, Fingerprint::of_value(&json!({ "task": "read", "rows": [2, 1] })));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fingerprint([u8; 32]);

/// A text is no fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a fingerprint is 64 lower-case hex digits")]
pub struct FingerprintError;

impl Fingerprint {
    /// The fingerprint of a content's JSON; fails where the content has none, such as a map whose keys are no texts.
    pub fn of(content: &(impl Serialize + ?Sized)) -> Result<Self, serde_json::Error> {
        Ok(Self::of_value(&serde_json::to_value(content)?))
    }

    /// The fingerprint of a JSON value.
    pub fn of_value(content: &Value) -> Self {
        let mut hasher = Hash::new();
        feed(&mut hasher, content);
        Self(hasher.finalize())
    }
}

/// Feeds the canonical form: JSON text without blanks whose members are sorted, whatever order the map keeps.
fn feed(hasher: &mut Hash, value: &Value) {
    match value {
        Value::Array(items) => {
            hasher.update("[");
            for (place, item) in items.iter().enumerate() {
                hasher.update(if place == 0 { "" } else { "," });
                feed(hasher, item);
            }
            hasher.update("]");
        }
        Value::Object(members) => {
            let mut members: Vec<(&String, &Value)> = members.iter().collect();
            members.sort_by_key(|(name, _)| *name);
            hasher.update("{");
            for (place, (name, member)) in members.into_iter().enumerate() {
                hasher.update(if place == 0 { "" } else { "," });
                feed(hasher, &Value::from(name.as_str()));
                hasher.update(":");
                feed(hasher, member);
            }
            hasher.update("}");
        }
        scalar => hasher.update(scalar.to_string()),
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(&self.0))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Reads what `Display` writes.
impl FromStr for Fingerprint {
    type Err = FingerprintError;

    fn from_str(text: &str) -> Result<Self, FingerprintError> {
        let digit = |byte: &u8| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        };
        let (pairs, odd) = text.as_bytes().as_chunks::<2>();
        let bytes: Option<Vec<u8>> = pairs
            .iter()
            .map(|[high, low]| Some(digit(high)? * 16 + digit(low)?))
            .collect();
        let bytes = bytes
            .filter(|_| odd.is_empty())
            .and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or(FingerprintError)
    }
}

impl TryFrom<String> for Fingerprint {
    type Error = FingerprintError;

    fn try_from(text: String) -> Result<Self, FingerprintError> {
        text.parse()
    }
}

impl From<Fingerprint> for String {
    fn from(fingerprint: Fingerprint) -> Self {
        fingerprint.to_string()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    #[test]
    fn the_canonical_form_is_sorted_json_without_blanks() {
        let value = json!({ "b": [1, 2.5, null, true], "a": { "ü": "\"\n" } });
        let text = r#"{"a":{"ü":"\"\n"},"b":[1,2.5,null,true]}"#;
        let expected = Hash::hash(text.as_bytes());
        assert_eq!(Fingerprint::of_value(&value), Fingerprint(expected));
    }

    #[test]
    fn other_content_has_another_fingerprint() {
        let contents = [
            json!(null),
            json!("null"),
            json!([]),
            json!([[]]),
            json!({}),
            json!(""),
            json!(0),
            json!("0"),
            json!([1, 2]),
            json!([12]),
            json!({ "a": 1 }),
            json!({ "a": "1" }),
            json!(["a", 1]),
        ];
        let mut all: Vec<Fingerprint> = contents.iter().map(Fingerprint::of_value).collect();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), contents.len());
    }

    #[test]
    fn a_fingerprint_reads_back() {
        let fingerprint = Fingerprint::of("content").unwrap();
        let text = fingerprint.to_string();
        assert_eq!(text.parse(), Ok(fingerprint));
        for bad in [
            "",
            &text[1..],
            &text.to_uppercase(),
            &format!("{text}0"),
            &format!("{text}00"),
        ] {
            assert_eq!(bad.parse::<Fingerprint>(), Err(FingerprintError), "{bad:?}");
        }
    }

    #[test]
    fn content_without_json_has_none() {
        assert!(Fingerprint::of(&BTreeMap::from([((1, 2), 3)])).is_err());
    }
}
