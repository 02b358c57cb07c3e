//! The double entry: where money can be, and what moves it.
//!
//! Every hold is a ledger account of its own, so that one rule - nothing is taken that is not there - covers credits,
//! holds and sub-holds alike.

mod account;
mod transaction;

pub use account::LedgerAccount;
pub use transaction::{Entry, Transaction, TransactionKind};

use orch_core::{AccountId, Amount, Timestamp};

/// Credits for an account, from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Who receives them.
    pub account: AccountId,
    /// How much.
    pub amount: Amount,
    /// Names the grant among those of the account: the same key again grants nothing more.
    pub key: String,
    /// When.
    pub at: Timestamp,
}

impl Grant {
    /// The most minor units of one currency that an account is ever granted: the largest integer that every JSON reader
    /// reads exactly, which also keeps the sums over a thousand such accounts within their type.
    pub const LIMIT: i64 = (1 << 53) - 1;
}
