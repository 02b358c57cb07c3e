use orch_core::{Amount, Currency, MoneyError};

use super::TokenUsage;

/// What a model's tokens cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenPrice {
    input: Amount,
    output: Amount,
}

impl TokenPrice {
    /// So much for a million tokens that the model reads, and for a million that it writes.
    ///
    /// # Errors
    /// The two are in different currencies.
    pub fn per_million(input: Amount, output: Amount) -> Result<Self, MoneyError> {
        input.plus(Amount::zero(output.currency()))?;
        Ok(Self { input, output })
    }

    /// For nothing, as a model on one's own machine.
    pub fn free(currency: Currency) -> Self {
        let nothing = Amount::zero(currency);
        Self {
            input: nothing,
            output: nothing,
        }
    }

    /// What it is counted in.
    pub fn currency(&self) -> Currency {
        self.input.currency()
    }

    /// What so many tokens cost; each part is rounded up to the minor unit.
    pub fn of(&self, tokens: TokenUsage) -> Result<Amount, MoneyError> {
        let input = self.input.per_million(tokens.input)?;
        input.plus(self.output.per_million(tokens.output)?)
    }

    /// The most tokens that can be written for an amount, after so many were read: at most `wanted`.
    pub(super) fn affordable_output(&self, available: Amount, input: u64, wanted: u32) -> Option<u32> {
        let rest = available.minus(self.input.per_million(input).ok()?).ok()?;
        if self.output.is_zero() {
            return Some(wanted);
        }
        let tokens = i128::from(rest.minor()) * 1_000_000 / i128::from(self.output.minor());
        Some(u32::try_from(tokens).unwrap_or(u32::MAX).min(wanted))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn usd(minor: i64) -> Amount {
        Amount::new(minor, Currency::Usd).unwrap()
    }

    #[test]
    fn each_side_has_its_price() {
        let price = TokenPrice::per_million(usd(3_000_000), usd(15_000_000)).unwrap();
        let tokens = TokenUsage {
            input: 1_000,
            output: 10,
        };
        assert_eq!(price.of(tokens), Ok(usd(3_150)));
        assert!(TokenPrice::per_million(usd(1), Amount::zero(Currency::Algo)).is_err());
    }

    proptest! {
        #[test]
        fn what_is_affordable_is_paid_from_what_there_is(
            input in 0..20_000_000_i64, output in 0..90_000_000_i64, tokens in 0..200_000_u64,
            available in 0..10_000_000_i64, wanted in 1..100_000_u32,
        ) {
            let price = TokenPrice::per_million(usd(input), usd(output)).unwrap();
            let cost = |written: u32| price.of(TokenUsage { input: tokens, output: written.into() }).unwrap().minor();
            match price.affordable_output(usd(available), tokens, wanted) {
                Some(written) => {
                    prop_assert!(cost(written) <= available && written <= wanted);
                    prop_assert!(written == wanted || cost(written + 1) > available);
                }
                None => prop_assert!(cost(0) > available),
            }
        }
    }
}
