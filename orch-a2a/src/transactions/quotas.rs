//! How often each consumer may ask: counted only for those who proved who they are.

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use orch_auth::PartyId;
use orch_core::{
    Timestamp,
    limit::{Budget, Exchanged, Limiter, SlidingWindow},
};

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

/// The counts of all consumers, in bounded memory, which processes that share stores keep together.
#[derive(Debug)]
pub(super) struct Quotas {
    options: QuotaOptions,
    limiter: Arc<Limiter<Windows>>,
}

/// What a consumer has used: an exact window of a minute, and one of a second.
#[derive(Debug)]
struct Windows {
    minute: SlidingWindow,
    second: SlidingWindow,
}

const MINUTE: Duration = Duration::from_secs(60);

/// By what name other processes know the limit.
const NAME: &str = "a2a/transact";

impl Quotas {
    pub(super) fn new(options: QuotaOptions) -> Self {
        Self {
            options,
            limiter: Arc::new(Limiter::of(NAME, options)),
        }
    }

    /// The limit, for whoever keeps it together with those of other processes.
    pub(super) fn shared(&self) -> Arc<dyn Exchanged> {
        self.limiter.clone()
    }

    /// How a consumer stands, without asking for anything.
    pub(super) fn standing(&self, consumer: &PartyId, now: Timestamp) -> Standing {
        self.limiter.look(consumer.as_str(), |used| match used {
            Some(used) => used.standing(self.options, now),
            None => Windows::new(self.options, now).standing(self.options, now),
        })
    }

    /// Counts a request; or says how long until one can be let through, where that is enforced.
    pub(super) fn take(&self, consumer: &PartyId, now: Timestamp) -> Result<Standing, (Standing, Duration)> {
        self.limiter.take(consumer.as_str(), now)
    }
}

impl Budget for Windows {
    type Rule = QuotaOptions;
    type Standing = Result<Standing, (Standing, Duration)>;

    const MAX_COUNTS: usize = 65_536;

    fn new(options: QuotaOptions, _: Timestamp) -> Self {
        Self {
            minute: SlidingWindow::new(options.per_minute, MINUTE),
            second: SlidingWindow::new(options.per_second, Duration::from_secs(1)),
        }
    }

    fn take(&mut self, options: QuotaOptions, now: Timestamp) -> (Self::Standing, bool) {
        let (minute, second) = (self.minute.wait_for(1, now), self.second.wait_for(1, now));
        // Only what both let through is taken from both.
        let is_counted = minute.is_zero()
            && second.is_zero()
            && self.minute.take(now).is_ok()
            && self.second.take(now).is_ok();
        let standing = self.standing(options, now);
        if is_counted || !options.enforced {
            return (Ok(standing), is_counted);
        }
        let a_second = Duration::from_secs(1);
        let wait = if minute.is_zero() { a_second } else { minute };
        let wait = wait.clamp(a_second, options.longest_wait.max(a_second));
        (Err((standing, wait)), false)
    }

    fn put_down(&mut self, count: u32, at: Timestamp) {
        self.minute.put_down(count, at);
        self.second.put_down(count, at);
    }
}

impl Windows {
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
    use orch_core::{
        ManualClock, SeededEntropy,
        limit::{Exchange, InMemoryTallies},
    };

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

    #[tokio::test]
    async fn what_one_process_let_through_counts_in_the_others() {
        let clock = Arc::new(ManualClock::at(NOW));
        let store = Arc::new(InMemoryTallies::new(clock.clone()));
        let replicas = [1, 2].map(|seed| {
            let quotas = quotas(true);
            let (limits, entropy) = (vec![quotas.shared()], SeededEntropy::new(seed));
            (
                quotas,
                Exchange::new(limits, store.clone(), clock.clone(), &entropy),
            )
        });
        let [(first, tells), (second, hears)] = &replicas;
        let (one, two) = ("one".parse().unwrap(), "two".parse().unwrap());
        let mut now = NOW;
        for _ in 0..20 {
            assert!(first.take(&one, now).is_ok());
            clock.advance(Duration::from_millis(250));
            now = now + Duration::from_millis(250);
        }
        assert_eq!(second.standing(&one, now).remaining, 20, "it has not heard");
        tells.run().await.unwrap();
        hears.run().await.unwrap();
        assert_eq!(second.standing(&one, now).remaining, 0);
        assert!(second.take(&one, now).is_err());
        assert!(second.take(&two, now).is_ok(), "nobody spends another's");
        // What is heard of later than it happened is free again later, by a slot at most.
        let later = now + MINUTE + orch_core::limit::Tally::SLOT;
        assert_eq!(second.standing(&one, later).remaining, 20);
    }
}
