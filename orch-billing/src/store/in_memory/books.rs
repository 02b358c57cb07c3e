use std::collections::{BTreeMap, BTreeSet, HashMap};

use orch_core::{AccountId, Amount, Currency, MoneyError, Purse};

use super::usage::Records;
use crate::{
    Balance, BalanceOf, Closing, Extension, Grant, Hold, HoldId, HoldQuery, LedgerAccount, More, Refund,
    Refusal, Settled, Transaction,
};

/// The ledger's books: each change first finds out what it leads to, and then writes all of it.
#[derive(Debug, Default)]
pub(super) struct Books {
    credits: HashMap<(AccountId, Currency), Credits>,
    earned: HashMap<(LedgerAccount, Currency), i64>,
    holds: HashMap<HoldId, Hold>,
    keys: HashMap<(AccountId, String), HoldId>,
    open: BTreeSet<HoldId>,
    transactions: Vec<Transaction>,
    posted: BTreeMap<String, usize>,
    pub(super) usage: Records,
}

#[derive(Clone, Copy, Debug, Default)]
struct Credits {
    balance: i64,
    granted: i64,
}

/// Where the money of a hold comes from, as a change leaves it.
enum Source {
    Credits(i64),
    Parent(Box<Hold>),
}

impl Books {
    pub(super) fn transactions(&self) -> &[Transaction] {
        &self.transactions
    }

    pub(super) fn grant(&mut self, grant: &Grant) -> Settled<()> {
        let transaction = Transaction::grant(grant).map_err(too_large)?;
        if self.is_repeated(transaction.id(), grant.amount)? {
            return Ok(());
        }
        let key = (grant.account.clone(), grant.amount.currency());
        let credits = self.credits.get(&key).copied().unwrap_or_default();
        let granted = credits
            .granted
            .checked_add(grant.amount.minor())
            .ok_or(Refusal::TooLarge)?;
        if granted > Grant::LIMIT {
            return Err(Refusal::TooLarge);
        }
        let balance = credits.balance + grant.amount.minor();
        self.credits.insert(key, Credits { balance, granted });
        self.post(transaction);
        Ok(())
    }

    pub(super) fn hold(&mut self, hold: &Hold) -> Settled<Hold> {
        let key = (hold.account.clone(), hold.key.clone());
        let known = [Some(&hold.id), self.keys.get(&key)]
            .into_iter()
            .flatten()
            .find_map(|id| self.holds.get(id));
        if let Some(known) = known {
            return if known.answers(hold) {
                Ok(known.clone())
            } else {
                Err(Refusal::Conflict)
            };
        }
        let transaction = Transaction::hold(hold).map_err(too_large)?;
        let source = match hold.parent {
            Some(parent) => Source::Parent(Box::new(self.find(parent)?.lend(hold)?)),
            None => self.spend_credits(hold, hold.amount)?,
        };
        self.keys.insert(key, hold.id);
        self.put_source(hold, source);
        self.put(hold.clone());
        self.post(transaction);
        Ok(hold.clone())
    }

    /// Does all of this, one after the other, until one is refused.
    pub(super) fn perform(&mut self, holds: &[Hold], closings: &[Closing]) -> Settled<()> {
        for hold in holds {
            self.hold(hold)?;
        }
        for closing in closings {
            self.close(closing)?;
        }
        Ok(())
    }

    /// Whether all of this would be done: it is done to a copy of what it touches.
    pub(super) fn rehearse(&self, holds: &[Hold], closings: &[Closing]) -> Settled<()> {
        let mut copy = Self::default();
        let held = holds.iter().flat_map(|hold| {
            let key = (hold.account.clone(), hold.key.clone());
            [Some(hold.id), hold.parent, self.keys.get(&key).copied()]
        });
        let closed = closings.iter().flat_map(|closing| {
            let hold = self.holds.get(&closing.hold);
            [Some(closing.hold), hold.and_then(|hold| hold.parent)]
        });
        for hold in held.chain(closed).flatten().filter_map(|id| self.holds.get(&id)) {
            copy.keys
                .insert((hold.account.clone(), hold.key.clone()), hold.id);
            copy.put(hold.clone());
        }
        for hold in holds {
            let key = (hold.account.clone(), hold.currency());
            copy.credits.insert(key, self.credits(hold));
        }
        copy.perform(holds, closings)
    }

    pub(super) fn extend(&mut self, extension: &Extension) -> Settled<Hold> {
        let hold = self.find(extension.hold)?;
        match &extension.by {
            More::Time { until } => Ok(self.put(hold.postpone(*until)?)),
            More::Funds { amount, key } => {
                if self.is_repeated(&Transaction::enlarge_id(hold.id, key), *amount)? {
                    return Ok(hold);
                }
                let enlarged = hold.enlarge(*amount)?;
                let source = match enlarged.parent {
                    Some(parent) => Source::Parent(Box::new(self.find(parent)?.spend(*amount)?)),
                    None => self.spend_credits(&enlarged, *amount)?,
                };
                let transaction =
                    Transaction::enlarge(&enlarged, *amount, key, extension.at).map_err(too_large)?;
                self.put_source(&enlarged, source);
                self.post(transaction);
                Ok(self.put(enlarged))
            }
        }
    }

