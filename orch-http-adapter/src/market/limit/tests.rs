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
fn each_class_counts_for_itself() {
    let limits = RateLimits::new(Rates::default());
    let key = key(&SeededEntropy::default());
    let let_through = |class| limits.take(key, class, at(0)).retry_after.is_none();
    assert_eq!((0..50).filter(|_| let_through(Class::Orchestrate)).count(), 20);
    for class in [Class::Hire, Class::Agents, Class::Agent, Class::Usage] {
        assert!(let_through(class), "{class:?}");
    }
}
