use std::time::Duration;

use chrono::{DateTime, Days, Months, NaiveDate, NaiveTime, Utc};
use orch::{Timestamp, billing::Period};

use crate::market::{error::ApiError, extract::Query};

/// The most days that a span takes in.
const MAX_DAYS: i64 = 366;

/// The time that usage is summed up over.
#[derive(Debug, PartialEq)]
pub(super) struct Span {
    pub(super) period: Period,
    pub(super) name: &'static str,
    pub(super) start_date: NaiveDate,
    pub(super) end_date: NaiveDate,
}

/// A window that ends now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Window {
    Hour,
    Day,
    Week,
    Month,
}

const WINDOWS: [(&str, Window); 4] = [
    ("hour", Window::Hour),
    ("day", Window::Day),
    ("week", Window::Week),
    ("month", Window::Month),
];

impl Span {
    pub(super) fn read(query: &Query, now: Timestamp) -> Result<Self, ApiError> {
        let window = query.word("period", &WINDOWS)?;
        let start = date(query, "start_date")?;
        let end = date(query, "end_date")?;
        match (start, end) {
            (None, None) => Ok(window.unwrap_or(Window::Day).until(now)),
            (Some(start), Some(end)) => Self::of_dates(start, end, window),
            (Some(_), None) => Err(ApiError::invalid("end_date", "is missing beside start_date")),
            (None, Some(_)) => Err(ApiError::invalid("start_date", "is missing beside end_date")),
        }
    }

    fn of_dates(start: NaiveDate, end: NaiveDate, window: Option<Window>) -> Result<Self, ApiError> {
        if end < start {
            return Err(ApiError::invalid("end_date", "is before start_date"));
        }
        if (end - start).num_days() >= MAX_DAYS {
            return Err(ApiError::invalid(
                "end_date",
                "is more than 366 days after start_date",
            ));
        }
        let after = end.checked_add_days(Days::new(1));
        let after = after.ok_or_else(|| ApiError::invalid("end_date", "is no day of the calendar"))?;
        Ok(Self {
            period: Period {
                from: midnight(start),
                until: midnight(after),
            },
            name: window.map_or("custom", Window::name),
            start_date: start,
            end_date: end,
        })
    }
}

impl Window {
    fn name(self) -> &'static str {
        WINDOWS
            .iter()
            .find(|(_, window)| *window == self)
            .map_or("custom", |(name, _)| *name)
    }

    /// The window that ends now; a month is as long as the calendar says.
    fn until(self, now: Timestamp) -> Span {
        const HOUR: Duration = Duration::from_secs(3600);
        let moment = DateTime::<Utc>::from_timestamp_millis(now.as_millis()).unwrap_or_default();
        let duration = match self {
            Self::Hour => HOUR,
            Self::Day => HOUR * 24,
            Self::Week => HOUR * 24 * 7,
            Self::Month => {
                let start = moment.checked_sub_months(Months::new(1)).unwrap_or(moment);
                (moment - start).to_std().unwrap_or_default()
            }
        };
        let period = Period::last(duration, now);
        Span {
            period,
            name: self.name(),
            start_date: day_of(period.from),
            end_date: moment.date_naive(),
        }
    }
}

fn date(query: &Query, name: &str) -> Result<Option<NaiveDate>, ApiError> {
    let Some(text) = query.text(name) else {
        return Ok(None);
    };
    let parsed = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    // The calendar's years have four digits here, and nothing around them.
    let parsed = parsed.filter(|date| date.to_string() == text);
    let reason = "is not a date such as 2024-01-15";
    parsed.map(Some).ok_or_else(|| ApiError::invalid(name, reason))
}

fn midnight(date: NaiveDate) -> Timestamp {
    Timestamp::from_millis(date.and_time(NaiveTime::MIN).and_utc().timestamp_millis())
}

fn day_of(at: Timestamp) -> NaiveDate {
    let moment = DateTime::<Utc>::from_timestamp_millis(at.as_millis());
    moment.unwrap_or_default().date_naive()
}
