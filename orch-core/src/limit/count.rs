use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

use super::{Budget, Tally};
use crate::Timestamp;

const MINUTE: Duration = Duration::from_secs(60);

/// What one of many has used of a limit, and what the processes know of each other's part in it.
#[derive(Debug)]
pub(super) struct Count<B> {
    pub(super) budget: B,
    pub(super) last: Timestamp,
    /// What was let through here, by the slot of time; the earliest first.
    own: VecDeque<Own>,
    /// What each other process was last heard to have let through: in which slot, and how many in it.
    others: HashMap<Box<str>, (Timestamp, u32)>,
}

#[derive(Clone, Copy, Debug)]
struct Own {
    slot: Timestamp,
    count: u32,
    is_told: bool,
}

impl<B: Budget> Count<B> {
    pub(super) fn new(rule: B::Rule, now: Timestamp) -> Self {
        Self {
            budget: B::new(rule, now),
            last: now,
            own: VecDeque::new(),
            others: HashMap::new(),
        }
    }

    /// Answers a request, and says whether it was counted.
    pub(super) fn take(&mut self, rule: B::Rule, now: Timestamp) -> (B::Standing, bool) {
        self.last = self.last.max(now);
        self.budget.take(rule, now)
    }

    /// Remembers that one was let through here, for the others to hear. `true` if they knew all before.
    pub(super) fn note(&mut self, now: Timestamp) -> bool {
        let knew_all = self.own.iter().all(|own| own.is_told);
        let slot = Tally::slot_of(now);
        self.own
            .retain(|own| now.since(own.slot) < MINUTE + Tally::SLOT && (!own.is_told || own.slot >= slot));
        match self.own.back_mut() {
            Some(own) if own.slot >= slot => {
                own.count = own.count.saturating_add(1);
                own.is_told = false;
            }
            _ => self.own.push_back(Own {
                slot,
                count: 1,
                is_told: false,
            }),
        }
        knew_all
    }

    /// What the others do not know yet; they count as told from now on.
    pub(super) fn tell(&mut self) -> impl Iterator<Item = (Timestamp, u32)> {
        let untold = self.own.iter_mut().filter(|own| !own.is_told);
        untold.map(|own| {
            own.is_told = true;
            (own.slot, own.count)
        })
    }

    /// They did not hear it.
    pub(super) fn tell_again(&mut self, slot: Timestamp) {
        for own in self.own.iter_mut().filter(|own| own.slot == slot) {
            own.is_told = false;
        }
    }

    /// Counts what another process let through in a slot of time, less what is known of it.
    pub(super) fn hear(&mut self, replica: &str, slot: Timestamp, count: u32, now: Timestamp) {
        let known = self
            .others
            .get(replica)
            .copied()
            .unwrap_or((Timestamp::from_millis(i64::MIN), 0));
        let n_more = match known {
            (known, _) if slot < known => return,
            (known, n_known) if slot == known => count.saturating_sub(n_known),
            _ => count,
        };
        if n_more > 0 {
            self.others.insert(replica.into(), (slot, count));
            let at = now.min(slot + Tally::SLOT);
            self.budget.put_down(n_more, at);
            self.last = self.last.max(at);
        }
    }

    /// Forgets who told of nothing for long.
    pub(super) fn forget_others(&mut self, now: Timestamp) {
        self.others
            .retain(|_, (slot, _)| now.since(*slot) < MINUTE + MINUTE);
    }
}
