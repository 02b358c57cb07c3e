//! What the ledger is meant to do, told a second time and as plainly as possible: a list of holds and a few sums.

use std::collections::HashMap;

use orch_billing::{
    Closing, Ending, Extension, Grant, Hold, HoldId, HoldState, More, Refund,
    store::conformance::script::Operation,
};
use orch_core::{AccountId, Currency};

/// What of a hold the model knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) state: &'static str,
    pub(crate) amount: i64,
    pub(crate) remaining: i64,
    pub(crate) captured: i64,
    pub(crate) refunded: i64,
}

impl From<&Hold> for Seen {
    fn from(hold: &Hold) -> Self {
        Self {
            state: hold.state.name(),
            amount: hold.amount.minor(),
            remaining: hold.remaining.minor(),
            captured: hold.captured().minor(),
            refunded: hold.refunded.minor(),
        }
    }
}

#[derive(Clone, Debug)]
struct Taken {
    request: Hold,
    seen: Seen,
    expires_at: i64,
}

/// Money in plain numbers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    credits: HashMap<(AccountId, Currency), i64>,
    granted: HashMap<Currency, i64>,
    holds: Vec<Taken>,
    /// What was done under a key, and with how much.
    done: HashMap<String, (i64, Currency)>,
}

impl Model {
    /// What an operation comes to: the hold afterwards, or nothing when it is refused.
    pub(crate) fn apply(&mut self, operation: &Operation) -> Option<Option<Seen>> {
        match operation {
            Operation::Grant(grant) => self.grant(grant).then_some(None),
            Operation::Hold(hold) => self.hold(hold).map(Some),
            Operation::Extend(extension) => self.extend(extension).map(Some),
            Operation::Close(closing) => self.close(closing).map(Some),
            Operation::Refund(refund) => self.refund(refund).map(Some),
        }
    }

    pub(crate) fn available(&self, account: &AccountId, currency: Currency) -> i64 {
        self.credits
            .get(&(account.clone(), currency))
            .copied()
            .unwrap_or(0)
    }

    pub(crate) fn granted(&self, currency: Currency) -> i64 {
        self.granted.get(&currency).copied().unwrap_or(0)
    }

    pub(crate) fn held(&self, currency: Currency) -> i64 {
        let of_currency = self
            .holds
            .iter()
            .filter(|taken| taken.request.currency() == currency);
        of_currency.map(|taken| taken.seen.remaining).sum()
    }

    /// What was paid and not refunded.
    pub(crate) fn paid(&self, currency: Currency) -> i64 {
        let of_currency = self
            .holds
            .iter()
            .filter(|taken| taken.request.currency() == currency);
        of_currency
            .map(|taken| taken.seen.captured - taken.seen.refunded)
            .sum()
    }

    fn grant(&mut self, grant: &Grant) -> bool {
        let (minor, currency) = (grant.amount.minor(), grant.amount.currency());
        match self.done.get(&format!("grant {} {}", grant.account, grant.key)) {
            Some(first) => return *first == (minor, currency),
            None => self.done.insert(
                format!("grant {} {}", grant.account, grant.key),
                (minor, currency),
            ),
        };
        *self.credits.entry((grant.account.clone(), currency)).or_default() += minor;
        *self.granted.entry(currency).or_default() += minor;
        true
    }

    fn hold(&mut self, hold: &Hold) -> Option<Seen> {
        let is_known = |taken: &&Taken| {
            let (first, key) = (&taken.request, (&taken.request.account, &taken.request.key));
            first.id == hold.id || key == (&hold.account, &hold.key)
        };
        if let Some(first) = self.holds.iter().find(is_known) {
            let first_asked = Hold {
                created_at: hold.created_at,
                expires_at: hold.expires_at,
                ..first.request.clone()
            };
            return (first_asked == *hold).then(|| first.seen.clone());
        }
        self.take(hold, hold.amount.minor(), hold.currency())?;
        let seen = Seen::from(hold);
        let expires_at = hold.expires_at.as_millis();
        self.holds.push(Taken {
            request: hold.clone(),
            seen: seen.clone(),
            expires_at,
        });
        Some(seen)
    }

