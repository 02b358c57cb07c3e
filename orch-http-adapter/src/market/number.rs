//! Numbers and moments as this surface writes and reads them: ALGO as exact decimals, durations as seconds, RFC 3339.

use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use orch::{Amount, Currency, MoneyError, Timestamp};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

/// An amount as a JSON number, exact to its last decimal and always with one: `45.0`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Decimal(pub(super) Amount);

impl Decimal {
    /// The number as text.
    pub(super) fn text(self) -> String {
        let text = self.0.to_string();
        let number = text.split(' ').next().unwrap_or("0");
        if number.contains('.') {
            number.to_owned()
        } else {
            format!("{number}.0")
        }
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw = RawValue::from_string(self.text()).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}

/// Reads a JSON number of ALGO exactly.
pub(super) fn parse_algo(number: &str) -> Result<Amount, MoneyError> {
    if number.starts_with('-') {
        return Err(MoneyError::Negative);
    }
    match number.split_once(['e', 'E']) {
        None => Amount::parse(number, Currency::Algo),
        Some((mantissa, exponent)) => {
            let unfit = || MoneyError::NotDecimal(number.chars().take(40).collect());
            let exponent: i32 = exponent.parse().map_err(|_| unfit())?;
            Amount::parse(&shifted(mantissa, exponent).ok_or_else(unfit)?, Currency::Algo)
        }
    }
}

/// The decimal with its point moved to the right, or to the left.
fn shifted(mantissa: &str, exponent: i32) -> Option<String> {
    const FURTHEST: u32 = 30;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if exponent.unsigned_abs() > FURTHEST || mantissa.len() > 64 {
        return None;
    }
    let places = exponent.unsigned_abs() as usize;
    let zeros = "0".repeat(places);
    let (digits, point) = if exponent < 0 {
        let digits = format!("{zeros}{whole}{fraction}");
        (digits, whole.len())
    } else {
        let digits = format!("{whole}{fraction}{zeros}");
        (digits, whole.len() + places)
    };
    let (whole, fraction) = digits.split_at_checked(point)?;
    let fraction = fraction.trim_end_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    Some(if fraction.is_empty() {
        whole.to_owned()
    } else {
        format!("{whole}.{fraction}")
    })
}

/// Whole milliseconds as seconds.
#[expect(
    clippy::cast_precision_loss,
    reason = "milliseconds of 280,000 years are exact"
)]
pub(super) fn seconds(duration: Duration) -> f64 {
    duration.as_millis() as f64 / 1000.0
}

/// Rounded to so many decimals, for people.
pub(super) fn rounded(number: f64, decimals: i32) -> f64 {
    let unit = 10_f64.powi(decimals);
    (number * unit).round() / unit
}

/// A moment as RFC 3339 writes it, in UTC, with milliseconds only where there are any.
pub(super) fn rfc_3339(at: Timestamp) -> String {
    let moment = DateTime::<Utc>::from_timestamp_millis(at.as_millis()).unwrap_or_default();
    moment.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact_numbers() {
        for (minor, text) in [
            (45_000_000, "45.0"),
            (750_000, "0.75"),
            (1, "0.000001"),
            (i64::MAX, "9223372036854.775807"),
        ] {
            let amount = Amount::new(minor, Currency::Algo).unwrap();
            assert_eq!(serde_json::to_string(&Decimal(amount)).unwrap(), text);
            assert_eq!(parse_algo(text), Ok(amount));
        }
    }

    #[test]
    fn an_exponent_moves_the_point() {
        for (number, plain) in [
            ("1e0", "1"),
            ("1.5E2", "150"),
            ("1e-05", "0.00001"),
            ("12.5e-1", "1.25"),
            ("0.5e+1", "5"),
        ] {
            assert_eq!(parse_algo(number), parse_algo(plain), "{number}");
        }
        for number in ["-1", "1e99", "1e-7", "1e", "nan"] {
            assert!(parse_algo(number).is_err(), "{number}");
        }
    }

    #[test]
    fn durations_are_seconds() {
        assert_eq!(seconds(Duration::from_millis(45_200)).to_string(), "45.2");
        assert_eq!(rounded(1071.0 / 234.0, 2), 4.58);
    }
}
