//! Random scripts: few accounts, holds and keys, so that operations meet, repeat and contradict each other.

use orch_core::{AccountId, Amount, Currency, StoreError, Timestamp};

use super::{
    Ledger,
    fixture::{MINUTE, NOW, a_hold, a_usage, account, id},
};
use crate::{Balance, BalanceOf, Closing, Ending, Extension, Grant, Hold, HoldQuery, More, Refund, Settled};

/// One operation of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Adds credits.
    Grant(Grant),
    /// Takes a hold.
    Hold(Box<Hold>),
    /// Gives a hold more money or time.
    Extend(Extension),
    /// Ends a hold.
    Close(Closing),
    /// Brings back what was captured.
    Refund(Refund),
}

impl Operation {
    /// The operation that four arbitrary bytes stand for, so many minutes into the script.
    pub fn decode([kind, subject, amount, variant]: [u8; 4], minutes: u32) -> Self {
        let at = NOW + MINUTE * minutes;
        // Dollars are rare, so that most operations fit together.
        let currency = if variant >= 232 {
            Currency::Usd
        } else {
            Currency::Algo
        };
        let amount = Amount::new(i64::from(amount % 48), currency).unwrap();
        let hold = id(u128::from(subject % 12));
        let key = format!("key {}", variant % 4);
        match kind % 16 {
            0 => Self::Grant(Grant {
                account: payer(variant),
                amount,
                key,
                at,
            }),
            1..=5 => Self::Hold(Box::new(a_request(subject, amount, variant, at))),
            6 => Self::Extend(Extension {
                hold,
                by: More::Funds { amount, key },
                at,
            }),
            7 => Self::Extend(Extension {
                hold,
                by: More::Time {
                    until: at + MINUTE * 5,
                },
                at,
            }),
            8..=10 => {
                let fee = Amount::new(amount.minor() / 7, currency).unwrap();
                let usage = (variant % 2 == 0).then(|| a_usage(u128::from(subject % 12), 1));
                Self::Close(Closing {
                    hold,
                    ending: Ending::Capture { amount, fee },
                    at,
                    usage,
                })
            }
            11 | 12 => Self::Close(Closing {
                hold,
                ending: Ending::Release,
                at,
                usage: None,
            }),
            13 => Self::Close(Closing {
                hold,
                ending: Ending::Expire,
                at,
                usage: None,
            }),
            _ => Self::Refund(Refund {
                hold,
                amount,
                key,
                at,
            }),
        }
    }

    /// Does it.
    pub async fn apply(&self, store: &dyn Ledger) -> Result<Settled<Option<Hold>>, StoreError> {
        let settled = match self {
            Self::Grant(grant) => return Ok(store.grant(grant).await?.map(|()| None)),
            Self::Hold(hold) => store.hold(hold).await?,
            Self::Extend(extension) => store.extend(extension).await?,
            Self::Close(closing) => store.close(closing).await?,
            Self::Refund(refund) => store.refund(refund).await?,
        };
        Ok(settled.map(Some))
    }
}

/// A script of arbitrary bytes: four for each operation, and a minute passes after every third.
pub fn script(bytes: &[[u8; 4]]) -> Vec<Operation> {
    let minutes = (0..).flat_map(|minute| [minute; 3]);
    bytes
        .iter()
        .zip(minutes)
        .map(|(bytes, minutes)| Operation::decode(*bytes, minutes))
        .collect()
}

/// All that a script can have changed: what there is of each currency, the holds, and how many calls were recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The credits of each payer, the earnings of each payee, and the fees.
    pub balances: Vec<Balance>,
    /// The holds, by their id.
    pub holds: Vec<Hold>,
    /// How many usage records there are.
    pub n_used: u64,
}

impl Facts {
    /// Reads them.
    pub async fn of(store: &dyn Ledger) -> Result<Self, StoreError> {
        let mut facts = Self {
            balances: Vec::new(),
            holds: Vec::new(),
            n_used: 0,
        };
        let whose = [0, 1].map(|variant| BalanceOf::Credits(payer(variant)));
        let whose = whose
            .into_iter()
            .chain([BalanceOf::Earnings(account("developer")), BalanceOf::Fees]);
        for of in whose {
            for currency in [Currency::Algo, Currency::Usd] {
                facts.balances.push(store.balance(&of, currency).await?);
            }
        }
        for number in 0..12 {
            facts.holds.extend(store.holds(&HoldQuery::Id(id(number))).await?);
        }
        for variant in [0, 1] {
            let page = orch_core::PageRequest::new(1, 0);
            facts.n_used += store
                .list(&payer(variant), crate::Period::ALWAYS, page)
                .await?
                .total;
        }
        Ok(facts)
    }
}

/// Two stores that follow the same script come to the same, operation by operation, refusals and their facts included.
///
/// # Errors
///
/// When one of the stores fails.
///
/// # Panics
///
/// When they differ.
pub async fn follow_alike(
    one: &dyn Ledger,
    other: &dyn Ledger,
    script: &[Operation],
) -> Result<(), StoreError> {
    for (step, operation) in script.iter().enumerate() {
        let (this, that) = (operation.apply(one).await?, operation.apply(other).await?);
        assert_eq!(this, that, "step {step} of {script:?}");
    }
    assert_eq!(Facts::of(one).await?, Facts::of(other).await?, "after {script:?}");
    Ok(())
}

fn payer(variant: u8) -> AccountId {
    account(if variant % 8 == 1 { "other" } else { "demo" })
}

/// Hold 0 to 3 are taken from credits, the others from one of those before them.
fn a_request(subject: u8, amount: Amount, variant: u8, at: Timestamp) -> Hold {
    let number = u128::from(subject % 12);
    let parent = (number > 3).then(|| id(u128::from(subject / 12) % number));
    let key = if variant % 16 == 15 {
        u128::from(variant % 12)
    } else {
        number
    };
    let payee = (!variant.is_multiple_of(5)).then(|| account("developer"));
    Hold {
        account: payer(variant),
        key: format!("call {key}"),
        amount,
        opened_with: amount,
        remaining: amount,
        returned: Amount::zero(amount.currency()),
        refunded: Amount::zero(amount.currency()),
        parent,
        payee,
        created_at: at,
        expires_at: at + MINUTE * u32::from(variant % 7),
        ..a_hold(number, 0)
    }
}
