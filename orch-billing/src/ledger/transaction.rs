use std::fmt;

use orch_core::{Amount, Currency, MoneyError, Timestamp};

use super::{Grant, LedgerAccount};
use crate::{Hold, HoldState, Refund};

/// What a transaction is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TransactionKind {
    /// Credits came from outside.
    Grant,
    /// Credits, or a part of another hold, were set aside.
    Hold,
    /// More was set aside.
    Enlarge,
    /// A hold was paid out, and what was left of it went back.
    Capture,
    /// A hold went back.
    Release,
    /// A hold went back because its time was over.
    Expire,
    /// What was paid came back.
    Refund,
}

impl TransactionKind {
    /// The lower-case name: `grant`, `hold`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Grant => "grant",
            Self::Hold => "hold",
            Self::Enlarge => "enlarge",
            Self::Capture => "capture",
            Self::Release => "release",
            Self::Expire => "expire",
            Self::Refund => "refund",
        }
    }
}

impl fmt::Display for TransactionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One side of a movement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where.
    pub account: LedgerAccount,
    /// How many minor units came (positive) or went (negative); never zero.
    pub minor: i64,
}

/// A movement of money, whose entries sum to zero.
///
/// Its id says what it is for, so that a repeated operation makes the same id; with its
/// [`amount`](Self::amount) it is the operation's fingerprint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    id: String,
    kind: TransactionKind,
    currency: Currency,
    at: Timestamp,
    entries: Vec<Entry>,
}

impl Transaction {
    /// Credits come from outside: `grant/<account> <key>` (a space, which no account has, so that no two grants meet).
    pub fn grant(grant: &Grant) -> Result<Self, MoneyError> {
        let id = format!("grant/{} {}", grant.account, grant.key);
        let to = [(LedgerAccount::Credits(grant.account.clone()), grant.amount)];
        Self::spread(
            id,
            TransactionKind::Grant,
            grant.at,
            LedgerAccount::External,
            grant.amount.currency(),
            to,
        )
    }

    /// A hold takes what it was opened with: `hold/<id>`.
    pub fn hold(hold: &Hold) -> Result<Self, MoneyError> {
        let to = [(LedgerAccount::Hold(hold.id), hold.opened_with)];
        let id = format!("hold/{}", hold.id);
        Self::spread(
            id,
            TransactionKind::Hold,
            hold.created_at,
            hold.source(),
            hold.currency(),
            to,
        )
    }

    /// A hold takes more: `enlarge/<id>/<key>`.
    pub fn enlarge(hold: &Hold, by: Amount, key: &str, at: Timestamp) -> Result<Self, MoneyError> {
        let to = [(LedgerAccount::Hold(hold.id), by)];
        let id = Self::enlarge_id(hold.id, key);
        Self::spread(
            id,
            TransactionKind::Enlarge,
            at,
            hold.source(),
            hold.currency(),
            to,
        )
    }

    /// A closed hold pays out what was captured and gives the rest back: `capture/<id>`, `release/<id>` or
    /// `expire/<id>`. `None` while the hold is open.
    pub fn close(hold: &Hold) -> Result<Option<Self>, MoneyError> {
        let back = (hold.source(), hold.returned);
        let (kind, paid) = match hold.state {
            HoldState::Open => return Ok(None),
            HoldState::Captured { amount, fee } => {
                (TransactionKind::Capture, Some((amount.minus(fee)?, fee)))
            }
            HoldState::Released => (TransactionKind::Release, None),
            HoldState::Expired => (TransactionKind::Expire, None),
        };
        let (earned, fee) = paid.unwrap_or((Amount::zero(hold.currency()), Amount::zero(hold.currency())));
        let to = [(hold.beneficiary(), earned), (LedgerAccount::Fees, fee), back];
        let at = hold.closed_at.unwrap_or(hold.created_at);
        let id = format!("{kind}/{}", hold.id);
        Self::spread(id, kind, at, LedgerAccount::Hold(hold.id), hold.currency(), to).map(Some)
    }

    /// What was captured comes back, from the payee and from the fees in their shares: `refund/<id>/<key>`.
    ///
    /// `refunded` is the hold as it is after the refund.
    pub fn refund(refunded: &Hold, refund: &Refund) -> Result<Self, MoneyError> {
        let fee = refunded.fee_refunded(refund.amount)?;
        let from = [
            (refunded.beneficiary(), refund.amount.minus(fee)?),
            (LedgerAccount::Fees, fee),
        ];
        let to = LedgerAccount::Credits(refunded.account.clone());
        let id = Self::refund_id(refund);
        let gathered = Self::spread(
            id,
            TransactionKind::Refund,
            refund.at,
            to,
            refunded.currency(),
            from,
        )?;
        Ok(gathered.reversed())
    }

    /// The id that enlarging a hold under a key has.
    pub fn enlarge_id(hold: crate::HoldId, key: &str) -> String {
        format!("enlarge/{hold}/{key}")
    }

    /// The id that a refund has.
    pub fn refund_id(refund: &Refund) -> String {
        format!("refund/{}/{}", refund.hold, refund.key)
    }

    /// Moves parts from one account to others; the first entry is what the parts sum to, negated, so that the whole is
    /// zero by construction. Empty parts leave no entry.
    fn spread(
        id: String,
        kind: TransactionKind,
        at: Timestamp,
        from: LedgerAccount,
        currency: Currency,
        to: impl IntoIterator<Item = (LedgerAccount, Amount)>,
    ) -> Result<Self, MoneyError> {
        let mut total = Amount::zero(currency);
        let mut entries = Vec::with_capacity(4);
        for (account, part) in to {
            total = total.plus(part)?;
            if !part.is_zero() {
                entries.push(Entry {
                    account,
                    minor: part.minor(),
                });
            }
        }
        if !total.is_zero() {
            entries.insert(
                0,
                Entry {
                    account: from,
                    minor: -total.minor(),
                },
            );
        }
        Ok(Self {
            id,
            kind,
            currency,
            at,
            entries,
        })
    }

    /// The same movement the other way.
    fn reversed(mut self) -> Self {
        for entry in &mut self.entries {
            entry.minor = -entry.minor;
        }
        self
    }

    /// What it is for and of what: `capture/hold_0123…`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What it is for.
    pub fn kind(&self) -> TransactionKind {
        self.kind
    }

    /// What its entries are counted in.
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// When it happened.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// Where it came from and where it went; none when nothing moved.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// How much moved: the sum of what came.
    pub fn amount(&self) -> i64 {
        self.entries.iter().map(|entry| entry.minor.max(0)).sum()
    }

    /// Whether what came is what went, as it always is.
    pub fn is_balanced(&self) -> bool {
        self.entries
            .iter()
            .map(|entry| i128::from(entry.minor))
            .sum::<i128>()
            == 0
    }
}
