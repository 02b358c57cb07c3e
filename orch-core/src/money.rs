//! Exact money: integers of minor units, decimals only as text, and the one place that rounds.

mod at_most;

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// What an amount is counted in. All of them have six decimals: one million minor units make one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[non_exhaustive]
pub enum Currency {
    /// The coin of Algorand; its minor unit is the microalgo.
    Algo,
    /// The dollar of the United States, kept in millionths.
    Usd,
    /// The dollar coin of Circle.
    Usdc,
}

impl Currency {
    /// How many digits stand behind the decimal point.
    pub const fn decimals(self) -> u32 {
        match self {
            Self::Algo | Self::Usd | Self::Usdc => 6,
        }
    }

    /// The upper-case code: `ALGO`, `USD`, `USDC`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Algo => "ALGO",
            Self::Usd => "USD",
            Self::Usdc => "USDC",
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Currency {
    type Err = MoneyError;

    fn from_str(code: &str) -> Result<Self, MoneyError> {
        [Self::Algo, Self::Usd, Self::Usdc]
            .into_iter()
            .find(|currency| currency.code().eq_ignore_ascii_case(code))
            .ok_or_else(|| MoneyError::UnknownCurrency(code.chars().take(16).collect()))
    }
}

/// Why an amount cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MoneyError {
    /// The code names no currency we keep.
    #[error("{0:?} is no currency; known are ALGO, USD and USDC")]
    UnknownCurrency(String),
    /// The text is no plain decimal number, such as `12` or `0.25`.
    #[error("{0:?} is no plain decimal amount such as 12 or 0.25")]
    NotDecimal(String),
    /// The text has more decimals than the currency.
    #[error("{currency} has {} decimals", .currency.decimals())]
    TooFine {
        /// The currency asked for.
        currency: Currency,
    },
    /// Amounts are never negative.
    #[error("an amount is never negative")]
    Negative,
    /// More than an amount can hold.
    #[error("the amount is too large")]
    TooLarge,
    /// Two amounts of different currencies met.
    #[error("{left} and {right} do not add up")]
    Mixed {
        /// The currency of the first.
        left: Currency,
        /// The currency of the second.
        right: Currency,
    },
}

/// So much money: a count of minor units that is never negative, with its currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Parts", into = "Parts")]
pub struct Amount {
    minor: i64,
    currency: Currency,
}

#[derive(Serialize, Deserialize)]
struct Parts {
    minor: i64,
    currency: Currency,
}

impl TryFrom<Parts> for Amount {
    type Error = MoneyError;

    fn try_from(Parts { minor, currency }: Parts) -> Result<Self, MoneyError> {
        Self::new(minor, currency)
    }
}

impl From<Amount> for Parts {
    fn from(Amount { minor, currency }: Amount) -> Self {
        Self { minor, currency }
    }
}

impl Amount {
    /// So many minor units.
    pub const fn new(minor: i64, currency: Currency) -> Result<Self, MoneyError> {
        if minor < 0 {
            Err(MoneyError::Negative)
        } else {
            Ok(Self { minor, currency })
        }
    }

    /// Nothing of a currency.
    pub const fn zero(currency: Currency) -> Self {
        Self { minor: 0, currency }
    }

    /// Reads a plain decimal such as `0.25` exactly; no sign, exponent or grouping.
    pub fn parse(decimal: &str, currency: Currency) -> Result<Self, MoneyError> {
        let not_decimal = || MoneyError::NotDecimal(decimal.chars().take(40).collect());
        let (whole, fraction) = decimal.split_once('.').unwrap_or((decimal, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(fraction) {
            return Err(not_decimal());
        }
        let decimals = currency.decimals() as usize;
        let fraction = fraction.trim_end_matches('0');
        if fraction.len() > decimals {
            return Err(MoneyError::TooFine { currency });
        }
        let whole: i64 = whole.parse().map_err(|_| MoneyError::TooLarge)?;
        let fraction: i64 = format!("{fraction:0<decimals$}")
            .parse()
            .map_err(|_| not_decimal())?;
        let unit = 10_i64.pow(currency.decimals());
        let minor = whole
            .checked_mul(unit)
            .and_then(|minor| minor.checked_add(fraction));
        Ok(Self {
            minor: minor.ok_or(MoneyError::TooLarge)?,
            currency,
        })
    }

    /// The count of minor units; never negative.
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// What it is counted in.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// Whether there is nothing.
    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// The sum.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        let minor = self.minor.checked_add(other.minor).ok_or(MoneyError::TooLarge)?;
        Ok(Self { minor, ..self })
    }

    /// What remains; `Negative` when `other` is more.
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        Self::new(self.minor - other.minor, self.currency)
    }

    /// So many times.
    pub fn times(self, count: u64) -> Result<Self, MoneyError> {
        let count = i64::try_from(count).map_err(|_| MoneyError::TooLarge)?;
        let minor = self.minor.checked_mul(count).ok_or(MoneyError::TooLarge)?;
        Ok(Self { minor, ..self })
    }

