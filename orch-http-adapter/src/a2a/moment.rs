//! Moments of this surface: RFC 3339 in whole seconds of UTC.

use chrono::{DateTime, SecondsFormat, Utc};
use orch::Timestamp;

pub(super) fn text(at: Timestamp) -> String {
    let moment = DateTime::from_timestamp_millis(at.as_millis()).unwrap_or(DateTime::<Utc>::MAX_UTC);
    moment.to_rfc3339_opts(SecondsFormat::Secs, true)
}

pub(super) fn read(text: &str) -> Option<Timestamp> {
    let moment = DateTime::parse_from_rfc3339(text).ok()?;
    Some(Timestamp::from_millis(moment.timestamp_millis()))
}
