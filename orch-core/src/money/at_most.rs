use super::{Amount, Currency, MoneyError};

impl Amount {
    /// Reads a number as JSON writes it, `1.5e-3` too, of what something may cost at most: what is finer than the smallest
    /// unit covers nothing, and more than there can be is as good as that. So sums that clients made with binary fractions are
    /// understood.
    ///
    /// # Errors
    /// `Negative`, and `NotDecimal` for what is no such number.
    pub fn at_most(number: &str, currency: Currency) -> Result<Self, MoneyError> {
        if number.starts_with('-') {
            return Err(MoneyError::Negative);
        }
        let unfit = || MoneyError::NotDecimal(number.chars().take(40).collect());
        let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        if ![whole, fraction, unsigned].into_iter().all(digits) {
            return Err(unfit());
        }
        // Only an exponent that moves every digit out of sight does not fit.
        let end = if exponent.starts_with('-') {
            i64::MIN
        } else {
            i64::MAX
        };
        let exponent = exponent.parse().unwrap_or(end);
        let minor = minor_units(whole, fraction, exponent, currency);
        Self::new(minor.unwrap_or(i64::MAX), currency)
    }
}

/// The whole minor units of a decimal whose point is moved that far to the right; `None` of more than can be counted.
fn minor_units(whole: &str, fraction: &str, exponent: i64, currency: Currency) -> Option<i64> {
    let decimals = i64::from(currency.decimals());
    let n_digits = i64::try_from(whole.len()).ok()?.saturating_add(exponent);
    let mut left = n_digits.saturating_add(decimals);
    let mut minor = 0_i64;
    for digit in whole.bytes().chain(fraction.bytes()).map(|byte| byte - b'0') {
        if left <= 0 {
            return Some(minor);
        }
        minor = minor.checked_mul(10)?.checked_add(digit.into())?;
        left -= 1;
    }
    while left > 0 && minor > 0 {
        minor = minor.checked_mul(10)?;
        left -= 1;
    }
    Some(minor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_understood_however_clients_write_them() {
        for (number, minor) in [
            ("1", 1_000_000),
            ("1e0", 1_000_000),
            ("1.5E2", 150_000_000),
            ("1e-05", 10),
            ("12.5e-1", 1_250_000),
            ("0.5e+1", 5_000_000),
            ("0.30000000000000004", 300_000),
            ("0.0000019", 1),
            ("1e-7", 0),
            ("1e-99999999999999999999", 0),
            ("0e99999999999999999999", 0),
            ("9007199254740993", i64::MAX),
            ("1e400", i64::MAX),
            ("1e99999999999999999999", i64::MAX),
        ] {
            assert_eq!(
                Amount::at_most(number, Currency::Algo).map(Amount::minor),
                Ok(minor),
                "{number}"
            );
        }
        for number in ["-1", "1e", "nan", "", "1e1e1", ".5", "1.", "+1", "1e+-1", "1 "] {
            assert!(Amount::at_most(number, Currency::Algo).is_err(), "{number}");
        }
    }
}