    /// What `count` of something costs of which a million cost this much, rounded up: what is used is never free
    /// where it has a price.
    pub fn per_million(self, count: u64) -> Result<Self, MoneyError> {
        let minor = (i128::from(self.minor) * i128::from(count) + 999_999) / 1_000_000;
        let minor = i64::try_from(minor).map_err(|_| MoneyError::TooLarge)?;
        Ok(Self { minor, ..self })
    }

    /// The share of so many hundredths of a percent, rounded down; 10,000 is the whole.
    ///
    /// What rounding down a fee or a discount leaves over stays with the payee, so that the parts always sum to the
    /// whole.
    pub fn basis_points(self, points: BasisPoints) -> Self {
        let share = i128::from(self.minor) * i128::from(points.0) / 10_000;
        Self {
            minor: i64::try_from(share).unwrap_or(self.minor),
            ..self
        }
    }

    fn same_currency(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency {
            Ok(())
        } else {
            Err(MoneyError::Mixed {
                left: self.currency,
                right: other.currency,
            })
        }
    }
}

/// The decimal without needless zeros, and the code: `0.25 ALGO`.
impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = 10_i64.pow(self.currency.decimals());
        write!(f, "{}", self.minor / unit)?;
        let fraction = self.minor % unit;
        if fraction != 0 {
            let digits = format!("{fraction:0width$}", width = self.currency.decimals() as usize);
            write!(f, ".{}", digits.trim_end_matches('0'))?;
        }
        write!(f, " {}", self.currency)
    }
}

/// Reads what `Display` writes: `0.25 ALGO`.
impl FromStr for Amount {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let (decimal, code) = text
            .split_once(' ')
            .ok_or_else(|| MoneyError::NotDecimal(text.chars().take(40).collect()))?;
        Self::parse(decimal, code.parse()?)
    }
}

/// A share in hundredths of a percent, at most the whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct BasisPoints(u16);

impl BasisPoints {
    /// A share of `points` / 10,000; `TooLarge` above the whole.
    pub const fn new(points: u16) -> Result<Self, MoneyError> {
        if points <= 10_000 {
            Ok(Self(points))
        } else {
            Err(MoneyError::TooLarge)
        }
    }
}

impl TryFrom<u16> for BasisPoints {
    type Error = MoneyError;

    fn try_from(points: u16) -> Result<Self, MoneyError> {
        Self::new(points)
    }
}

impl From<BasisPoints> for u16 {
    fn from(BasisPoints(points): BasisPoints) -> Self {
        points
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn decimals_are_read_exactly() {
        for (text, minor) in [
            ("0", 0),
            ("12", 12_000_000),
            ("0.25", 250_000),
            ("0.100000000", 100_000),
            ("007.5", 7_500_000),
        ] {
            assert_eq!(
                Amount::parse(text, Currency::Algo).unwrap().minor(),
                minor,
                "{text}"
            );
        }
    }

    #[test]
    fn a_price_for_a_million_is_rounded_up() {
        let cost = |minor, count| {
            Amount {
                minor,
                currency: Currency::Usd,
            }
            .per_million(count)
            .map(Amount::minor)
        };
        assert_eq!(
            [cost(150_000, 0), cost(150_000, 1), cost(150_000, 1_000_000)],
            [Ok(0), Ok(1), Ok(150_000)]
        );
        assert_eq!([cost(0, u64::MAX), cost(3_000_000, 7)], [Ok(0), Ok(21)]);
        assert_eq!(cost(i64::MAX, u64::MAX), Err(MoneyError::TooLarge));
    }

    #[test]
    fn what_is_no_plain_decimal_is_refused() {
        for text in [
            "", ".", "1.", ".5", "-1", "+1", "1e3", "1,5", "1 ", "٣", "1.2.3", "NaN",
        ] {
            assert!(
                matches!(Amount::parse(text, Currency::Usd), Err(MoneyError::NotDecimal(_))),
                "{text:?}"
            );
        }
        assert!(matches!(
            Amount::parse("0.0000001", Currency::Usd),
            Err(MoneyError::TooFine { .. })
        ));
        assert_eq!(
            Amount::parse("9223372036854.775808", Currency::Usd),
            Err(MoneyError::TooLarge)
        );
    }

    #[test]
    fn currencies_do_not_mix() {
        let algo = Amount::parse("1", Currency::Algo).unwrap();
        let usd = Amount::parse("1", Currency::Usd).unwrap();
        assert!(matches!(algo.plus(usd), Err(MoneyError::Mixed { .. })));
        assert!(matches!(algo.minus(usd), Err(MoneyError::Mixed { .. })));
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(minor in 0..i64::MAX) {
            let amount = Amount::new(minor, Currency::Usdc).unwrap();
            prop_assert_eq!(amount.to_string().parse(), Ok(amount));
        }

        #[test]
        fn a_share_and_its_rest_are_the_whole(minor in 0..i64::MAX, points in 0_u16..=10_000) {
            let whole = Amount::new(minor, Currency::Algo).unwrap();
            let share = whole.basis_points(BasisPoints::new(points).unwrap());
            prop_assert_eq!(whole.minus(share).unwrap().plus(share), Ok(whole));
        }
    }
}
