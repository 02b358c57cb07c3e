use orch_core::{Amount, MoneyError};

use super::{
    Hold, HoldState,
    transition::{add, subtract},
};
use crate::{Refusal, Settled};

impl Hold {
    /// Brings back `amount` of what was captured; all refunds together are at most that.
    pub fn refund(self, amount: Amount) -> Settled<Self> {
        let HoldState::Captured { amount: captured, .. } = self.state else {
            return Err(Refusal::State(self.state));
        };
        let left = subtract(captured, self.refunded, Refusal::TooLarge)?;
        subtract(
            left,
            amount,
            Refusal::Exceeds {
                required: amount,
                available: left,
            },
        )?;
        Ok(Self {
            refunded: add(self.refunded, amount)?,
            ..self
        })
    }

    /// The platform's share of a refund of `amount` that is counted in [`refunded`](Self::refunded) already.
    ///
    /// Shares are counted over all refunds so far and rounded down, so that many small refunds bring back no other share
    /// than one large one, and a full refund brings back the whole fee.
    pub fn fee_refunded(&self, amount: Amount) -> Result<Amount, MoneyError> {
        let before = self.refunded.minus(amount)?;
        self.fee_share(self.refunded)?.minus(self.fee_share(before)?)
    }

    /// The part of `refunded` that comes from the fee.
    fn fee_share(&self, refunded: Amount) -> Result<Amount, MoneyError> {
        let HoldState::Captured { amount, fee } = self.state else {
            return Ok(Amount::zero(self.currency()));
        };
        let share =
            i128::from(fee.minor()) * i128::from(refunded.minor()) / i128::from(amount.minor().max(1));
        Amount::new(
            i64::try_from(share).map_err(|_| MoneyError::TooLarge)?,
            self.currency(),
        )
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use orch_core::{Currency, Timestamp, Uuid};
    use proptest::prelude::*;

    use super::*;
    use crate::{Closing, Ending, HoldId, HoldRequest, LedgerAccount, Refund, Transaction};

    fn algo(minor: i64) -> Amount {
        Amount::new(minor, Currency::Algo).unwrap()
    }

    fn captured(minor: i64, fee: i64) -> Hold {
        let request = HoldRequest {
            id: HoldId::from_uuid(Uuid::nil()),
            account: "demo".parse().unwrap(),
            amount: algo(minor),
            parent: None,
            payee: Some("developer".parse().unwrap()),
            keeper: None,
            ttl: Duration::ZERO,
            key: "call".into(),
        };
        let at = Timestamp::from_millis(0);
        let ending = Ending::Capture {
            amount: algo(minor),
            fee: algo(fee),
        };
        let open = request.open(at).unwrap();
        open.clone()
            .close(&Closing {
                hold: open.id,
                ending,
                at,
                usage: None,
            })
            .unwrap()
    }

    proptest! {
        #[test]
        fn refunds_one_by_one_take_the_shares_that_one_would(
            minor in 0..=i64::MAX, fee in 0..=i64::MAX, cuts in prop::collection::vec(0..=i64::MAX, 0..8),
        ) {
            let fee = if minor == 0 { 0 } else { fee % minor };
            let mut hold = captured(minor, fee);
            let mut taken = [0, 0];
            let mut bounds: Vec<_> = cuts.iter().map(|cut| if minor == 0 { 0 } else { cut % minor }).collect();
            bounds.sort_unstable();
            bounds.push(minor);
            for bound in bounds {
                let amount = algo(bound - hold.refunded.minor());
                let refund = Refund { hold: hold.id, amount, key: "part".into(), at: hold.created_at };
                hold = hold.refund(amount).unwrap();
                let transaction = Transaction::refund(&hold, &refund).unwrap();
                prop_assert!(transaction.is_balanced());
                prop_assert_eq!(transaction.amount(), amount.minor());
                for entry in transaction.entries() {
                    match entry.account {
                        LedgerAccount::Fees => taken[0] -= entry.minor,
                        LedgerAccount::Earnings(_) => taken[1] -= entry.minor,
                        _ => {}
                    }
                }
                let share = i128::from(fee) * i128::from(bound) / i128::from(minor.max(1));
                prop_assert_eq!(i128::from(taken[0]), share, "the fee's share is rounded down over all of them");
            }
            prop_assert_eq!(taken, [fee, minor - fee], "in the end, all of it came back");
            prop_assert_eq!(hold.refund(algo(1)), Err(Refusal::Exceeds { required: algo(1), available: algo(0) }));
        }
    }
}
