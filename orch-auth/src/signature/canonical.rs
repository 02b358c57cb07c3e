//! The canonical forms: the bytes that are signed, made of a document whatever bytes it came in.

use super::float::{EcmaScript, Python};
use crate::document::{Document, Number, Text};

/// How a signer writes the JSON that it signs. None has blanks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// As Python's `json.dumps` with `sort_keys` does: names by code point, texts in ASCII, numbers as they were written.
    A,
    /// As JavaScript clients do: names by UTF-16 code unit, texts in UTF-8, numbers as they were written.
    B,
    /// Like [`A`](Self::A), with numbers as Python writes their values.
    C,
    /// RFC 8785: like [`B`](Self::B), with numbers as ECMAScript writes their values.
    D,
}

impl Form {
    /// All of them, in the order in which they are tried.
    pub const ALL: [Self; 4] = [Self::A, Self::B, Self::C, Self::D];

    /// The letter.
    pub const fn name(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
            Self::D => "D",
        }
    }

    /// The document in this form. `None` where [`D`](Self::D) has none: two integers would share one signature that binary64
    /// cannot tell apart, or of which ECMAScript writes one as the other.
    pub fn write(self, document: &Document<'_>) -> Option<Vec<u8>> {
        let mut writer = Writer {
            form: self,
            bytes: Vec::with_capacity(256),
        };
        writer.value(document)?;
        Some(writer.bytes)
    }
}

struct Writer {
    form: Form,
    bytes: Vec<u8>,
}

impl Writer {
    fn value(&mut self, value: &Document<'_>) -> Option<()> {
        match value {
            Document::Null => self.bytes.extend(b"null"),
            Document::Boolean(true) => self.bytes.extend(b"true"),
            Document::Boolean(false) => self.bytes.extend(b"false"),
            Document::Number(number) => self.number(*number)?,
            Document::Text(text) => self.text(text),
            Document::Array(items) => {
                self.bytes.push(b'[');
                for (place, item) in items.iter().enumerate() {
                    self.comma(place);
                    self.value(item)?;
                }
                self.bytes.push(b']');
            }
            Document::Object(members) => {
                let mut sorted: Vec<_> = members.iter().collect();
                // The orders differ only above the surrogates, so that plain names need not be sorted again.
                if matches!(self.form, Form::B | Form::D) {
                    let is_plain = |(name, _): &(&Text<'_>, _)| name.bytes().is_ascii();
                    if !sorted.iter().all(is_plain) {
                        sorted.sort_by(|(left, _), (right, _)| left.code_units().cmp(right.code_units()));
                    }
                }
                self.bytes.push(b'{');
                for (place, (name, member)) in sorted.into_iter().enumerate() {
                    self.comma(place);
                    self.text(name);
                    self.bytes.push(b':');
                    self.value(member)?;
                }
                self.bytes.push(b'}');
            }
        }
        Some(())
    }

    fn comma(&mut self, place: usize) {
        if place > 0 {
            self.bytes.push(b',');
        }
    }

    fn number(&mut self, number: Number<'_>) -> Option<()> {
        match self.form {
            Form::A | Form::B => self.bytes.extend(number.token().bytes()),
            Form::C if number.is_integer() => {
                let token = if number.token() == "-0" {
                    "0"
                } else {
                    number.token()
                };
                self.bytes.extend(token.bytes());
            }
            Form::C => self.bytes.extend(Python(number.float()).to_string().bytes()),
            Form::D => {
                let text = EcmaScript(number.float()).to_string();
                if number.is_integer() && !(is_exact(number) && is_whole(number, &text)) {
                    return None;
                }
                self.bytes.extend(text.bytes());
            }
        }
        Some(())
    }

    fn text(&mut self, text: &Text<'_>) {
        self.bytes.push(b'"');
        let mut rest = text.bytes();
        while !rest.is_empty() {
            // Most of a text stands for itself.
            let plain = rest.iter().take_while(|byte| self.is_plain(**byte)).count();
            let (head, tail) = rest.split_at_checked(plain).unwrap_or((rest, &[]));
            self.bytes.extend(head);
            rest = self.special(tail);
        }
        self.bytes.push(b'"');
    }

    fn is_plain(&self, byte: u8) -> bool {
        match byte {
            b'"' | b'\\' | 0..=0x1f => false,
            0x20..=0x7e => true,
            0x7f => matches!(self.form, Form::B | Form::D),
            // What stands above ASCII is looked at, as it may be a surrogate.
            _ => false,
        }
    }

    /// Writes the first character, which does not stand for itself; what comes after it.
    fn special<'t>(&mut self, text: &'t [u8]) -> &'t [u8] {
        let Some(&first) = text.first() else { return &[] };
        let n_bytes = match first {
            0..=0x7f => 1,
            0x80..=0xdf => 2,
            0xe0..=0xef => 3,
            _ => 4,
        };
        let (character, rest) = text.split_at_checked(n_bytes).unwrap_or((text, &[]));
        match first {
            b'"' => self.bytes.extend(b"\\\""),
            b'\\' => self.bytes.extend(b"\\\\"),
            0x08 => self.bytes.extend(b"\\b"),
            0x09 => self.bytes.extend(b"\\t"),
            0x0a => self.bytes.extend(b"\\n"),
            0x0c => self.bytes.extend(b"\\f"),
            0x0d => self.bytes.extend(b"\\r"),
            _ => match std::str::from_utf8(character) {
                Ok(character) if first > 0x7f && matches!(self.form, Form::B | Form::D) => {
                    self.bytes.extend(character.bytes());
                }
                Ok(character) => character.encode_utf16().for_each(|unit| self.unit(unit)),
                // A lone surrogate: its sixteen bits.
                Err(_) => {
                    let bits = character
                        .iter()
                        .skip(1)
                        .fold(u16::from(first & 0x0f), |bits, byte| {
                            (bits << 6) | u16::from(byte & 0x3f)
                        });
                    self.unit(bits);
                }
            },
        }
        rest
    }

    fn unit(&mut self, unit: u16) {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        self.bytes.extend(b"\\u");
        for shift in [12, 8, 4, 0] {
            self.bytes.push(DIGITS[usize::from((unit >> shift) & 0xf)]);
        }
    }
}

/// Whether what ECMAScript writes for an integer is no other integer: of 22222222221111112, which a binary64 has, it writes
/// the digits that tell it from other floats and ends with a zero, and others take that as it stands.
fn is_whole(integer: Number<'_>, text: &str) -> bool {
    text == integer.token() || text.contains('e') || integer.token() == "-0"
}

/// Whether a binary64 has exactly the value of an integer.
fn is_exact(integer: Number<'_>) -> bool {
    const ALL_ARE_EXACT: usize = 15;
    let float = integer.float();
    let digits = integer.token().trim_start_matches('-');
    // Printed with a precision, a float is printed to its last digit.
    digits.len() <= ALL_ARE_EXACT || (float.is_finite() && format!("{:.0}", float.abs()) == digits)
}
