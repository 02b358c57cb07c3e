//! What a cell of text means: nothing, a number or text.

use serde_json::{Number, Value};

/// The largest integer that every reader of JSON keeps exactly: 2^53.
const MAX_INTEGER: u64 = 1 << 53;

/// Null for an empty cell; a number where it would print as the very same text, so that `007`, `1.10` and a phone
/// number stay what they are; else text.
pub(super) fn value(cell: &str) -> Value {
    if cell.is_empty() {
        return Value::Null;
    }
    number(cell)
        .filter(|number| number.to_string() == cell)
        .map_or_else(|| Value::from(cell), Value::Number)
}

fn number(cell: &str) -> Option<Number> {
    if !cell
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'.'))
    {
        return None;
    }
    match cell.parse::<i64>() {
        Ok(integer) => (integer.unsigned_abs() <= MAX_INTEGER).then(|| integer.into()),
        Err(_) => cell.parse().ok().and_then(Number::from_f64),
    }
}

/// What a value reads as in a column of text; nothing for null.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn plain_numbers_are_numbers() {
        assert_eq!(value("0"), json!(0));
        assert_eq!(value("-12"), json!(-12));
        assert_eq!(value("4.5"), json!(4.5));
        assert_eq!(value("9007199254740992"), json!(9_007_199_254_740_992_u64));
    }

    #[test]
    fn what_would_lose_something_as_a_number_stays_text() {
        for cell in [
            "007",
            "+4915112345",
            "1.10",
            "1e3",
            "-0",
            ".5",
            "5.",
            " 5",
            "NaN",
            "inf",
            "2025-01-08",
            "1.2.3",
        ] {
            assert_eq!(value(cell), json!(cell));
        }
        assert_eq!(value("9007199254740993"), json!("9007199254740993"));
        assert_eq!(value("0.1234567890123456789"), json!("0.1234567890123456789"));
    }

    #[test]
    fn an_empty_cell_is_null_and_has_no_text() {
        assert_eq!(value(""), Value::Null);
        assert_eq!(text(&Value::Null), None);
    }

    proptest! {
        #[test]
        fn a_cell_reads_back_as_it_was_written(cell in "[-0-9.]{1,20}|.{1,20}") {
            prop_assert_eq!(text(&value(&cell)), Some(cell));
        }
    }
}
