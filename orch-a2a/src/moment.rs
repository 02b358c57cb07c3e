//! Moments as the wire writes them: RFC 3339.

use chrono::{DateTime, SecondsFormat, Utc};
use orch_core::Timestamp;

/// In whole seconds of UTC, with `Z`.
pub(crate) fn text(at: Timestamp) -> String {
    let moment = DateTime::from_timestamp_millis(at.as_millis()).unwrap_or(DateTime::<Utc>::MAX_UTC);
    moment.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// A moment with any offset and any fraction; `None` for what is none.
pub(crate) fn read(text: &str) -> Option<Timestamp> {
    let moment = DateTime::parse_from_rfc3339(text).ok()?;
    Some(Timestamp::from_millis(moment.timestamp_millis()))
}
