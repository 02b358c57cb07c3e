//! Time as a port: what the hour is, and waking at one.

use std::{
    fmt,
    ops::{Add, Sub},
    time::Duration,
};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

/// A moment, in whole milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The moment this many milliseconds after the epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the epoch.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// The time since `earlier`; zero when `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, by: Duration) -> Self {
        Self(
            self.0
                .saturating_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX)),
        )
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;

    fn sub(self, by: Duration) -> Self {
        Self(
            self.0
                .saturating_sub(i64::try_from(by.as_millis()).unwrap_or(i64::MAX)),
        )
    }
}

/// Tells the time. Held by every service, so that tests own it.
#[async_trait]
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// The moment now.
    fn now(&self) -> Timestamp;

    /// Returns once `now()` is at or after `until`; at once when it is already.
    async fn sleep_until(&self, until: Timestamp);

    /// Returns after `delay`, which a clock of the machine's measures whether or not its time of day is set meanwhile.
    async fn sleep(&self, delay: Duration) {
        self.sleep_until(self.now() + delay).await;
    }
}

/// The machine's clock. Sleeping needs a tokio runtime with its timer enabled.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one home of the system's time")]
    fn now(&self) -> Timestamp {
        let since_epoch = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
    }

    #[expect(clippy::disallowed_methods, reason = "the one home of the timer")]
    async fn sleep_until(&self, until: Timestamp) {
        loop {
            let now = self.now();
            if now >= until {
                return;
            }
            tokio::time::sleep(until.since(now)).await;
        }
    }

    // By the timer alone: whatever somebody does to the time of day, hearts go on to beat.
    #[expect(clippy::disallowed_methods, reason = "the one home of the timer")]
    async fn sleep(&self, delay: Duration) {
        tokio::time::sleep(delay).await;
    }
}

/// A clock that stands still until it is told to go on, and then wakes whoever slept until then.
#[derive(Debug)]
pub struct ManualClock {
    now: watch::Sender<Timestamp>,
}

impl ManualClock {
    /// A clock that shows `now`.
    pub fn at(now: Timestamp) -> Self {
        Self {
            now: watch::Sender::new(now),
        }
    }

    /// Moves the clock on and wakes the sleepers whose time has come.
    pub fn advance(&self, by: Duration) {
        self.now.send_modify(|now| *now = *now + by);
    }
}

/// 2024-01-15T10:30:00Z, the moment that the published examples show.
impl Default for ManualClock {
    fn default() -> Self {
        Self::at(Timestamp(1_705_314_600_000))
    }
}

#[async_trait]
impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.now.borrow()
    }

    async fn sleep_until(&self, until: Timestamp) {
        let mut moved = self.now.subscribe();
        while *moved.borrow_and_update() < until {
            if moved.changed().await.is_err() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn time_does_not_overflow() {
        let end = Timestamp::from_millis(i64::MAX);
        assert_eq!(end + Duration::MAX, end);
        assert_eq!(Timestamp::from_millis(0).since(end), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    #[expect(clippy::disallowed_methods, reason = "it is the timer that is tested")]
    async fn a_delay_is_the_timers_whatever_time_of_day_it_is() {
        // The timer is ahead of the time of day, as if somebody had set that back.
        let (hour, two) = (Duration::from_secs(3600), Duration::from_secs(7200));
        let slept = tokio::time::timeout(two, SystemClock.sleep(hour)).await;
        assert!(slept.is_ok());
    }

    #[tokio::test]
    async fn a_manual_clock_wakes_its_sleepers_and_no_one_else() {
        let clock = Arc::new(ManualClock::default());
        let start = clock.now();
        let early = tokio::spawn({
            let clock = clock.clone();
            async move { clock.sleep_until(start + Duration::from_secs(5)).await }
        });
        let late = tokio::spawn({
            let clock = clock.clone();
            async move { clock.sleep_until(start + Duration::from_secs(50)).await }
        });
        clock.advance(Duration::from_secs(10));
        early.await.unwrap();
        assert!(!late.is_finished());
        late.abort();
    }

    #[tokio::test]
    async fn the_system_clock_wakes_at_its_time() {
        let clock = SystemClock;
        let until = clock.now() + Duration::from_millis(20);
        clock.sleep_until(until).await;
        assert!(clock.now() >= until);
    }
}
