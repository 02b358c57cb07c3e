//! What is printed for people: results, plans, estimates, moments.

use chrono::{DateTime, SecondsFormat, Utc};
use orch::Timestamp;
use orch::planner::{Planning, StepEstimate, TimeBasis};
use serde_json::Value;

/// Who made a plan, and what that took.
pub(super) fn planning(planning: &Planning) -> String {
    let used = &planning.used;
    let took = format!(
        "asked {} times for {}, {} tokens",
        used.calls,
        used.cost,
        used.tokens.total()
    );
    match &planning.fallback {
        None => format!("planned by model {} ({took})", used.model),
        Some(reason) => format!("planned without model {} ({took}): {reason}", used.model),
    }
}

/// About how long a step takes, and what that is known from.
pub(super) fn time(estimate: &StepEstimate) -> String {
    let seconds = estimate.time.as_secs_f64();
    match estimate.time_basis {
        TimeBasis::History { answered } => format!("about {seconds:.3} s (the mean of {answered} answers)"),
        TimeBasis::Timeout => format!("no longer than {seconds:.0} s (it has answered nobody yet)"),
    }
}

/// How many members of a list are shown before the rest is counted.
const SHOWN: usize = 20;

/// A moment as RFC 3339 writes it, in UTC.
pub(super) fn rfc_3339(at: Timestamp) -> String {
    let time = DateTime::<Utc>::from_timestamp_millis(at.as_millis()).unwrap_or_default();
    time.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// A result as lines of plain text, long lists cut short.
pub(super) fn plain(value: &Value) -> String {
    orch_http_adapter::market::plain(value, SHOWN)
}
