//! When a busy model is asked again.

use std::time::Duration;

use orch_core::{Entropy, Timestamp};
use orch_planner::llm::LlmError;

use crate::http::Answer;

/// How often a model is asked in all.
const ATTEMPTS: u32 = 5;
/// The first pause lasts at most this long, and each later one at most twice as long as the one before.
const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(20);

/// The pauses before a model is asked again.
#[derive(Debug, Default)]
pub(super) struct Pauses {
    asked: u32,
}

impl Pauses {
    /// How long to wait after this failure; `None` when asking again does not help.
    pub(super) fn next(&mut self, error: &LlmError, entropy: &dyn Entropy) -> Option<Duration> {
        self.asked += 1;
        if !error.is_passing() || self.asked >= ATTEMPTS {
            return None;
        }
        if let Some(wanted) = error.retry_after() {
            return Some(wanted);
        }
        let longest = FIRST.saturating_mul(1 << (self.asked - 1)).min(LONGEST);
        // Full jitter: who was turned away together does not come back together.
        let mut chance = [0; 4];
        entropy.fill(&mut chance);
        Some(longest.mul_f64(f64::from(u32::from_le_bytes(chance)) / f64::from(u32::MAX)))
    }
}

/// How long an endpoint asks to wait: by `retry-after`, or by the limits that are used up.
pub(super) fn retry_after(answer: &Answer, now: Timestamp) -> Option<Duration> {
    let milliseconds = answer
        .header("retry-after-ms")
        .and_then(|text| text.trim().parse().ok());
    let fraction = || answer.header("retry-after").and_then(seconds);
    milliseconds
        .map(Duration::from_millis)
        .or_else(|| answer.retry_after())
        .or_else(fraction)
        .or_else(|| reset(|name| answer.header(name), now))
}

/// Until when the limits last that are used up, as OpenAI (`6m0s`) and Anthropic (a date) tell it.
fn reset<'h>(header: impl Fn(&str) -> Option<&'h str>, now: Timestamp) -> Option<Duration> {
    let limits = [
        ("x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"),
        ("x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"),
        (
            "anthropic-ratelimit-requests-remaining",
            "anthropic-ratelimit-requests-reset",
        ),
        (
            "anthropic-ratelimit-tokens-remaining",
            "anthropic-ratelimit-tokens-reset",
        ),
        (
            "anthropic-ratelimit-input-tokens-remaining",
            "anthropic-ratelimit-input-tokens-reset",
        ),
        (
            "anthropic-ratelimit-output-tokens-remaining",
            "anthropic-ratelimit-output-tokens-reset",
        ),
    ];
    let used_up = limits
        .iter()
        .filter(|(remaining, _)| header(remaining).map(str::trim) == Some("0"));
    used_up
        .filter_map(|(_, reset)| header(reset))
        .filter_map(|text| until(text.trim(), now))
        .max()
}

fn until(text: &str, now: Timestamp) -> Option<Duration> {
    if let Ok(date) = chrono::DateTime::parse_from_rfc3339(text) {
        return Some(Timestamp::from_millis(date.timestamp_millis()).since(now));
    }
    span(text)
}

/// A span as Go writes it: `1h2m3s`, `6m0s`, `1.5s`, `20ms`.
fn span(text: &str) -> Option<Duration> {
    let (mut total, mut rest) = (Duration::ZERO, text);
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, after) = rest.split_at(end);
        let end = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at(end);
        let unit = match unit {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 0.001,
            _ => return None,
        };
        let number = seconds(number)?.as_secs_f64();
        total = total.checked_add(Duration::try_from_secs_f64(number * unit).ok()?)?;
        rest = after;
    }
    (!text.is_empty()).then_some(total)
}

fn seconds(text: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(text.trim().parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use orch_core::SeededEntropy;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spans_are_read_as_go_writes_them() {
        for (text, millis) in [
            ("1s", 1_000),
            ("6m0s", 360_000),
            ("20ms", 20),
            ("1.5s", 1_500),
            ("1h2m3s", 3_723_000),
        ] {
            assert_eq!(span(text), Some(Duration::from_millis(millis)), "{text}");
        }
        for text in ["", "soon", "1", "s", "-1s", "1y", "1e400s"] {
            assert_eq!(span(text), None, "{text}");
        }
    }

    #[test]
    fn the_limit_that_is_used_up_longest_counts() {
        let now = Timestamp::from_millis(1_705_314_600_000);
        let headers = [
            ("x-ratelimit-remaining-requests", "0"),
            ("x-ratelimit-reset-requests", "1s"),
            ("x-ratelimit-remaining-tokens", "7"),
            ("x-ratelimit-reset-tokens", "1h0m0s"),
            ("anthropic-ratelimit-tokens-remaining", "0"),
            ("anthropic-ratelimit-tokens-reset", "2024-01-15T10:30:04Z"),
        ];
        let header = |name: &str| {
            headers
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| *value)
        };
        assert_eq!(reset(header, now), Some(Duration::from_secs(4)));
    }

    #[test]
    fn pauses_grow_and_end() {
        let entropy = SeededEntropy::default();
        let mut pauses = Pauses::default();
        let busy = LlmError::Overloaded { retry_after: None };
        for nth in 0..ATTEMPTS - 1 {
            let pause = pauses.next(&busy, &entropy).unwrap();
            assert!(pause <= FIRST * (1 << nth), "{pause:?}");
        }
        assert_eq!(pauses.next(&busy, &entropy), None);
        assert_eq!(Pauses::default().next(&LlmError::Unauthorized, &entropy), None);
        let told = LlmError::RateLimited {
            retry_after: Some(Duration::from_secs(90)),
        };
        assert_eq!(
            Pauses::default().next(&told, &entropy),
            Some(Duration::from_secs(90))
        );
    }

    proptest! {
        #[test]
        fn no_header_makes_it_panic(text in "[0-9a-z.:+-]{0,30}") {
            let _ = until(&text, Timestamp::from_millis(0));
            let _ = seconds(&text);
        }
    }
}