    fn extend(&mut self, extension: &Extension) -> Option<Seen> {
        let taken = self.find(extension.hold)?.clone();
        let More::Funds { amount, key } = &extension.by else {
            let More::Time { until } = extension.by else {
                unreachable!()
            };
            let is_open = taken.seen.state == "open";
            let later = |taken: &mut Taken| taken.expires_at = taken.expires_at.max(until.as_millis());
            return is_open.then(|| self.change(extension.hold, later)).flatten();
        };
        let name = format!("enlarge {} {key}", extension.hold);
        if let Some(first) = self.done.get(&name) {
            return (*first == (amount.minor(), amount.currency())).then_some(taken.seen);
        }
        if taken.seen.state != "open" || amount.currency() != taken.request.currency() {
            return None;
        }
        self.take(&taken.request, amount.minor(), amount.currency())?;
        self.done.insert(name, (amount.minor(), amount.currency()));
        self.change(extension.hold, |taken| {
            taken.seen.amount += amount.minor();
            taken.seen.remaining += amount.minor();
        })
    }

    fn close(&mut self, closing: &Closing) -> Option<Seen> {
        let taken = self.find(closing.hold)?.clone();
        let (state, captured) = match closing.ending {
            Ending::Capture { amount, .. } => ("captured", amount.minor()),
            Ending::Release => ("released", 0),
            Ending::Expire => ("expired", 0),
        };
        if taken.seen.state != "open" {
            let agrees = match (closing.ending, taken.seen.state) {
                (Ending::Capture { .. }, then) => then == "captured",
                (Ending::Release, then) => then != "captured",
                (Ending::Expire, _) => false,
            };
            return agrees.then_some(taken.seen);
        }
        let is_parent =
            |other: &Taken| other.request.parent == Some(closing.hold) && other.seen.state == "open";
        let in_currency = match closing.ending {
            Ending::Capture { amount, .. } => amount.currency() == taken.request.currency(),
            _ => true,
        };
        let is_due = closing.ending != Ending::Expire || taken.expires_at <= closing.at.as_millis();
        if self.holds.iter().any(is_parent) || !in_currency || !is_due || captured > taken.seen.remaining {
            return None;
        }
        let rest = taken.seen.remaining - captured;
        match taken.request.parent {
            Some(parent) => {
                self.change(parent, |parent| parent.seen.remaining += rest)?;
            }
            None => {
                let key = (taken.request.account.clone(), taken.request.currency());
                *self.credits.entry(key).or_default() += rest;
            }
        }
        self.change(closing.hold, |taken| {
            taken.seen = Seen {
                state,
                captured,
                remaining: 0,
                ..taken.seen
            };
        })
    }

    fn refund(&mut self, refund: &Refund) -> Option<Seen> {
        let taken = self.find(refund.hold)?.clone();
        let (minor, currency) = (refund.amount.minor(), refund.amount.currency());
        let name = format!("refund {} {}", refund.hold, refund.key);
        if let Some(first) = self.done.get(&name) {
            return (*first == (minor, currency)).then_some(taken.seen);
        }
        let is_captured = taken.seen.state
            == HoldState::Captured {
                amount: refund.amount,
                fee: refund.amount,
            }
            .name();
        let fits = currency == taken.request.currency() && taken.seen.refunded + minor <= taken.seen.captured;
        if !is_captured || !fits {
            return None;
        }
        self.done.insert(name, (minor, currency));
        *self.credits.entry((taken.request.account, currency)).or_default() += minor;
        self.change(refund.hold, |taken| taken.seen.refunded += minor)
    }

    /// Takes money for a hold from where it comes from; nothing when it is not there.
    fn take(&mut self, hold: &Hold, minor: i64, currency: Currency) -> Option<()> {
        let Some(parent) = hold.parent else {
            let available = self.credits.entry((hold.account.clone(), currency)).or_default();
            let rest = *available - minor;
            return (rest >= 0).then(|| *available = rest);
        };
        let parent = self.find(parent)?;
        let fits = parent.request.account == hold.account && parent.request.currency() == currency;
        if parent.seen.state != "open" || !fits || parent.seen.remaining < minor {
            return None;
        }
        let id = parent.request.id;
        self.change(id, |parent| parent.seen.remaining -= minor)
            .map(|_| ())
    }

    fn find(&self, id: HoldId) -> Option<&Taken> {
        self.holds.iter().find(|taken| taken.request.id == id)
    }

    fn change(&mut self, id: HoldId, change: impl FnOnce(&mut Taken)) -> Option<Seen> {
        let taken = self.holds.iter_mut().find(|taken| taken.request.id == id)?;
        if taken.seen.state != "open" && taken.seen.state != "captured" {
            return None;
        }
        change(taken);
        Some(taken.seen.clone())
    }
}
