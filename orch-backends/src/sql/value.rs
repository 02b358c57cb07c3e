//! A parameter of a statement.

use std::{
    borrow::Cow,
    fmt::{self, Write},
};

use orch_core::{StoreError, Timestamp};

/// A parameter of a statement, in one of the portable types.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// No value.
    Null,
    /// For a BIGINT column.
    Integer(i64),
    /// For a DOUBLE PRECISION column; not NaN.
    Real(f64),
    /// For a TEXT column; without the NUL character.
    Text(Cow<'a, str>),
    /// For a column of bytes.
    Bytes(Cow<'a, [u8]>),
}

impl Value<'_> {
    /// The text that `thing` prints as: how ids are kept.
    pub fn text(thing: impl fmt::Display) -> Self {
        // As long as an id, so that the text need not grow.
        let mut text = String::with_capacity(40);
        // Writing to a string does not fail.
        let _ = write!(text, "{thing}");
        Self::Text(Cow::Owned(text))
    }

    /// Refuses what one of the engines could not keep; an engine calls it for every parameter.
    ///
    /// # Errors
    ///
    /// [`StoreError::Broken`] for a text with a NUL character and for a float that is not a number.
    pub fn check(&self) -> Result<(), StoreError> {
        match self {
            Self::Text(text) if text.as_bytes().contains(&0) => Err(StoreError::Broken(
                "a text with a NUL character cannot be stored".into(),
            )),
            Self::Real(real) if real.is_nan() => Err(StoreError::Broken(
                "a float that is not a number cannot be stored".into(),
            )),
            _ => Ok(()),
        }
    }
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<i32> for Value<'_> {
    fn from(value: i32) -> Self {
        Self::Integer(value.into())
    }
}

impl From<u32> for Value<'_> {
    fn from(value: u32) -> Self {
        Self::Integer(value.into())
    }
}

impl From<u16> for Value<'_> {
    fn from(value: u16) -> Self {
        Self::Integer(value.into())
    }
}

/// 1 for true and 0 for false, in a BIGINT column.
impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Self::Integer(value.into())
    }
}

/// Milliseconds since the epoch.
impl From<Timestamp> for Value<'_> {
    fn from(value: Timestamp) -> Self {
        Self::Integer(value.as_millis())
    }
}

impl From<f64> for Value<'_> {
    fn from(value: f64) -> Self {
        Self::Real(value)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(Cow::Borrowed(value))
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(value: &'a String) -> Self {
        Self::Text(Cow::Borrowed(value))
    }
}

impl From<String> for Value<'_> {
    fn from(value: String) -> Self {
        Self::Text(Cow::Owned(value))
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(value: &'a [u8]) -> Self {
        Self::Bytes(Cow::Borrowed(value))
    }
}

impl<'a> From<&'a Vec<u8>> for Value<'a> {
    fn from(value: &'a Vec<u8>) -> Self {
        Self::Bytes(Cow::Borrowed(value))
    }
}

impl From<Vec<u8>> for Value<'_> {
    fn from(value: Vec<u8>) -> Self {
        Self::Bytes(Cow::Owned(value))
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_is_null() {
        assert_eq!(Value::from(None::<&str>), Value::Null);
        assert_eq!(Value::from(Some("x")), Value::from("x"));
    }

    #[test]
    fn what_one_engine_could_not_keep_is_refused() {
        assert!(Value::from("a\0b").check().is_err());
        assert!(Value::from(f64::NAN).check().is_err());
        assert!(Value::from(f64::INFINITY).check().is_ok());
        assert!(Value::from(&[0_u8][..]).check().is_ok());
    }
}
