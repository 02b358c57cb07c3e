use std::time::Duration;

use orch_core::{AccountId, Amount, Timestamp};

use super::{Hold, HoldId, HoldState};
use crate::BillingError;

/// Asks for money to be set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoldRequest {
    /// The id that the hold shall have: the UUID of the invocation or run that it is for.
    pub id: HoldId,
    /// Whose credits are taken.
    pub account: AccountId,
    /// How much; nothing is allowed too.
    pub amount: Amount,
    /// The hold to take it from, of the same account and currency; the account's credits when there is none.
    pub parent: Option<HoldId>,
    /// Who earns what is captured; the platform when there is none.
    pub payee: Option<AccountId>,
    /// Who works with it, such as `run_…`: it never expires while they are alive.
    pub keeper: Option<String>,
    /// For how long at least.
    pub ttl: Duration,
    /// Names the operation in the account, 1 to 200 characters: the same key again yields the first hold, and is refused
    /// when anything but the `ttl` differs.
    pub key: String,
}

impl HoldRequest {
    /// The hold, as it is when it is granted.
    pub(crate) fn open(self, now: Timestamp) -> Result<Hold, BillingError> {
        check_name("key", &self.key)?;
        if let Some(keeper) = &self.keeper {
            check_name("keeper", keeper)?;
        }
        if self.parent == Some(self.id) {
            return Err(BillingError::Invalid {
                field: "parent",
                reason: "a hold is not taken from itself".into(),
            });
        }
        let nothing = Amount::zero(self.amount.currency());
        Ok(Hold {
            id: self.id,
            account: self.account,
            key: self.key,
            amount: self.amount,
            opened_with: self.amount,
            remaining: self.amount,
            open_sub_holds: 0,
            parent: self.parent,
            payee: self.payee,
            keeper: self.keeper,
            state: HoldState::Open,
            returned: nothing,
            refunded: nothing,
            created_at: now,
            expires_at: now + self.ttl,
            closed_at: None,
        })
    }
}

/// Refuses a key or keeper that no store could keep.
pub(crate) fn check_name(field: &'static str, name: &str) -> Result<(), BillingError> {
    let n_characters = name.chars().count();
    let reason = if !(1..=200).contains(&n_characters) {
        "must have 1 to 200 characters"
    } else if name.chars().any(char::is_control) {
        "must have no control characters"
    } else {
        return Ok(());
    };
    Err(BillingError::Invalid {
        field,
        reason: reason.into(),
    })
}
