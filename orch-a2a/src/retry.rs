//! When a call that failed is sent again, and after which pause.

use std::time::Duration;

use orch_core::Entropy;

use crate::{Resend, TransportError};

/// How often a call is sent, and how soon again.
///
/// Pauses have full jitter: each takes any time up to a bound that doubles, so that those who failed together do not
/// come back together. What an agent asks for is added to that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// How often a call is sent in all, at least 1.
    pub attempts: u32,
    /// The most that the first pause takes; each further one may take twice as long.
    pub first_pause: Duration,
    /// The most that a pause takes. An agent that asks for a longer one has failed.
    pub longest_pause: Duration,
    /// How long after its first sending a call may still be sent; never beyond its deadline.
    pub within: Duration,
}

impl RetryPolicy {
    /// Sends every call once.
    pub const ONCE: Self = Self {
        attempts: 1,
        first_pause: Duration::ZERO,
        longest_pause: Duration::ZERO,
        within: Duration::ZERO,
    };

    /// How long to wait until a call is sent again that was sent `n_sent` times and has failed so at last; `None` when it
    /// has failed for good.
    pub fn pause(
        &self,
        n_sent: u32,
        error: &TransportError,
        is_repeatable: bool,
        entropy: &dyn Entropy,
    ) -> Option<Duration> {
        let may_be_sent = match error.resend() {
            Resend::Always => true,
            Resend::IfRepeatable => is_repeatable,
            Resend::Never => false,
        };
        if !may_be_sent || n_sent >= self.attempts {
            return None;
        }
        let asked_for = match error {
            TransportError::Overloaded { retry_after } => retry_after.unwrap_or_default(),
            _ => Duration::ZERO,
        };
        let doublings = n_sent.saturating_sub(1).min(31);
        let bound = self.first_pause.saturating_mul(1 << doublings);
        let room = self.longest_pause.checked_sub(asked_for)?;
        Some(asked_for + up_to(bound.min(room), entropy))
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 3,
            first_pause: Duration::from_millis(200),
            longest_pause: Duration::from_secs(10),
            within: Duration::from_secs(30),
        }
    }
}

/// Any whole number of milliseconds up to `bound`, each as likely as the others.
fn up_to(bound: Duration, entropy: &dyn Entropy) -> Duration {
    let mut chance = [0; 8];
    entropy.fill(&mut chance);
    let n_choices = bound.as_millis().saturating_add(1).min(u128::from(u64::MAX));
    let chosen = (u128::from(u64::from_le_bytes(chance)) * n_choices) >> 64;
    Duration::from_millis(u64::try_from(chosen).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use orch_core::SeededEntropy;
    use proptest::prelude::*;

    use super::*;

    const POLICY: RetryPolicy = RetryPolicy {
        attempts: 6,
        first_pause: Duration::from_millis(100),
        longest_pause: Duration::from_secs(1),
        within: Duration::from_secs(60),
    };

    fn pause(n_sent: u32, error: &TransportError, is_repeatable: bool) -> Option<Duration> {
        POLICY.pause(n_sent, error, is_repeatable, &SeededEntropy::default())
    }

    #[test]
    fn only_what_is_safe_is_sent_again() {
        let lost = TransportError::lost("reset");
        assert!(pause(1, &lost, true).is_some());
        assert_eq!(pause(1, &lost, false), None, "it may have been done");
        for never_begun in [
            TransportError::unreachable("refused"),
            TransportError::Overloaded { retry_after: None },
        ] {
            assert!(pause(1, &never_begun, false).is_some(), "{never_begun}");
        }
        for answer in [
            TransportError::failed("no"),
            TransportError::unreadable("garbage"),
            TransportError::TooLarge,
            TransportError::Barred { reason: "no".into() },
        ] {
            assert_eq!(pause(1, &answer, true), None, "{answer}");
        }
    }

    #[test]
    fn an_agent_that_wants_more_time_than_there_is_has_failed() {
        let after = |millis| TransportError::Overloaded {
            retry_after: Some(Duration::from_millis(millis)),
        };
        assert_eq!(pause(1, &after(1_000), false), Some(Duration::from_secs(1)));
        assert_eq!(pause(1, &after(1_001), false), None);
    }

    #[test]
    fn jitter_is_full() {
        let entropy = SeededEntropy::default();
        let bound = Duration::from_millis(9);
        let mut n_seen = [0_u32; 10];
        for _ in 0..10_000 {
            n_seen[usize::try_from(up_to(bound, &entropy).as_millis()).unwrap()] += 1;
        }
        assert!(n_seen.iter().all(|&n| (800..1_200).contains(&n)), "{n_seen:?}");
    }

    proptest! {
        #[test]
        fn pauses_and_attempts_are_bounded(n_sent in 1_u32..100, seed: u64, asked in 0_u64..2_000) {
            let error = TransportError::Overloaded { retry_after: Some(Duration::from_millis(asked)) };
            let pause = POLICY.pause(n_sent, &error, true, &SeededEntropy::new(seed));
            prop_assert_eq!(pause.is_some(), n_sent < POLICY.attempts && asked <= 1_000);
            if let Some(pause) = pause {
                let bound = POLICY.first_pause * (1 << (n_sent - 1));
                let asked = Duration::from_millis(asked);
                prop_assert!(pause >= asked && pause <= POLICY.longest_pause && pause <= asked + bound);
            }
        }
    }
}
