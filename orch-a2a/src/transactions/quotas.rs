//! How often each consumer may ask: counted only for those who proved who they are.

use std::{
    collections::HashMap,
    num::NonZeroU32,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use orch_auth::PartyId;
use orch_core::{Timestamp, limit::SlidingWindow};

/// How often a consumer may ask, whatever window of that length one looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuotaOptions {
    /// Requests in any minute.
    pub per_minute: NonZeroU32,
    /// Requests in any second.
    pub per_second: NonZeroU32,
    /// Whether more are refused. They are counted in any case.
    pub enforced: bool,
    /// The longest time that a client is asked to wait: one of the published clients waits as long as it is told.
    pub longest_wait: Duration,
}

impl Default for QuotaOptions {
    fn default() -> Self {
        Self {
            per_minute: NonZeroU32::MIN.saturating_add(19),
            per_second: NonZeroU32::MIN.saturating_add(4),
            enforced: false,
            longest_wait: Duration::from_secs(5),
        }
    }
}

/// How a consumer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// How many requests a minute allows.
    pub limit: u32,
    /// How many of them are left.
    pub remaining: u32,
    /// When the first of those that were counted does not count any more.
    pub reset_at: Timestamp,
}

/// The counts of all consumers, in bounded memory.
#[derive(Debug)]
pub(super) struct Quotas {
    options: QuotaOptions,
    counts: Mutex<HashMap<PartyId, Count>>,
}

#[derive(Debug)]
struct Count {
    minute: SlidingWindow,
    second: SlidingWindow,
    last: Timestamp,
}

const MINUTE: Duration = Duration::from_secs(60);

impl Quotas {
    /// How many consumers are counted at once. Those that asked longest ago are forgotten first.
    const MAX_COUNTS: usize = 65_536;

    pub(super) fn new(options: QuotaOptions) -> Self {
        Self {
            options,
            counts: Mutex::default(),
        }
    }

    /// How a consumer stands, without asking for anything.
    pub(super) fn standing(&self, consumer: &PartyId, now: Timestamp) -> Standing {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        match counts.get(consumer) {
            Some(count) => count.standing(self.options, now),
            None => Count::new(self.options, now).standing(self.options, now),
        }
    }

    /// Counts a request; or says how long until one can be let through, where that is enforced.
    pub(super) fn take(&self, consumer: &PartyId, now: Timestamp) -> Result<Standing, (Standing, Duration)> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= Self::MAX_COUNTS && !counts.contains_key(consumer) {
            counts.retain(|_, count| now.since(count.last) < MINUTE);
            let oldest = counts
                .iter()
                .min_by_key(|(_, count)| count.last)
                .map(|(id, _)| id.clone());
            if counts.len() >= Self::MAX_COUNTS
                && let Some(oldest) = oldest
            {
                counts.remove(&oldest);
            }
        }
        let count = counts
            .entry(consumer.clone())
            .or_insert_with(|| Count::new(self.options, now));
        let (minute, second) = (count.minute.wait_for(1, now), count.second.wait_for(1, now));
        if minute.is_zero() && second.is_zero() {
            count.last = now;
            // Only what both let through is taken from both.
            let _ = (count.minute.take(now), count.second.take(now));
        } else if self.options.enforced {
            let wait = match minute.is_zero() {
                true => Duration::from_secs(1),
                false => minute,
            };
            let wait = wait.clamp(
                Duration::from_secs(1),
                self.options.longest_wait.max(Duration::from_secs(1)),
            );
            return Err((count.standing(self.options, now), wait));
        }
        Ok(count.standing(self.options, now))
    }
}

impl Count {
    fn new(options: QuotaOptions, now: Timestamp) -> Self {
        Self {
            minute: SlidingWindow::new(options.per_minute, MINUTE),
            second: SlidingWindow::new(options.per_second, Duration::from_secs(1)),
            last: now,
        }
    }

    fn standing(&self, options: QuotaOptions, now: Timestamp) -> Standing {
        let remaining = self.minute.remaining(now);
        Standing {
            limit: options.per_minute.get(),
            remaining,
            reset_at: now + self.minute.wait_for(remaining.saturating_add(1), now),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_705_314_600_000);

    fn quotas(enforced: bool) -> Quotas {
        Quotas::new(QuotaOptions {
            enforced,
            ..QuotaOptions::default()
        })
    }

    #[test]
    fn five_in_a_second_and_twenty_in_a_minute() {
        let (quotas, one) = (quotas(true), "one".parse().unwrap());
        for sent in 0..20_u32 {
            let at = NOW + Duration::from_millis(250) * sent;
            assert_eq!(quotas.take(&one, at).unwrap().remaining, 19 - sent);
        }
        let (standing, wait) = quotas.take(&one, NOW + Duration::from_secs(5)).unwrap_err();
        assert_eq!((standing.remaining, standing.reset_at), (0, NOW + MINUTE));
        assert_eq!(wait, Duration::from_secs(5));
        let almost = NOW + MINUTE - Duration::from_millis(1);
        assert_eq!(quotas.take(&one, almost).unwrap_err().1, Duration::from_secs(1));
        assert!(quotas.take(&one, NOW + MINUTE).is_ok());
        assert!(
            quotas.take(&"two".parse().unwrap(), NOW).is_ok(),
            "each has its own"
        );
    }

    #[test]
    fn the_sixth_in_a_second_waits_for_one() {
        let (quotas, one) = (quotas(true), "one".parse().unwrap());
        for _ in 0..5 {
            assert!(quotas.take(&one, NOW).is_ok());
        }
        assert_eq!(quotas.take(&one, NOW).unwrap_err().1, Duration::from_secs(1));
        assert_eq!(
            quotas.standing(&one, NOW).remaining,
            15,
            "what is refused does not count"
        );
        assert!(quotas.take(&one, NOW + Duration::from_secs(1)).is_ok());
    }

    #[test]
    fn without_enforcement_it_is_only_counted() {
        let (quotas, one) = (quotas(false), "one".parse().unwrap());
        for _ in 0..100 {
            assert!(quotas.take(&one, NOW).is_ok());
        }
        assert_eq!(quotas.standing(&one, NOW).remaining, 15);
    }
}
