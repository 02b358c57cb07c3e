use std::{num::NonZeroU32, time::Duration};

use proptest::{collection::vec, prelude::*};

use super::*;
use crate::Timestamp;

const MINUTE: Duration = Duration::from_secs(60);

fn n(count: u32) -> NonZeroU32 {
    NonZeroU32::new(count).unwrap()
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

/// Moments from pauses between them, of which some are zero.
fn moments() -> impl Strategy<Value = Vec<Timestamp>> {
    vec(prop_oneof![Just(0_i64), 0..50_i64, 0..20_000_i64], 1..200).prop_map(|pauses| {
        let mut now = 1_000;
        pauses
            .into_iter()
            .map(|pause| {
                now += pause;
                at(now)
            })
            .collect()
    })
}

/// The most of the moments that lie within any stretch `[start, start + length)`.
fn busiest(passed: &[Timestamp], length: Duration) -> usize {
    let within = |start: &Timestamp| {
        passed
            .iter()
            .filter(|at| *at >= start && **at < *start + length)
            .count()
    };
    passed.iter().map(within).max().unwrap_or(0)
}

#[test]
fn a_bucket_lets_a_burst_through_and_then_a_steady_rate() {
    let mut bucket = TokenBucket::new(n(10), MINUTE, n(20), at(0));
    for left in (0..20).rev() {
        assert_eq!(bucket.take(at(0)), Ok(()));
        assert_eq!(bucket.remaining(at(0)), left);
    }
    assert_eq!(bucket.take(at(0)), Err(Duration::from_secs(6)));
    assert_eq!(bucket.take(at(5_999)), Err(Duration::from_millis(1)));
    assert_eq!(bucket.take(at(6_000)), Ok(()));
    assert_eq!(bucket.remaining(at(600_000)), 20, "never more than the burst");
}

#[test]
fn a_window_never_lets_more_through_in_any_minute() {
    let mut window = SlidingWindow::new(n(2), MINUTE);
    assert_eq!(window.take(at(0)), Ok(()));
    assert_eq!(window.take(at(59_000)), Ok(()));
    assert_eq!(window.take(at(59_999)), Err(Duration::from_millis(1)));
    assert_eq!(window.take(at(60_000)), Ok(()));
    assert_eq!(window.take(at(60_000)), Err(Duration::from_secs(59)));
    assert_eq!(window.remaining(at(119_000)), 1);
    assert_eq!(window.remaining(at(120_000)), 2);
}

#[test]
fn a_clock_that_goes_back_makes_no_room() {
    let mut bucket = TokenBucket::new(n(1), MINUTE, n(1), at(60_000));
    assert_eq!(bucket.take(at(60_000)), Ok(()));
    assert_eq!(bucket.take(at(0)), Err(Duration::from_secs(120)));
    assert_eq!(bucket.take(at(119_999)), Err(Duration::from_millis(1)));
    assert_eq!(bucket.take(at(120_000)), Ok(()));
    let mut window = SlidingWindow::new(n(1), MINUTE);
    assert_eq!(window.take(at(60_000)), Ok(()));
    assert_eq!(window.take(at(0)), Err(Duration::from_secs(120)));
    assert_eq!(window.take(at(120_000)), Ok(()));
}

#[test]
fn extreme_limits_do_not_overflow() {
    let mut bucket = TokenBucket::new(n(u32::MAX), Duration::MAX, n(u32::MAX), at(i64::MIN));
    assert_eq!(bucket.take(at(i64::MAX)), Ok(()));
    assert_eq!(bucket.remaining(at(i64::MAX)), u32::MAX - 1);
    let mut window = SlidingWindow::new(n(1), Duration::MAX);
    assert_eq!(window.take(at(0)), Ok(()));
    assert!(window.take(at(i64::MAX - 1)).is_err());
}

proptest! {
    #[test]
    fn a_bucket_keeps_its_bounds(
        rate in 1..50_u32, period in 1..5_000_u64, burst in 1..20_u32, moments in moments(),
    ) {
        let mut bucket = TokenBucket::new(n(rate), Duration::from_millis(period), n(burst), at(1_000));
        let mut passed = Vec::new();
        for now in moments {
            let could = bucket.retry_after(now);
            match bucket.take(now) {
                Ok(()) => {
                    prop_assert_eq!(could, Duration::ZERO);
                    passed.push(now);
                }
                Err(wait) => {
                    prop_assert_eq!(could, wait);
                    prop_assert_eq!(bucket.remaining(now), 0);
                    let earlier = now + (wait - Duration::from_millis(1));
                    prop_assert!(bucket.clone().take(earlier).is_err(), "1 ms earlier than {wait:?}");
                    prop_assert!(bucket.clone().take(now + wait).is_ok(), "after {wait:?}");
                }
            }
            prop_assert!(bucket.remaining(now) <= burst);
        }
        // In any stretch: the burst, and what flows in meanwhile.
        for (first, start) in passed.iter().enumerate() {
            for (count, end) in passed[first..].iter().enumerate() {
                let flowed = end.since(*start).as_millis() * u128::from(rate) / u128::from(period);
                prop_assert!((count as u128) < u128::from(burst) + flowed + 1);
            }
        }
    }

    #[test]
    fn a_window_keeps_its_bounds(limit in 1..20_u32, length in 1..30_000_u64, moments in moments()) {
        let length = Duration::from_millis(length);
        let mut window = SlidingWindow::new(n(limit), length);
        let mut passed = Vec::new();
        for now in moments {
            let (could, remaining) = (window.retry_after(now), window.remaining(now));
            match window.take(now) {
                Ok(()) => {
                    prop_assert_eq!(could, Duration::ZERO);
                    prop_assert_eq!(window.remaining(now), remaining - 1);
                    passed.push(now);
                }
                Err(wait) => {
                    prop_assert_eq!((could, remaining), (wait, 0));
                    let earlier = now + (wait - Duration::from_millis(1));
                    prop_assert!(window.clone().take(earlier).is_err(), "1 ms earlier than {wait:?}");
                    prop_assert!(window.clone().take(now + wait).is_ok(), "after {wait:?}");
                }
            }
        }
        prop_assert!(busiest(&passed, length) <= limit as usize);
    }

    #[test]
    fn waiting_never_takes_room_away(
        rate in 1..50_u32, burst in 1..20_u32, taken in 0..20_usize, earlier in 0..100_000_i64, later in 0..100_000_i64,
    ) {
        let mut bucket = TokenBucket::new(n(rate), MINUTE, n(burst), at(0));
        let mut window = SlidingWindow::new(n(burst), MINUTE);
        for _ in 0..taken {
            let _ = (bucket.take(at(0)), window.take(at(0)));
        }
        let (earlier, later) = (at(earlier.min(later)), at(earlier.max(later)));
        prop_assert!(bucket.remaining(earlier) <= bucket.remaining(later));
        prop_assert!(window.remaining(earlier) <= window.remaining(later));
        prop_assert!(earlier + bucket.retry_after(earlier) <= later + bucket.retry_after(later));
    }
}

#[test]
fn it_is_known_when_more_can_pass() {
    let mut bucket = TokenBucket::new(n(10), MINUTE, n(20), at(0));
    for _ in 0..15 {
        bucket.take(at(0)).unwrap();
    }
    assert_eq!(bucket.remaining(at(0)), 5);
    let waits = [1, 5, 6, 10, 20, 99].map(|count| bucket.wait_for(count, at(0)).as_secs());
    assert_eq!(waits, [0, 0, 6, 30, 90, 90]);
    let mut window = SlidingWindow::new(n(3), MINUTE);
    for second in [1, 2, 3] {
        window.take(at(second * 1000)).unwrap();
    }
    let waits = [0, 1, 2, 3, 99].map(|count| window.wait_for(count, at(4000)).as_secs());
    assert_eq!(waits, [0, 57, 58, 59, 59]);
}

proptest! {
    #[test]
    fn after_the_wait_as_many_can_pass(moments in moments(), count in 1_u32..30) {
        let mut bucket = TokenBucket::new(n(7), MINUTE, n(20), at(0));
        let mut window = SlidingWindow::new(n(20), MINUTE);
        let mut last = at(0);
        for now in moments {
            let _ = bucket.take(now);
            let _ = window.take(now);
            last = now;
        }
        let full = last + bucket.wait_for(count, last);
        prop_assert!(bucket.remaining(full) >= count.min(20));
        let free = last + window.wait_for(count, last);
        prop_assert!(window.remaining(free) >= count.min(20));
    }
}
