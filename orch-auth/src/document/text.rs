use std::borrow::Cow;

/// A text of a document: code points, among which there may be surrogates without their other half.
///
/// Its bytes are generalized UTF-8 (WTF-8): like UTF-8, with such surrogates in three bytes. Their order is that of the
/// code points.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text<'b>(Cow<'b, [u8]>);

impl<'b> Text<'b> {
    pub(super) fn borrowed(text: &'b str) -> Self {
        Self(Cow::Borrowed(text.as_bytes()))
    }

    pub(super) fn owned(bytes: Vec<u8>) -> Self {
        Self(Cow::Owned(bytes))
    }

    /// The text as UTF-8; `None` if a surrogate is alone.
    pub fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }

    /// The generalized UTF-8.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Its code points.
    pub fn code_points(&self) -> CodePoints<'_> {
        CodePoints(&self.0)
    }

    /// Its UTF-16 code units, after which JavaScript sorts.
    pub fn code_units(&self) -> impl Iterator<Item = u16> + '_ {
        self.code_points().flat_map(|point| {
            let (first, second) = code_units(point);
            std::iter::once(first).chain(second)
        })
    }
}

/// The code points of a text.
#[derive(Clone, Debug)]
pub struct CodePoints<'t>(&'t [u8]);

impl Iterator for CodePoints<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let (&first, rest) = self.0.split_first()?;
        let (n_more, start) = match first {
            0..=0x7f => (0, u32::from(first)),
            0x80..=0xdf => (1, u32::from(first & 0x1f)),
            0xe0..=0xef => (2, u32::from(first & 0x0f)),
            _ => (3, u32::from(first & 0x07)),
        };
        let (more, rest) = rest.split_at_checked(n_more).unwrap_or((rest, &[]));
        self.0 = rest;
        Some(
            more.iter()
                .fold(start, |point, byte| (point << 6) | u32::from(byte & 0x3f)),
        )
    }
}

/// A code point in UTF-16: one unit, or a pair.
pub(crate) fn code_units(point: u32) -> (u16, Option<u16>) {
    let unit = |bits: u32| (bits & 0xffff) as u16;
    match point.checked_sub(0x1_0000) {
        None => (unit(point), None),
        Some(above) => (unit(0xd800 | (above >> 10)), Some(unit(0xdc00 | (above & 0x3ff)))),
    }
}

/// Adds a code point, which may be a surrogate, in generalized UTF-8.
pub(super) fn push(bytes: &mut Vec<u8>, point: u32) {
    #[expect(clippy::cast_possible_truncation, reason = "masked to six bits or less")]
    let byte = |mark: u32, shift: u32, bits: u32| (mark | ((point >> shift) & bits)) as u8;
    match point {
        0..=0x7f => bytes.push(byte(0, 0, 0x7f)),
        0x80..=0x7ff => bytes.extend([byte(0xc0, 6, 0x1f), byte(0x80, 0, 0x3f)]),
        0x800..=0xffff => bytes.extend([byte(0xe0, 12, 0x0f), byte(0x80, 6, 0x3f), byte(0x80, 0, 0x3f)]),
        _ => bytes.extend([
            byte(0xf0, 18, 0x07),
            byte(0x80, 12, 0x3f),
            byte(0x80, 6, 0x3f),
            byte(0x80, 0, 0x3f),
        ]),
    }
}
