//! Floats as Python and as ECMAScript write them.

use std::fmt;

/// A float as Python's `repr` writes it.
pub(super) struct Python(pub(super) f64);

/// A float as ECMAScript's `Number::toString` writes it.
pub(super) struct EcmaScript(pub(super) f64);

/// The shortest decimal that reads back as a float: `d.ddd` times ten to the `exponent`.
struct Decimal {
    digits: Vec<u8>,
    exponent: i32,
}

impl Decimal {
    /// The digits are Ryu's: of several it takes the closest, and on a tie the even last digit, as both languages do and the
    /// standard library does not.
    fn of(float: f64) -> Self {
        let mut buffer = ryu::Buffer::new();
        let text = buffer.format_finite(float.abs());
        let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
        let n_leading = digits.iter().take_while(|digit| **digit == b'0').count();
        let n_trailing = digits.iter().rev().take_while(|digit| **digit == b'0').count();
        let significant = digits.get(n_leading..digits.len().saturating_sub(n_trailing));
        let place = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
        let exponent: i32 = exponent.parse().unwrap_or_default();
        Self {
            digits: significant.unwrap_or_default().to_vec(),
            exponent: exponent + place(whole.len()) - 1 - place(n_leading),
        }
    }

    fn digit(&self, place: i32) -> char {
        let digit = usize::try_from(place)
            .ok()
            .and_then(|place| self.digits.get(place));
        digit.map_or('0', |digit| char::from(*digit))
    }

    fn is_whole(&self) -> bool {
        i32::try_from(self.digits.len()).unwrap_or(i32::MAX) <= self.exponent.saturating_add(1)
    }

    /// With its point where it belongs, and without one that no digit follows.
    fn write_positional(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write;
        if self.exponent < 0 {
            f.write_str("0.")?;
            for _ in self.exponent + 1..0 {
                f.write_char('0')?;
            }
            return self
                .digits
                .iter()
                .try_for_each(|digit| f.write_char(char::from(*digit)));
        }
        for place in 0..=self.exponent {
            f.write_char(self.digit(place))?;
        }
        if self.is_whole() {
            return Ok(());
        }
        f.write_char('.')?;
        let fraction = usize::try_from(self.exponent + 1).unwrap_or(usize::MAX);
        self.digits
            .iter()
            .skip(fraction)
            .try_for_each(|digit| f.write_char(char::from(*digit)))
    }

    fn write_mantissa(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write;
        f.write_char(self.digit(0))?;
        if self.digits.len() > 1 {
            f.write_char('.')?;
        }
        self.digits
            .iter()
            .skip(1)
            .try_for_each(|digit| f.write_char(char::from(*digit)))
    }

    fn sign(&self) -> char {
        if self.exponent < 0 { '-' } else { '+' }
    }
}

impl fmt::Display for Python {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_sign_negative() {
            f.write_str("-")?;
        }
        if self.0 == 0.0 {
            return f.write_str("0.0");
        }
        let decimal = Decimal::of(self.0);
        if (-4..16).contains(&decimal.exponent) {
            decimal.write_positional(f)?;
            return if decimal.is_whole() {
                f.write_str(".0")
            } else {
                Ok(())
            };
        }
        decimal.write_mantissa(f)?;
        write!(f, "e{}{:02}", decimal.sign(), decimal.exponent.unsigned_abs())
    }
}

impl fmt::Display for EcmaScript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0.0 {
            return f.write_str("0");
        }
        if self.0.is_sign_negative() {
            f.write_str("-")?;
        }
        let decimal = Decimal::of(self.0);
        if (-6..21).contains(&decimal.exponent) {
            return decimal.write_positional(f);
        }
        decimal.write_mantissa(f)?;
        write!(f, "e{}{}", decimal.sign(), decimal.exponent.unsigned_abs())
    }
}