    pub(super) fn close(&mut self, closing: &Closing) -> Settled<Hold> {
        let before = self.find(closing.hold)?;
        let was_open = before.state.is_open();
        let closed = before.close(closing)?;
        let Some(transaction) = Transaction::close(&closed)
            .map_err(too_large)?
            .filter(|_| was_open)
        else {
            return Ok(closed);
        };
        let source = match closed.parent {
            Some(parent) => Source::Parent(Box::new(self.find(parent)?.take_back(&closed)?)),
            None => Source::Credits(self.credits(&closed).balance + closed.returned.minor()),
        };
        self.put_source(&closed, source);
        self.post(transaction);
        if let Some(usage) = closing.usage_of(&closed) {
            self.usage.insert(usage);
        }
        Ok(self.put(closed))
    }

    pub(super) fn refund(&mut self, refund: &Refund) -> Settled<Hold> {
        let hold = self.find(refund.hold)?;
        if self.is_repeated(&Transaction::refund_id(refund), refund.amount)? {
            return Ok(hold);
        }
        let refunded = hold.refund(refund.amount)?;
        let transaction = Transaction::refund(&refunded, refund).map_err(too_large)?;
        let key = (refunded.account.clone(), refunded.currency());
        self.credits.entry(key).or_default().balance += refund.amount.minor();
        self.post(transaction);
        Ok(self.put(refunded))
    }

    pub(super) fn holds(&self, query: &HoldQuery) -> Vec<Hold> {
        let open = self.open.iter().filter_map(|id| self.holds.get(id));
        match *query {
            HoldQuery::Id(id) => self.holds.get(&id).cloned().into_iter().collect(),
            HoldQuery::OpenWithin(parent) => {
                open.filter(|hold| hold.parent == Some(parent)).cloned().collect()
            }
            HoldQuery::Due { at, limit } => {
                let due = open.filter(|hold| hold.expires_at <= at && hold.open_sub_holds == 0);
                let mut due: Vec<_> = due.cloned().collect();
                due.sort_by_key(|hold| (hold.expires_at, hold.id));
                due.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
                due
            }
        }
    }

    pub(super) fn balance(&self, of: &BalanceOf, currency: Currency) -> Balance {
        let earned = |account: LedgerAccount| {
            (
                self.earned.get(&(account, currency)).copied().unwrap_or_default(),
                0,
            )
        };
        let (available, held) = match of {
            BalanceOf::Earnings(account) => earned(LedgerAccount::Earnings(account.clone())),
            BalanceOf::Fees => earned(LedgerAccount::Fees),
            BalanceOf::Credits(account) => {
                let credits = self
                    .credits
                    .get(&(account.clone(), currency))
                    .copied()
                    .unwrap_or_default();
                let open = self.open.iter().filter_map(|id| self.holds.get(id));
                let own = open.filter(|hold| hold.account == *account && hold.currency() == currency);
                (credits.balance, own.map(|hold| hold.remaining.minor()).sum())
            }
        };
        let amount = |minor| Amount::new(minor, currency).unwrap_or(Amount::zero(currency));
        Balance {
            available: amount(available),
            held: amount(held),
        }
    }

    fn find(&self, id: HoldId) -> Settled<Hold> {
        self.holds.get(&id).cloned().ok_or(Refusal::Missing)
    }

    fn put(&mut self, hold: Hold) -> Hold {
        if hold.state.is_open() {
            self.open.insert(hold.id);
        } else {
            self.open.remove(&hold.id);
        }
        self.holds.insert(hold.id, hold.clone());
        hold
    }

    fn credits(&self, hold: &Hold) -> Credits {
        let key = (hold.account.clone(), hold.currency());
        self.credits.get(&key).copied().unwrap_or_default()
    }

    fn spend_credits(&self, hold: &Hold, amount: Amount) -> Settled<Source> {
        let available = self.credits(hold).balance;
        if available < amount.minor() {
            let available = Amount::new(available, hold.currency()).map_err(too_large)?;
            return Err(Refusal::Short {
                purse: Purse::Credits,
                required: amount,
                available,
            });
        }
        Ok(Source::Credits(available - amount.minor()))
    }

    fn put_source(&mut self, of: &Hold, source: Source) {
        match source {
            Source::Credits(balance) => {
                self.credits
                    .entry((of.account.clone(), of.currency()))
                    .or_default()
                    .balance = balance;
            }
            Source::Parent(parent) => {
                self.put(*parent);
            }
        }
    }

    /// Whether a transaction of this id was posted before; a conflict if it moved another amount.
    fn is_repeated(&self, id: &str, amount: Amount) -> Settled<bool> {
        let Some(first) = self
            .posted
            .get(id)
            .and_then(|&index| self.transactions.get(index))
        else {
            return Ok(false);
        };
        let is_same = (first.amount(), first.currency()) == (amount.minor(), amount.currency());
        if is_same { Ok(true) } else { Err(Refusal::Conflict) }
    }

    fn post(&mut self, transaction: Transaction) {
        for entry in transaction.entries() {
            if matches!(entry.account, LedgerAccount::Earnings(_) | LedgerAccount::Fees) {
                let key = (entry.account.clone(), transaction.currency());
                *self.earned.entry(key).or_default() += entry.minor;
            }
        }
        self.posted
            .insert(transaction.id().to_owned(), self.transactions.len());
        self.transactions.push(transaction);
    }
}

fn too_large(_: MoneyError) -> Refusal {
    Refusal::TooLarge
}
