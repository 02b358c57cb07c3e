use std::{num::NonZeroU32, time::Duration};

use crate::Timestamp;

/// Lets requests through at a steady rate, and some at once after a pause.
///
/// It begins full, with `burst` tokens; each request takes one, and `rate` tokens flow back within each `period`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenBucket {
    rate: u64,
    period: u64,
    capacity: u64,
    /// How much is in it: a token is as many of these parts as the period has milliseconds, so that each millisecond
    /// brings `rate` whole parts.
    level: u64,
    /// What was put down beyond the level, in the same parts; it flows back first.
    owed: u64,
    /// When `level` was right; never goes back.
    at: Timestamp,
}

impl TokenBucket {
    /// A full bucket. The period counts in whole milliseconds and lasts from one of them to 49 days.
    pub fn new(rate: NonZeroU32, period: Duration, burst: NonZeroU32, now: Timestamp) -> Self {
        let period = u64::from(u32::try_from(period.as_millis()).unwrap_or(u32::MAX).max(1));
        let capacity = u64::from(burst.get()) * period;
        Self {
            rate: u64::from(rate.get()),
            period,
            capacity,
            level: capacity,
            owed: 0,
            at: now,
        }
    }

    /// Lets a request through, or says how long until one can be, if none comes before it.
    pub fn take(&mut self, now: Timestamp) -> Result<(), Duration> {
        self.refill(now);
        match self.level.checked_sub(self.period) {
            Some(rest) if self.owed == 0 => {
                self.level = rest;
                Ok(())
            }
            _ => Err(self.retry_after(now)),
        }
    }

    /// Counts requests that were let through elsewhere, whether or not there was room for them. What there was no room for
    /// is owed: at most as much as the bucket holds.
    pub fn put_down(&mut self, count: u32, now: Timestamp) {
        self.refill(now);
        let parts = u64::from(count) * self.period;
        let from_level = parts.min(self.level);
        self.level -= from_level;
        self.owed = self.owed.saturating_add(parts - from_level).min(self.capacity);
    }

    /// How long until a request can be let through; zero if one can be now.
    pub fn retry_after(&self, now: Timestamp) -> Duration {
        self.wait_for(1, now)
    }

    /// How long until so many requests can be let through, if none comes before; zero if they can be now. More than fit
    /// in are never there: then it is the time until it is full.
    pub fn wait_for(&self, count: u32, now: Timestamp) -> Duration {
        let wanted = (u64::from(count) * self.period).min(self.capacity);
        let (level, owed) = self.level_at(now);
        let missing = wanted.saturating_sub(level).saturating_add(owed);
        match missing.div_ceil(self.rate) {
            0 => Duration::ZERO,
            wait => Duration::from_millis(wait) + self.at.since(now),
        }
    }

    /// How many requests can be let through now.
    pub fn remaining(&self, now: Timestamp) -> u32 {
        u32::try_from(self.level_at(now).0 / self.period).unwrap_or(u32::MAX)
    }

    fn refill(&mut self, now: Timestamp) {
        (self.level, self.owed) = self.level_at(now);
        self.at = self.at.max(now);
    }

    /// The level, and what is owed.
    fn level_at(&self, now: Timestamp) -> (u64, u64) {
        let elapsed = u64::try_from(now.since(self.at).as_millis()).unwrap_or(u64::MAX);
        let flowed = elapsed.saturating_mul(self.rate);
        let paid = flowed.min(self.owed);
        let level = self.level.saturating_add(flowed - paid).min(self.capacity);
        (level, self.owed - paid)
    }
}
