//! How often each key may ask: a token bucket under a ceiling of its burst in any minute, for each key and class of routes.

use std::{
    collections::HashMap,
    num::NonZeroU32,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use orch::{ApiKeyId, Timestamp};
use orch_core::limit::{SlidingWindow, TokenBucket};

const MINUTE: Duration = Duration::from_secs(60);

/// How often a key may ask: so often a minute in the long run, and up to its burst within any minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How often in the long run.
    pub per_minute: NonZeroU32,
    /// How often within any 60 seconds.
    pub burst: NonZeroU32,
}

/// The rates of the classes of routes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    /// `POST /orchestrate`.
    pub orchestrate: Rate,
    /// `POST /hire`.
    pub hire: Rate,
    /// `GET /agents`.
    pub agents: Rate,
    /// `GET /agents/{id}`.
    pub agent: Rate,
    /// `GET /usage`, and the routes that the published page does not know.
    pub usage: Rate,
}

impl Rate {
    /// So often a minute, and twice as often in a burst.
    const fn doubled(per_minute: u32) -> Self {
        let rate = NonZeroU32::MIN.saturating_add(per_minute - 1);
        Self {
            per_minute: rate,
            burst: rate.saturating_add(per_minute),
        }
    }
}

/// Those of the published page.
impl Default for Rates {
    fn default() -> Self {
        Self {
            orchestrate: Rate::doubled(10),
            hire: Rate::doubled(100),
            agents: Rate::doubled(1000),
            agent: Rate::doubled(500),
            usage: Rate::doubled(60),
        }
    }
}

/// Routes that are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Class {
    Orchestrate,
    Hire,
    Agents,
    Agent,
    Usage,
}

/// How a key stands with a class after a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) limit: u32,
    pub(super) burst: u32,
    /// How many more can be let through now, at most the limit.
    pub(super) remaining: u32,
    /// The second since the epoch at which `remaining` is the limit again, if nothing comes before.
    pub(super) reset: u64,
    /// How long until a request can be let through, where this one was not.
    pub(super) retry_after: Option<Duration>,
}

impl Standing {
    /// Whole seconds, rounded up so that whoever obeys is let through.
    pub(super) fn retry_after_seconds(&self) -> Option<u64> {
        self.retry_after
            .map(|wait| wait.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX))
    }
}

/// The counts of all keys, in bounded memory.
#[derive(Debug)]
pub(super) struct RateLimits {
    rates: Rates,
    counts: Mutex<HashMap<(ApiKeyId, Class), Count>>,
}

#[derive(Debug)]
struct Count {
    bucket: TokenBucket,
    window: SlidingWindow,
    last: Timestamp,
}

impl RateLimits {
    /// How many keys times classes are counted at once. Beyond that, the one that was asked longest ago is forgotten,
    /// which after two minutes changes nothing. A count takes at most 8 bytes times its burst.
    const MAX_COUNTS: usize = 8192;
    /// After so long without a request, a count is as good as none.
    const FORGOTTEN_AFTER: Duration = Duration::from_secs(120);

    pub(super) fn new(rates: Rates) -> Self {
        Self {
            rates,
            counts: Mutex::default(),
        }
    }

    /// Counts a request and lets it through, or not.
    pub(super) fn take(&self, key: ApiKeyId, class: Class, now: Timestamp) -> Standing {
        let rate = self.rates.of(class);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= Self::MAX_COUNTS && !counts.contains_key(&(key, class)) {
            make_room(&mut counts, now);
        }
        let count = counts
            .entry((key, class))
            .or_insert_with(|| Count::new(rate, now));
        count.take(rate, now)
    }
}

fn make_room(counts: &mut HashMap<(ApiKeyId, Class), Count>, now: Timestamp) {
    counts.retain(|_, count| now.since(count.last) < RateLimits::FORGOTTEN_AFTER);
    if counts.len() >= RateLimits::MAX_COUNTS
        && let Some(oldest) = counts
            .iter()
            .min_by_key(|(_, count)| count.last)
            .map(|(name, _)| *name)
    {
        counts.remove(&oldest);
    }
}

impl Rates {
    fn of(&self, class: Class) -> Rate {
        match class {
            Class::Orchestrate => self.orchestrate,
            Class::Hire => self.hire,
            Class::Agents => self.agents,
            Class::Agent => self.agent,
            Class::Usage => self.usage,
        }
    }
}

impl Count {
    fn new(rate: Rate, now: Timestamp) -> Self {
        Self {
            bucket: TokenBucket::new(rate.per_minute, MINUTE, rate.burst, now),
            window: SlidingWindow::new(rate.burst, MINUTE),
            last: now,
        }
    }

    fn take(&mut self, rate: Rate, now: Timestamp) -> Standing {
        self.last = now;
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
}

#[cfg(test)]
mod tests;
