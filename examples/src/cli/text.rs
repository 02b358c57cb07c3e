//! JSON as a person would write it down, short lines, no braces; and moments.

use chrono::{DateTime, SecondsFormat, Utc};
use orch::Timestamp;
use orch::planner::{Planning, StepEstimate, TimeBasis};
use serde_json::{Map, Value};

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

/// The value as lines of plain text.
pub(super) fn plain(value: &Value) -> String {
    let mut lines = Vec::new();
    write(value, 0, &mut lines);
    lines.join("\n")
}

fn write(value: &Value, depth: usize, lines: &mut Vec<String>) {
    let indent = "  ".repeat(depth);
    match value {
        Value::Object(members) if flat(members) && depth > 0 => {
            lines.push(format!("{indent}{}", one_line(members)));
        }
        Value::Object(members) => {
            for (name, member) in members {
                if let Some(text) = inline(member) {
                    lines.push(format!("{indent}{name}: {text}"));
                } else {
                    lines.push(format!("{indent}{name}:"));
                    write(member, depth + 1, lines);
                }
            }
        }
        Value::Array(items) => {
            for item in items.iter().take(SHOWN) {
                match inline(item) {
                    Some(text) => lines.push(format!("{indent}- {text}")),
                    None => write(item, depth + 1, lines),
                }
            }
            if let Some(rest) = items.len().checked_sub(SHOWN + 1) {
                lines.push(format!("{indent}... and {} more", rest + 1));
            }
        }
        other => lines.push(format!("{indent}{}", inline(other).unwrap_or_default())),
    }
}

fn one_line(members: &Map<String, Value>) -> String {
    let parts: Vec<String> = members
        .iter()
        .map(|(name, member)| format!("{name}: {}", inline(member).unwrap_or_default()))
        .collect();
    parts.join(", ")
}

fn flat(members: &Map<String, Value>) -> bool {
    members.len() <= 6
        && members
            .values()
            .all(|member| inline(member).is_some_and(|text| text.len() <= 40))
}

/// The value where it fits in a line.
fn inline(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some("none".into()),
        Value::Bool(truth) => Some(if *truth { "yes" } else { "no" }.into()),
        Value::Number(number) => Some(match number.as_f64() {
            Some(float) if number.is_f64() => {
                let rounded = format!("{float:.3}");
                rounded.trim_end_matches('0').trim_end_matches('.').to_owned()
            }
            _ => number.to_string(),
        }),
        Value::String(text) => Some(text.trim().replace('\n', " ")),
        Value::Array(items) if items.is_empty() => Some("none".into()),
        Value::Object(members) if members.is_empty() => Some("none".into()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_result_reads_without_braces() {
        let value = json!({
            "sentiment": "positive",
            "confidence": 0.870_04,
            "keywords": [{"keyword": "battery", "score": 2.5}, {"keyword": "screen", "score": 1}],
            "notes": [],
        });
        let text = "confidence: 0.87\nkeywords:\n    keyword: battery, score: 2.5\n    keyword: screen, score: 1\nnotes: none\nsentiment: positive";
        assert_eq!(plain(&value), text);
    }

    #[test]
    fn a_long_list_is_counted() {
        let text = plain(&json!((0..25).collect::<Vec<_>>()));
        assert!(text.ends_with("... and 5 more"), "{text}");
        assert_eq!(text.lines().count(), SHOWN + 1);
    }

    #[test]
    fn a_bare_text_is_itself() {
        assert_eq!(plain(&json!("hello")), "hello");
    }
}
