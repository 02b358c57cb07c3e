//! The escapes within a text.

use super::text::push;

/// Reads the characters of a text behind its first quotation mark, up to the last: what they mean, and how many bytes they
/// take with the quotation mark. `None` if there is none, or what stands there is no text.
pub(super) fn unescape(source: &str) -> Option<(Vec<u8>, usize)> {
    let bytes = source.as_bytes();
    let mut meant = Vec::with_capacity(source.len().min(64));
    let mut at = 0;
    loop {
        match *bytes.get(at)? {
            b'"' => return Some((meant, at + 1)),
            b'\\' => at = escaped(bytes, at + 1, &mut meant)?,
            0..=0x1f => return None,
            byte => {
                meant.push(byte);
                at += 1;
            }
        }
    }
}

/// Reads what follows a backslash; where the rest begins.
fn escaped(bytes: &[u8], at: usize, meant: &mut Vec<u8>) -> Option<usize> {
    let plain = match *bytes.get(at)? {
        byte @ (b'"' | b'\\' | b'/') => byte,
        b'b' => 0x08,
        b'f' => 0x0c,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'u' => {
            let high = unit(bytes, at + 1)?;
            let rest = at + 5;
            let is_high = (0xd800..0xdc00).contains(&high);
            if is_high && bytes.get(rest..rest + 2) == Some(b"\\u") {
                let low = unit(bytes, rest + 2)?;
                if (0xdc00..0xe000).contains(&low) {
                    push(meant, 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00));
                    return Some(rest + 6);
                }
            }
            push(meant, high);
            return Some(rest);
        }
        _ => return None,
    };
    meant.push(plain);
    Some(at + 1)
}

/// Four hex digits, in either case.
fn unit(bytes: &[u8], at: usize) -> Option<u32> {
    let digits = bytes.get(at..at + 4)?;
    digits.iter().try_fold(0, |unit, digit| {
        let digit = char::from(*digit).to_digit(16)?;
        Some(unit << 4 | digit)
    })
}
