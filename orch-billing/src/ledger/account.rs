use std::fmt;

use orch_core::AccountId;

use crate::HoldId;

/// Where money can be.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum LedgerAccount {
    /// What an account can spend; never below zero.
    Credits(AccountId),
    /// What a hold has set aside; never below zero, and zero once it is closed.
    Hold(HoldId),
    /// What an account has earned with its agents: the sum of its entries.
    Earnings(AccountId),
    /// What the platform has earned: the sum of its entries.
    Fees,
    /// The world outside, where grants come from: the sum of its entries is what was granted, negated.
    External,
}

impl LedgerAccount {
    /// Which of the ledgers it is in: `credits`, `hold`, `earnings`, `fees` or `external`.
    pub const fn ledger(&self) -> &'static str {
        match self {
            Self::Credits(_) => "credits",
            Self::Hold(_) => "hold",
            Self::Earnings(_) => "earnings",
            Self::Fees => "fees",
            Self::External => "external",
        }
    }

    /// The name within its ledger: of an account, of a hold, or empty where there is only one.
    pub fn owner(&self) -> String {
        match self {
            Self::Credits(account) | Self::Earnings(account) => account.to_string(),
            Self::Hold(hold) => hold.to_string(),
            Self::Fees | Self::External => String::new(),
        }
    }
}

/// The ledger and the owner: `credits/demo`, `fees`.
impl fmt::Display for LedgerAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fees | Self::External => f.write_str(self.ledger()),
            _ => write!(f, "{}/{}", self.ledger(), self.owner()),
        }
    }
}
