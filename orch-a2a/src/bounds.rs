//! Bounds on JSON values that come from others.

use std::io;

use serde_json::Value;

/// Why a value is out of bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OutOfBounds {
    /// It nests deeper than allowed.
    Deep,
    /// Its JSON text is longer than allowed.
    Large,
}

/// Whether a value nests at most `max_depth` levels and takes at most `max_bytes` as JSON text.
pub(crate) fn check(value: &Value, max_depth: usize, max_bytes: usize) -> Result<(), OutOfBounds> {
    // Depth first: nothing that recurses may see a value before its depth is known.
    if !is_shallow(value, max_depth) {
        return Err(OutOfBounds::Deep);
    }
    serde_json::to_writer(Remaining(max_bytes), value).map_err(|_| OutOfBounds::Large)
}

/// The text, cut to at most so many characters.
pub(crate) fn cut(mut text: String, max_chars: usize) -> String {
    if let Some((end, _)) = text.char_indices().nth(max_chars) {
        text.truncate(end);
    }
    text
}

fn is_shallow(value: &Value, levels: usize) -> bool {
    match value {
        Value::Array(items) => levels > 0 && items.iter().all(|item| is_shallow(item, levels - 1)),
        Value::Object(members) => levels > 0 && members.values().all(|member| is_shallow(member, levels - 1)),
        _ => true,
    }
}

/// Counts what is written, and fails where there is no room for it.
struct Remaining(usize);

impl io::Write for Remaining {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self
            .0
            .checked_sub(bytes.len())
            .ok_or(io::ErrorKind::FileTooLarge)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn nested(levels: usize) -> Value {
        (0..levels).fold(json!(1), |inner, _| json!([inner]))
    }

    #[test]
    fn depth_is_bounded() {
        assert_eq!(check(&nested(3), 3, 100), Ok(()));
        assert_eq!(check(&nested(4), 3, 100), Err(OutOfBounds::Deep));
        assert_eq!(check(&json!("flat"), 0, 100), Ok(()));
    }

    proptest! {
        #[test]
        fn size_is_that_of_the_text(text: String, number: i64, flag: bool) {
            let value = json!({ &text: [number, flag, { "inner": text }] });
            let size = value.to_string().len();
            prop_assert_eq!(check(&value, 32, size), Ok(()));
            prop_assert_eq!(check(&value, 32, size - 1), Err(OutOfBounds::Large));
        }
    }
}
