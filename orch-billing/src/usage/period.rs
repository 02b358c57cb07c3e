use std::time::Duration;

use chrono::{DateTime, Datelike, Months, NaiveDate, NaiveTime, Utc};
use orch_core::Timestamp;

/// A span of time: from a moment on, until before another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The first moment in it.
    pub from: Timestamp,
    /// The first moment after it.
    pub until: Timestamp,
}

impl Period {
    /// All of time.
    pub const ALWAYS: Self = Self {
        from: Timestamp::from_millis(i64::MIN),
        until: Timestamp::from_millis(i64::MAX),
    };

    /// The time up to and with `now`.
    pub fn last(duration: Duration, now: Timestamp) -> Self {
        Self {
            from: now - duration,
            until: now + Duration::from_millis(1),
        }
    }

    /// The calendar month, in UTC, that `now` is in; all of time for a moment that no calendar names.
    pub fn month_of(now: Timestamp) -> Self {
        let month = || {
            let date = DateTime::<Utc>::from_timestamp_millis(now.as_millis())?.date_naive();
            let first = date.with_day(1)?;
            Some(Self {
                from: midnight(first),
                until: midnight(first.checked_add_months(Months::new(1))?),
            })
        };
        month().unwrap_or(Self::ALWAYS)
    }

    /// The day, in UTC, that a moment is in: `2024-01-15`.
    pub fn day_of(at: Timestamp) -> String {
        let moment = DateTime::<Utc>::from_timestamp_millis(at.as_millis());
        moment.map_or_else(String::new, |moment| moment.date_naive().to_string())
    }

    /// Whether a moment is in it.
    pub fn contains(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.until
    }
}

fn midnight(date: NaiveDate) -> Timestamp {
    Timestamp::from_millis(date.and_time(NaiveTime::MIN).and_utc().timestamp_millis())
}

#[cfg(test)]
mod tests {
    use orch_core::{Clock, ManualClock};

    use super::*;

    #[test]
    fn a_month_is_that_of_the_calendar() {
        let month = Period::month_of(ManualClock::default().now());
        assert_eq!(
            [month.from, month.until].map(Period::day_of),
            ["2024-01-01", "2024-02-01"]
        );
        assert!(month.contains(month.from) && !month.contains(month.until));
        let december = Period::month_of(month.from - Duration::from_millis(1));
        assert_eq!(december.until, month.from);
    }

    #[test]
    fn a_moment_without_a_calendar_has_no_month() {
        assert_eq!(Period::month_of(Timestamp::from_millis(i64::MAX)), Period::ALWAYS);
    }

    #[test]
    fn the_last_hour_ends_now() {
        let now = ManualClock::default().now();
        let hour = Period::last(Duration::from_secs(3600), now);
        assert!(hour.contains(now) && hour.contains(now - Duration::from_secs(3600)));
        assert!(!hour.contains(now + Duration::from_millis(1)));
    }
}
