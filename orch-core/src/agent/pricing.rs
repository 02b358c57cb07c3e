use serde::{Deserialize, Serialize};

use crate::{Amount, Currency, MoneyError, money::BasisPoints};

/// What a call costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pricing {
    /// The price of one request or of one unit.
    pub base: Amount,
    /// What the price counts.
    #[serde(default)]
    pub model: BillingModel,
    /// Less for many requests in a month; the highest tier reached applies.
    #[serde(default)]
    pub volume_discounts: Vec<VolumeDiscount>,
}

/// What a price counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BillingModel {
    /// Each answered request.
    #[default]
    PerRequest,
    /// Each unit that the agent reports with its answer.
    PerUnit {
        /// What a unit is: `token`, `page`, `second`.
        unit: String,
        /// The most units that one request is ever charged for, and so what is held for it.
        maximum: u64,
    },
}

/// A cheaper tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VolumeDiscount {
    /// From so many requests of the account in the calendar month.
    pub min_requests: u64,
    /// The share taken off.
    pub discount: BasisPoints,
}

impl Pricing {
    /// For nothing.
    pub fn free(currency: Currency) -> Self {
        Self::per_request(Amount::zero(currency))
    }

    /// So much for each answered request.
    pub fn per_request(base: Amount) -> Self {
        Self {
            base,
            model: BillingModel::PerRequest,
            volume_discounts: Vec::new(),
        }
    }

    /// The most that one request can cost, which is what is held for it.
    pub fn ceiling(&self) -> Result<Amount, MoneyError> {
        match self.model {
            BillingModel::PerRequest => Ok(self.base),
            BillingModel::PerUnit { maximum, .. } => self.base.times(maximum),
        }
    }

    /// What an answer costs that reports so many units; never above [`ceiling`](Self::ceiling).
    ///
    /// `requests_before` counts the account's requests to this agent in the calendar month, for the discount.
    pub fn price(&self, units: u64, requests_before: u64) -> Result<Amount, MoneyError> {
        let full = match self.model {
            BillingModel::PerRequest => self.base,
            BillingModel::PerUnit { maximum, .. } => self.base.times(units.min(maximum))?,
        };
        let reached = self
            .volume_discounts
            .iter()
            .filter(|tier| requests_before >= tier.min_requests);
        match reached.max_by_key(|tier| tier.min_requests) {
            Some(tier) => full.minus(full.basis_points(tier.discount)),
            None => Ok(full),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn algo(minor: i64) -> Amount {
        Amount::new(minor, Currency::Algo).unwrap()
    }

    #[test]
    fn units_are_charged_up_to_the_maximum() {
        let model = BillingModel::PerUnit {
            unit: "page".into(),
            maximum: 10,
        };
        let pricing = Pricing {
            base: algo(5),
            model,
            volume_discounts: Vec::new(),
        };
        assert_eq!(pricing.price(3, 0), Ok(algo(15)));
        assert_eq!(pricing.price(99, 0), Ok(algo(50)));
        assert_eq!(pricing.ceiling(), Ok(algo(50)));
    }

    #[test]
    fn the_highest_tier_reached_applies() {
        let tier = |min_requests, points| VolumeDiscount {
            min_requests,
            discount: BasisPoints::new(points).unwrap(),
        };
        let pricing = Pricing {
            volume_discounts: vec![tier(1000, 2000), tier(100, 1000)],
            ..Pricing::per_request(algo(100_000))
        };
        let price = |before| pricing.price(1, before).unwrap().minor();
        assert_eq!([price(99), price(100), price(1000)], [100_000, 90_000, 80_000]);
    }

    proptest! {
        #[test]
        fn a_price_never_exceeds_its_ceiling(
            base in 0..1_000_000_000_i64, maximum in 0..1_000_u64, units: u64, before: u64, points in 0_u16..=10_000,
        ) {
            let discount = VolumeDiscount { min_requests: 10, discount: BasisPoints::new(points).unwrap() };
            let model = BillingModel::PerUnit { unit: "token".into(), maximum };
            let pricing = Pricing { base: algo(base), model, volume_discounts: vec![discount] };
            let (price, ceiling) = (pricing.price(units, before).unwrap(), pricing.ceiling().unwrap());
            prop_assert!(ceiling.minus(price).is_ok());
        }
    }
}
