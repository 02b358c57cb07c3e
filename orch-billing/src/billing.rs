//! The service that sets money aside, pays and gives back.

mod sweep;

use std::sync::Arc;

use orch_core::{AccountId, Amount, BasisPoints, Caller, Clock, Currency, MoneyError};

pub use sweep::HoldKeepers;

use crate::{
    Balance, BalanceOf, BillingError, Closing, Ending, Extension, Grant, Hold, HoldId, HoldQuery,
    HoldRequest, LedgerStore, More, Refund, Refusal, Settled, UsageRecord, hold::check_name, telemetry,
};

/// Sets money aside before a call, pays for the answer, and gives back what is left.
///
/// Every operation can be repeated: by its key or by the hold's id, the same again changes nothing.
#[derive(Clone, Debug)]
pub struct Billing {
    store: Arc<dyn LedgerStore>,
    clock: Arc<dyn Clock>,
    fee: BasisPoints,
}

impl Billing {
    /// Billing over a store; `fee` is the platform's share of what payees are paid.
    pub fn new(store: Arc<dyn LedgerStore>, clock: Arc<dyn Clock>, fee: BasisPoints) -> Self {
        Self { store, clock, fee }
    }

    /// Gives credits to an account; the same key again gives nothing more. For the host, not for callers.
    ///
    /// # Errors
    ///
    /// `Conflict` for a known key with another amount, `Money` where the account's grants would exceed [`Grant::LIMIT`].
    pub async fn grant(
        &self,
        account: &AccountId,
        amount: Amount,
        key: &str,
    ) -> Result<Balance, BillingError> {
        check_name("key", key)?;
        let grant = Grant {
            account: account.clone(),
            amount,
            key: key.to_owned(),
            at: self.clock.now(),
        };
        self.store.grant(&grant).await?.map_err(|refusal| match refusal {
            Refusal::Conflict => BillingError::Conflict {
                key: grant.key.clone(),
            },
            _ => MoneyError::TooLarge.into(),
        })?;
        Ok(self
            .store
            .balance(&BalanceOf::Credits(grant.account), amount.currency())
            .await?)
    }

    /// What the caller can spend, and what is set aside.
    pub async fn balance(&self, caller: &Caller, currency: Currency) -> Result<Balance, BillingError> {
        let of = BalanceOf::Credits(caller.account().clone());
        Ok(self.store.balance(&of, currency).await?)
    }

    /// What the caller has earned with their agents.
    pub async fn earnings(&self, caller: &Caller, currency: Currency) -> Result<Amount, BillingError> {
        let of = BalanceOf::Earnings(caller.account().clone());
        Ok(self.store.balance(&of, currency).await?.available)
    }

    /// What the platform has earned. For the host, not for callers.
    pub async fn fees(&self, currency: Currency) -> Result<Amount, BillingError> {
        Ok(self.store.balance(&BalanceOf::Fees, currency).await?.available)
    }

    /// Sets money aside, from the account's credits or from a parent hold. The same request again yields the first hold
    /// as it is now, open or not.
    ///
    /// # Errors
    ///
    /// `Insufficient` (of the purse `Credits`, or `Budget` for a sub-hold), `Conflict` for a known key or id with other
    /// content, `HoldNotFound` and `HoldClosed` of the parent, `Money` for a parent of another currency, `Invalid`.
    pub async fn hold(&self, request: HoldRequest) -> Result<Hold, BillingError> {
        let hold = self.draft(request)?;
        let settled = self.store.hold(&hold).await;
        let held = settled
            .map_err(BillingError::from)
            .and_then(|settled| explain(settled, hold.parent.unwrap_or(hold.id), &hold.key));
        telemetry::held(&held);
        held
    }

    /// The hold that a request asks for, for a store that sets it aside together with what it is for.
    ///
    /// # Errors
    ///
    /// `Invalid`.
    pub fn draft(&self, request: HoldRequest) -> Result<Hold, BillingError> {
        request.open(self.clock.now())
    }

    /// Counts holds that a store set aside together with what they are for, or says why it refused them.
    ///
    /// # Errors
    ///
    /// As [`hold`](Self::hold), of the first of them.
    pub fn held_elsewhere(&self, holds: &[Hold], settled: Settled<()>) -> Result<(), BillingError> {
        for hold in holds {
            let held = explain(
                settled.map(|()| hold.clone()),
                hold.parent.unwrap_or(hold.id),
                &hold.key,
            );
            telemetry::held(&held);
            held?;
        }
        Ok(())
    }

    /// Sets more money aside in an open hold, from where it was taken; all of it or nothing. The same key again yields the
    /// hold as it is now.
    ///
    /// # Errors
    ///
    /// `Insufficient`, `Conflict` for a known key with another amount, `HoldNotFound`, `HoldClosed`, `Money`, `Invalid`.
    pub async fn enlarge(&self, id: HoldId, by: Amount, key: &str) -> Result<Hold, BillingError> {
        check_name("key", key)?;
        let more = More::Funds {
            amount: by,
            key: key.to_owned(),
        };
        let extension = Extension {
            hold: id,
            by: more,
            at: self.clock.now(),
        };
        explain(self.store.extend(&extension).await?, id, key)
    }

