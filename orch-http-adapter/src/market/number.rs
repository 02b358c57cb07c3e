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

/// Reads a number of ALGO that something may cost at most.
pub(super) fn at_most_algo(number: &str) -> Result<Amount, MoneyError> {
    Amount::at_most(number, Currency::Algo)
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
            assert_eq!(at_most_algo(text), Ok(amount));
        }
    }

    #[test]
    fn durations_are_seconds() {
        assert_eq!(seconds(Duration::from_millis(45_200)).to_string(), "45.2");
        assert_eq!(rounded(1071.0 / 234.0, 2), 4.58);
    }
}
