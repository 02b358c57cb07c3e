//! What may happen to a hold. A store settles races by its own means; these are the rules it settles them by.

use orch_core::{Amount, MoneyError, Purse, Timestamp};

use super::{Closing, Ending, Hold, HoldState};
use crate::{Refusal, Settled};

impl Hold {
    /// Lends what `sub_hold` takes to it.
    pub fn lend(self, sub_hold: &Self) -> Settled<Self> {
        if self.account != sub_hold.account {
            return Err(Refusal::Missing);
        }
        let lent = self.spend(sub_hold.amount)?;
        let open_sub_holds = lent.open_sub_holds.checked_add(1).ok_or(Refusal::TooLarge)?;
        Ok(Self {
            open_sub_holds,
            ..lent
        })
    }

    /// Gives `amount` of what remains to a sub-hold that is there already.
    pub fn spend(self, amount: Amount) -> Settled<Self> {
        self.open()?;
        let (required, available) = (amount, self.remaining);
        let short = Refusal::Short {
            purse: Purse::Budget,
            required,
            available,
        };
        let remaining = subtract(self.remaining, amount, short)?;
        Ok(Self { remaining, ..self })
    }

    /// Takes back what a sub-hold returned when it closed.
    pub fn take_back(self, closed: &Self) -> Settled<Self> {
        let remaining = add(self.remaining, closed.returned)?;
        let open_sub_holds = self.open_sub_holds.saturating_sub(1);
        Ok(Self {
            remaining,
            open_sub_holds,
            ..self
        })
    }

    /// Receives more from where it was taken.
    pub fn enlarge(self, by: Amount) -> Settled<Self> {
        self.open()?;
        Ok(Self {
            amount: add(self.amount, by)?,
            remaining: add(self.remaining, by)?,
            ..self
        })
    }

    /// Does not expire before `until`.
    pub fn postpone(self, until: Timestamp) -> Settled<Self> {
        self.open()?;
        let expires_at = self.expires_at.max(until);
        Ok(Self { expires_at, ..self })
    }

    /// Ends. A hold that ended the same way before is returned as it is: what was captured first, counts.
    pub fn close(self, closing: &Closing) -> Settled<Self> {
        match (self.state, closing.ending) {
            (HoldState::Open, _) => {}
            (HoldState::Captured { .. }, Ending::Capture { .. }) => return Ok(self),
            (HoldState::Released | HoldState::Expired, Ending::Release) => return Ok(self),
            (state, _) => return Err(Refusal::State(state)),
        }
        if self.open_sub_holds > 0 {
            return Err(Refusal::Busy {
                open_sub_holds: self.open_sub_holds,
            });
        }
        let (state, returned) = match closing.ending {
            Ending::Capture { amount, fee } => {
                let (required, available) = (amount, self.remaining);
                let exceeds = Refusal::Exceeds { required, available };
                let returned = subtract(self.remaining, amount, exceeds)?;
                // Without a payee, all of it is the platform's.
                let fee = if self.payee.is_some() { fee } else { amount };
                (HoldState::Captured { amount, fee }, returned)
            }
            Ending::Release => (HoldState::Released, self.remaining),
            Ending::Expire if self.expires_at > closing.at => {
                return Err(Refusal::NotDue {
                    expires_at: self.expires_at,
                });
            }
            Ending::Expire => (HoldState::Expired, self.remaining),
        };
        Ok(Self {
            state,
            returned,
            remaining: Amount::zero(self.currency()),
            closed_at: Some(closing.at),
            ..self
        })
    }

    fn open(&self) -> Settled<()> {
        match self.state {
            HoldState::Open => Ok(()),
            state => Err(Refusal::State(state)),
        }
    }
}

pub(super) fn add(to: Amount, amount: Amount) -> Settled<Amount> {
    to.plus(amount)
        .map_err(|error| refusal(&error, Refusal::TooLarge))
}

pub(super) fn subtract(from: Amount, amount: Amount, short: Refusal) -> Settled<Amount> {
    from.minus(amount).map_err(|error| refusal(&error, short))
}

fn refusal(error: &MoneyError, otherwise: Refusal) -> Refusal {
    match error {
        &MoneyError::Mixed {
            left: hold,
            right: required,
        } => Refusal::Mixed { hold, required },
        _ => otherwise,
    }
}
