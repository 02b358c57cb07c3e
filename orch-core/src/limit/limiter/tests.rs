use super::*;

const START: i64 = 1_705_314_600_000;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(START + millis)
}

/// Ten a minute, twenty at once.
fn limiter() -> Limiter {
    Limiter::new("test", Rate::doubled(10))
}

#[test]
fn a_burst_passes_and_no_more_in_any_minute() {
    let limiter = limiter();
    let let_through = |now| limiter.take("key", now).retry_after.is_none();
    assert_eq!((0..50).filter(|_| let_through(at(0))).count(), 20);
    let refused = limiter.take("key", at(0));
    assert_eq!((refused.retry_after_seconds(), refused.remaining), (Some(60), 0));
    // Tokens have come back by then, but the minute is not over.
    assert!(!let_through(at(59_999)));
    assert_eq!((0..50).filter(|_| let_through(at(60_000))).count(), 10);
    assert!(limiter.take("another", at(60_000)).retry_after.is_none());
}

#[test]
fn whoever_waits_as_told_is_let_through() {
    let limiter = limiter();
    let mut now = 0;
    for _ in 0..200 {
        match limiter.take("key", at(now)).retry_after_seconds() {
            None => now += 7,
            Some(wait) => {
                assert!(wait >= 1);
                now += i64::try_from(wait).unwrap() * 1000;
                assert!(limiter.take("key", at(now)).retry_after.is_none());
            }
        }
    }
}

#[test]
fn memory_is_bounded_and_the_oldest_goes_first() {
    let limiter = limiter();
    for number in 0..=Steady::MAX_COUNTS {
        limiter.take(&format!("key {number}"), at(i64::try_from(number).unwrap()));
    }
    assert_eq!(limiter.n_counts(), Steady::MAX_COUNTS);
    assert!(!limiter.lock().by_subject.contains_key("key 0"));
    limiter.take("late", at(1_000_000));
    assert_eq!(limiter.n_counts(), 1, "what was forgotten long ago is gone");
}
