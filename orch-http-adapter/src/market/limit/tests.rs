use orch::{Entropy, SeededEntropy};

use super::*;

const START: i64 = 1_705_314_600_000;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(START + millis)
}

fn key(entropy: &dyn Entropy) -> ApiKeyId {
    ApiKeyId::generate(at(0), entropy)
}

/// The page's own sample: of 100 a minute and 200 in a burst, 95 are left.
#[test]
fn the_numbers_count_down() {
    let limits = RateLimits::new(Rates::default());
    let key = key(&SeededEntropy::default());
    let remaining: Vec<u32> = (0..105)
        .map(|_| limits.take(key, Class::Hire, at(0)).remaining)
        .collect();
    assert_eq!((remaining[0], remaining[99], remaining[104]), (100, 100, 95));
    let standing = limits.take(key, Class::Hire, at(0));
    assert_eq!(
        (standing.limit, standing.burst, standing.remaining),
        (100, 200, 94)
    );
    // Six tokens are missing, which flow back in 3.6 seconds; but until the minute is over, 94 more can pass.
    assert_eq!(standing.reset, u64::try_from(START / 1000).unwrap() + 60);
}

#[test]
fn a_burst_passes_and_no_more_in_any_minute() {
    let limits = RateLimits::new(Rates::default());
    let key = key(&SeededEntropy::default());
    let let_through = |now| limits.take(key, Class::Orchestrate, now).retry_after.is_none();
    assert_eq!((0..50).filter(|_| let_through(at(0))).count(), 20);
    let refused = limits.take(key, Class::Orchestrate, at(0));
    assert_eq!(refused.retry_after_seconds(), Some(60));
    assert_eq!(refused.remaining, 0);
    // Tokens have come back by then, but the minute is not over.
    assert!(!let_through(at(59_999)));
    assert_eq!((0..50).filter(|_| let_through(at(60_000))).count(), 10);
    assert!(limits.take(key, Class::Agents, at(60_000)).retry_after.is_none());
}

#[test]
fn whoever_waits_as_told_is_let_through() {
    let limits = RateLimits::new(Rates::default());
    let key = key(&SeededEntropy::default());
    let mut now = 0;
    for _ in 0..200 {
        let standing = limits.take(key, Class::Orchestrate, at(now));
        match standing.retry_after_seconds() {
            None => now += 7,
            Some(wait) => {
                assert!(wait >= 1);
                now += i64::try_from(wait).unwrap() * 1000;
                assert!(
                    limits
                        .take(key, Class::Orchestrate, at(now))
                        .retry_after
                        .is_none()
                );
            }
        }
    }
}

#[test]
fn memory_is_bounded_and_the_oldest_goes_first() {
    let limits = RateLimits::new(Rates::default());
    let entropy = SeededEntropy::default();
    let n_counted = || limits.counts.lock().unwrap().len();
    let keys: Vec<ApiKeyId> = (0..=RateLimits::MAX_COUNTS).map(|_| key(&entropy)).collect();
    for (moment, &key) in (0..).zip(&keys) {
        limits.take(key, Class::Usage, at(moment));
    }
    assert_eq!(n_counted(), RateLimits::MAX_COUNTS);
    assert!(
        !limits
            .counts
            .lock()
            .unwrap()
            .contains_key(&(keys[0], Class::Usage))
    );
    limits.take(key(&entropy), Class::Usage, at(1_000_000));
    assert_eq!(n_counted(), 1, "what was forgotten long ago is gone");
}
