use std::fmt;

use serde::{Deserialize, Serialize, de::IgnoredAny};
use serde_json::Value;

/// A JSON document as it was written: its numbers keep their digits and its members their order.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct JsonText(Box<str>);

/// A text is no JSON document, or a large one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is no JSON of at most 1 MiB")]
pub struct JsonTextError;

impl JsonText {
    /// The most bytes.
    pub const MAX_BYTES: usize = 1024 * 1024;

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its value, as far as that can be had: numbers are as precise as a float, and a text that is no Unicode has none.
    pub fn value(&self) -> Option<Value> {
        serde_json::from_str(&self.0).ok()
    }
}

/// `{}`, which says nothing.
impl Default for JsonText {
    fn default() -> Self {
        Self("{}".into())
    }
}

impl From<&Value> for JsonText {
    fn from(value: &Value) -> Self {
        Self(value.to_string().into())
    }
}

impl TryFrom<String> for JsonText {
    type Error = JsonTextError;

    fn try_from(text: String) -> Result<Self, JsonTextError> {
        // A NUL cannot stand in JSON but escaped, so that every database can keep it.
        let is_json = text.len() <= Self::MAX_BYTES && serde_json::from_str::<IgnoredAny>(&text).is_ok();
        is_json.then(|| Self(text.into())).ok_or(JsonTextError)
    }
}

impl From<JsonText> for String {
    fn from(text: JsonText) -> Self {
        text.0.into()
    }
}

impl fmt::Display for JsonText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for JsonText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_stays_as_it_was() {
        for text in [
            r#"{"b":1.0,"a":1e-7,"n":1180591620717411303424}"#,
            r#""\ud800""#,
            "[]",
            "null",
        ] {
            assert_eq!(JsonText::try_from(text.to_owned()).unwrap().as_str(), text);
        }
        for text in ["", "{", "{} {}", "NaN", "[1,]"] {
            assert_eq!(JsonText::try_from(text.to_owned()), Err(JsonTextError), "{text}");
        }
        let large = format!("\"{}\"", "x".repeat(JsonText::MAX_BYTES));
        assert!(JsonText::try_from(large).is_err());
    }
}