    /// Pays a part of an open hold, or all of it, and gives the rest back; keeps what was used. A repeated capture yields
    /// the hold as the first left it, whatever the amount and the usage.
    ///
    /// The usage record's account and cost become those of the capture.
    ///
    /// # Errors
    ///
    /// `HoldNotFound`, `HoldClosed` when it was released or has expired, `HoldBusy` while sub-holds are open, `Exceeds`
    /// when the hold has less, `Money`, `Invalid` for the usage of another invocation.
    pub async fn capture(
        &self,
        id: HoldId,
        amount: Amount,
        usage: Option<UsageRecord>,
    ) -> Result<Hold, BillingError> {
        self.close(&self.payment(id, amount, usage)?).await
    }

    /// Does what was drafted: a [payment](Self::payment), or a [release](Self::giving_back).
    ///
    /// # Errors
    ///
    /// As [`capture`](Self::capture) and [`release`](Self::release), but for `Invalid`.
    pub async fn close(&self, closing: &Closing) -> Result<Hold, BillingError> {
        let closed = explain(self.store.close(closing).await?, closing.hold, "")?;
        self.paid_elsewhere(closing);
        Ok(closed)
    }

    /// What [`capture`](Self::capture) does to a hold, for a store that does it together with what is paid.
    ///
    /// # Errors
    ///
    /// `Invalid` for the usage of another invocation.
    pub fn payment(
        &self,
        id: HoldId,
        amount: Amount,
        usage: Option<UsageRecord>,
    ) -> Result<Closing, BillingError> {
        let ending = Ending::Capture {
            amount,
            fee: amount.basis_points(self.fee),
        };
        self.closing(id, ending, usage)
    }

    /// Counts a payment that a store made together with what is paid.
    pub fn paid_elsewhere(&self, payment: &Closing) {
        if let Ending::Capture { amount, .. } = payment.ending {
            telemetry::captured(amount);
        }
    }

    /// Gives an open hold back; keeps what was used, at no cost. A repeated release, and one of an expired hold, yields
    /// the hold as it is.
    ///
    /// # Errors
    ///
    /// `HoldNotFound`, `HoldClosed` when it was captured, `HoldBusy` while sub-holds are open, `Invalid` for the usage of
    /// another invocation.
    pub async fn release(&self, id: HoldId, usage: Option<UsageRecord>) -> Result<Hold, BillingError> {
        self.close(&self.giving_back(id, usage)?).await
    }

    /// What [`release`](Self::release) does to a hold, for a store that does it together with what it was for.
    ///
    /// # Errors
    ///
    /// `Invalid` for the usage of another invocation.
    pub fn giving_back(&self, id: HoldId, usage: Option<UsageRecord>) -> Result<Closing, BillingError> {
        self.closing(id, Ending::Release, usage)
    }

    /// Brings back what was captured, or a part of it, to the account's credits: from the payee and from the fees in their
    /// shares. The same key again yields the hold as it is now. For the host, not for callers.
    ///
    /// # Errors
    ///
    /// `HoldNotFound`, `NotCaptured`, `Exceeds` when less is left of what was captured, `Conflict` for a known key with
    /// another amount, `Money`, `Invalid`.
    pub async fn refund(&self, id: HoldId, amount: Amount, key: &str) -> Result<Hold, BillingError> {
        check_name("key", key)?;
        let refund = Refund {
            hold: id,
            amount,
            key: key.to_owned(),
            at: self.clock.now(),
        };
        match self.store.refund(&refund).await? {
            Err(Refusal::State(state)) => Err(BillingError::NotCaptured { id, state }),
            settled => explain(settled, id, key),
        }
    }

    /// The hold of an id.
    pub async fn find_hold(&self, id: HoldId) -> Result<Option<Hold>, BillingError> {
        Ok(self.store.holds(&HoldQuery::Id(id)).await?.pop())
    }

    /// The sub-holds of a hold that are not closed yet.
    pub async fn open_sub_holds(&self, parent: HoldId) -> Result<Vec<Hold>, BillingError> {
        Ok(self.store.holds(&HoldQuery::OpenWithin(parent)).await?)
    }

    fn closing(
        &self,
        id: HoldId,
        ending: Ending,
        usage: Option<UsageRecord>,
    ) -> Result<Closing, BillingError> {
        if usage
            .as_ref()
            .is_some_and(|usage| usage.invocation.uuid() != id.uuid())
        {
            let reason = format!("is not the invocation of {id}");
            return Err(BillingError::Invalid {
                field: "usage.invocation",
                reason,
            });
        }
        Ok(Closing {
            hold: id,
            ending,
            at: self.clock.now(),
            usage,
        })
    }
}

/// A refusal in the words of callers, with the hold that it is about and the key that was given.
fn explain(settled: Settled<Hold>, id: HoldId, key: &str) -> Result<Hold, BillingError> {
    settled.map_err(|refusal| match refusal {
        Refusal::Short {
            purse,
            required,
            available,
        } => BillingError::Insufficient {
            purse,
            required,
            available,
        },
        Refusal::Exceeds { required, available } => BillingError::Exceeds {
            id,
            required,
            available,
        },
        Refusal::Conflict => BillingError::Conflict { key: key.to_owned() },
        Refusal::Missing => BillingError::HoldNotFound(id),
        Refusal::State(state) => BillingError::HoldClosed { id, state },
        Refusal::Busy { open_sub_holds } => BillingError::HoldBusy { id, open_sub_holds },
        Refusal::NotDue { .. } => BillingError::NotDue(id),
        Refusal::Mixed {
            hold: left,
            required: right,
        } => MoneyError::Mixed { left, right }.into(),
        Refusal::TooLarge => MoneyError::TooLarge.into(),
    })
}
