//! A result as a person would write it down: short lines, no braces.

use serde_json::{Map, Value};

/// The value as lines of plain text. Of each list, so many items are shown before the rest is counted.
pub fn plain(value: &Value, shown: usize) -> String {
    let mut lines = Vec::new();
    write(value, 0, shown, &mut lines);
    lines.join("\n")
}

fn write(value: &Value, depth: usize, shown: usize, lines: &mut Vec<String>) {
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
                    write(member, depth + 1, shown, lines);
                }
            }
        }
        Value::Array(items) => {
            for item in items.iter().take(shown) {
                match inline(item) {
                    Some(text) => lines.push(format!("{indent}- {text}")),
                    None => write(item, depth + 1, shown, lines),
                }
            }
            if let Some(rest) = items.len().checked_sub(shown.saturating_add(1)) {
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
        assert_eq!(plain(&value, 20), text);
    }

    #[test]
    fn a_long_list_is_counted() {
        let text = plain(&json!((0..25).collect::<Vec<_>>()), 20);
        assert!(text.ends_with("... and 5 more"), "{text}");
        assert_eq!(text.lines().count(), 21);
    }

    #[test]
    fn a_bare_text_is_itself() {
        assert_eq!(plain(&json!("hello"), 20), "hello");
    }
}
