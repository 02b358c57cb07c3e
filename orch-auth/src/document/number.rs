use super::Document;

/// A number as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number<'b>(&'b str);

impl<'b> Number<'b> {
    /// How many bytes the number takes that a text begins with; `None` if it begins with none.
    pub(super) fn length(text: &[u8]) -> Option<usize> {
        let digits = |from: usize| {
            let rest = text.get(from..).unwrap_or_default();
            from + rest.iter().take_while(|byte| byte.is_ascii_digit()).count()
        };
        let begin = usize::from(text.first() == Some(&b'-'));
        let mut end = match text.get(begin)? {
            b'0' => begin + 1,
            b'1'..=b'9' => digits(begin),
            _ => return None,
        };
        if text.get(end) == Some(&b'.') {
            let fraction = digits(end + 1);
            if fraction == end + 1 {
                return None;
            }
            end = fraction;
        }
        if let Some(b'e' | b'E') = text.get(end) {
            let sign = usize::from(matches!(text.get(end + 1), Some(b'+' | b'-')));
            let exponent = digits(end + 1 + sign);
            if exponent == end + 1 + sign {
                return None;
            }
            end = exponent;
        }
        Some(end)
    }

    /// The number of a token; `None` if it is out of bounds.
    pub(super) fn new(token: &'b str) -> Option<Self> {
        let number = Self(token);
        let is_bounded = token.len() <= Document::MAX_NUMBER_BYTES;
        (is_bounded && (number.is_integer() || number.float().is_finite())).then_some(number)
    }

    /// Its characters.
    pub fn token(&self) -> &'b str {
        self.0
    }

    /// Whether it was written without a point and without an exponent.
    pub fn is_integer(&self) -> bool {
        !self.0.bytes().any(|byte| matches!(byte, b'.' | b'e' | b'E'))
    }

    /// The nearest binary64, ties to even; infinite for an integer beyond them all.
    pub fn float(&self) -> f64 {
        self.0.parse().unwrap_or(f64::INFINITY)
    }
}
