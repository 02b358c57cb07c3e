//! Times of the day.

use crate::catalog_planner::reading::lexeme::{Kind, Lexeme};

/// Where the time ends that begins at `at`.
pub(super) fn read(lexemes: &[Lexeme], at: usize) -> Option<usize> {
    let lexeme = &lexemes[at];
    let next = lexemes.get(at + 1).map(Lexeme::word).unwrap_or_default();
    match lexeme.kind {
        Kind::Time => Some(at + 1),
        Kind::Number(_) if next == "o'clock" => Some(at + 2),
        _ if ["noon", "midnight", "midday"].contains(&lexeme.word()) => Some(at + 1),
        _ => None,
    }
}

/// A time as 24 hours count it, `HH:MM`; with seconds where they are said.
pub(in crate::catalog_planner::reading) fn clock_time(text: &str) -> Option<String> {
    let lower = text.to_lowercase().replace(['.', ' '], "");
    match lower.as_str() {
        "noon" | "midday" => return Some("12:00".to_owned()),
        "midnight" => return Some("00:00".to_owned()),
        _ => {}
    }
    let digits: String = lower
        .chars()
        .take_while(|char| char.is_ascii_digit() || *char == ':')
        .collect();
    let mut parts = digits.split(':').map(str::parse::<u32>);
    let hour = parts.next()?.ok()?;
    let minute = parts.next().and_then(Result::ok).unwrap_or(0);
    let second = parts.next().and_then(Result::ok);
    let hour = match &lower[digits.len()..] {
        "pm" if hour < 12 => hour + 12,
        "am" if hour == 12 => 0,
        _ => hour,
    };
    Some(match second {
        Some(second) => format!("{hour:02}:{minute:02}:{second:02}"),
        None => format!("{hour:02}:{minute:02}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_of_the_day_are_added_up() {
        for (said, meant) in [
            ("5pm", "17:00"),
            ("12:05 am", "00:05"),
            ("9 a.m.", "09:00"),
            ("noon", "12:00"),
            ("07:30:15", "07:30:15"),
        ] {
            assert_eq!(clock_time(said).as_deref(), Some(meant), "{said}");
        }
    }
}
