//! Money set aside for one purpose: taken, then captured, released or expired.

mod change;
mod refund;
mod request;
mod transition;

use std::fmt;

use orch_core::{AccountId, Amount, Currency, Timestamp};

pub use change::{Closing, Ending, Extension, More, Refund};
pub use request::HoldRequest;
pub(crate) use request::check_name;

use crate::LedgerAccount;

orch_core::id_type! {
    /// A hold on credits; it bears the UUID of the invocation or run that it is for.
    HoldId, "hold_"
}

/// Money set aside, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Its id.
    pub id: HoldId,
    /// Whose credits were taken.
    pub account: AccountId,
    /// The name of the operation that took it, unique in the account.
    pub key: String,
    /// What was taken in all, enlargements included.
    pub amount: Amount,
    /// What was taken at first.
    pub opened_with: Amount,
    /// What is in it now: not lent to sub-holds, not paid by them, not given back.
    pub remaining: Amount,
    /// How many of its sub-holds are open.
    pub open_sub_holds: u32,
    /// The hold that this one was taken from; the account's credits when there is none.
    pub parent: Option<HoldId>,
    /// Who earns what is captured; the platform when there is none.
    pub payee: Option<AccountId>,
    /// Who works with it: it never expires while they are alive.
    pub keeper: Option<String>,
    /// What became of it.
    pub state: HoldState,
    /// What went back when it was closed.
    pub returned: Amount,
    /// What was refunded of what was captured.
    pub refunded: Amount,
    /// When it was taken.
    pub created_at: Timestamp,
    /// From when on the sweeper may expire it; until that is written, it can be captured.
    pub expires_at: Timestamp,
    /// When it was captured, released or expired.
    pub closed_at: Option<Timestamp>,
}

/// What became of a hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HoldState {
    /// It is set aside.
    Open,
    /// It was paid out, and what was left went back.
    Captured {
        /// What was paid.
        amount: Amount,
        /// The platform's share of it.
        fee: Amount,
    },
    /// It went back.
    Released,
    /// It went back because its time was over.
    Expired,
}

impl HoldState {
    /// Whether the money is still set aside.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Open)
    }

    /// The lower-case name: `open`, `captured`, `released` or `expired`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Captured { .. } => "captured",
            Self::Released => "released",
            Self::Expired => "expired",
        }
    }
}

impl fmt::Display for HoldState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Hold {
    /// What it is counted in.
    pub fn currency(&self) -> Currency {
        self.amount.currency()
    }

    /// What was captured; nothing unless it was.
    pub fn captured(&self) -> Amount {
        match self.state {
            HoldState::Captured { amount, .. } => amount,
            _ => Amount::zero(self.currency()),
        }
    }

    /// Where it was taken from, and where what is left of it goes.
    pub fn source(&self) -> LedgerAccount {
        match self.parent {
            Some(parent) => LedgerAccount::Hold(parent),
            None => LedgerAccount::Credits(self.account.clone()),
        }
    }

    /// Where what is captured goes, but for the fee.
    pub fn beneficiary(&self) -> LedgerAccount {
        match &self.payee {
            Some(payee) => LedgerAccount::Earnings(payee.clone()),
            None => LedgerAccount::Fees,
        }
    }

    /// Whether this is the hold that `request` asks for, whatever became of it since.
    pub fn answers(&self, request: &Self) -> bool {
        (self.id, &self.account, &self.key, self.opened_with)
            == (request.id, &request.account, &request.key, request.opened_with)
            && (self.parent, &self.payee, &self.keeper) == (request.parent, &request.payee, &request.keeper)
    }
}
