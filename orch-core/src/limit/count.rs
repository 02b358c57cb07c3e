use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

use super::{Rate, SlidingWindow, Standing, Tally, TokenBucket};
use crate::Timestamp;

const MINUTE: Duration = Duration::from_secs(60);

/// What one of many has used of a limit: a token bucket under a ceiling of the burst in any minute.
#[derive(Debug)]
pub(super) struct Count {
    bucket: TokenBucket,
    window: SlidingWindow,
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

impl Count {
    pub(super) fn new(rate: Rate, now: Timestamp) -> Self {
        Self {
            bucket: TokenBucket::new(rate.per_minute, MINUTE, rate.burst, now),
            window: SlidingWindow::new(rate.burst, MINUTE),
            last: now,
            own: VecDeque::new(),
            others: HashMap::new(),
        }
    }

    /// Counts a request and lets it through, or not.
    pub(super) fn take(&mut self, rate: Rate, now: Timestamp) -> Standing {
        self.last = self.last.max(now);
        // Only what both let through is taken from both.
        let wait = self.bucket.wait_for(1, now).max(self.window.wait_for(1, now));
        let is_let_through = wait.is_zero() && self.window.take(now).is_ok() && self.bucket.take(now).is_ok();
        let limit = rate.per_minute.get();
        let remaining = self.bucket.remaining(now).min(self.window.remaining(now));
        let full_in = self
            .bucket
            .wait_for(limit, now)
            .max(self.window.wait_for(limit, now));
        let reset = (now + full_in).as_millis();
        Standing {
            limit,
            burst: rate.burst.get(),
            remaining: remaining.min(limit),
            reset: u64::try_from(reset).unwrap_or(0).div_ceil(1000),
            retry_after: (!is_let_through).then_some(wait),
        }
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
            self.bucket.put_down(n_more, at);
            self.window.put_down(n_more, at);
            self.last = self.last.max(at);
        }
    }

    /// Forgets who told of nothing for long.
    pub(super) fn forget_others(&mut self, now: Timestamp) {
        self.others
            .retain(|_, (slot, _)| now.since(*slot) < MINUTE + MINUTE);
    }
}
