use proptest::prelude::*;

use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_705_314_600_000);

fn after(millis: u64) -> Timestamp {
    NOW + Duration::from_millis(millis)
}

fn memory() -> Memory<u8, u32> {
    Memory::new(|_| 100)
}

#[test]
fn what_there_is_counts_for_a_minute() {
    let mut memory = memory();
    assert_eq!(memory.look(&1, NOW), Look::Ask);
    memory.hear(&1, Said::Yes(7), NOW);
    for (millis, expected) in [
        (0, Look::Told(Some(7))),
        (59_999, Look::Told(Some(7))),
        (60_000, Look::Ask),
    ] {
        assert_eq!(memory.look(&1, after(millis)), expected, "{millis}");
    }
    assert_eq!(memory.look(&2, NOW), Look::Ask, "of another id nothing was said");
}

#[test]
fn what_there_is_not_counts_for_five_seconds() {
    let mut memory = memory();
    for gone in [None, Some(7)] {
        memory.hear(&1, Said::No(gone), NOW);
        for (millis, expected) in [
            (0, Look::Told(gone)),
            (4_999, Look::Told(gone)),
            (5_000, Look::Ask),
        ] {
            assert_eq!(memory.look(&1, after(millis)), expected, "{millis}");
        }
    }
}

#[test]
fn while_the_directory_fails_five_minutes_count() {
    let mut memory = memory();
    memory.hear(&1, Said::Yes(7), NOW);
    for (millis, expected) in [
        (60_000, Look::Told(Some(7))),
        (300_000, Look::Told(Some(7))),
        (300_001, Look::Failed),
    ] {
        memory.fail(&1, after(millis));
        assert_eq!(memory.look(&1, after(millis)), expected, "{millis}");
        assert_eq!(
            memory.look(&1, after(millis + 1_000)),
            Look::Ask,
            "{millis}, a second later"
        );
    }
    memory.fail(&2, NOW);
    assert_eq!(
        (memory.look(&2, NOW), memory.stale(&2, NOW)),
        (Look::Failed, None)
    );
}

#[test]
fn who_was_revoked_does_not_come_back_when_the_directory_fails() {
    let mut memory = memory();
    memory.hear(&1, Said::Yes(7), NOW);
    memory.hear(&1, Said::No(None), after(60_000));
    memory.fail(&1, after(66_000));
    assert_eq!(memory.look(&1, after(66_000)), Look::Failed);
}

#[test]
fn a_clock_that_is_set_back_makes_nothing_last() {
    let mut memory = memory();
    memory.hear(&1, Said::Yes(7), after(3_600_000));
    assert_eq!((memory.look(&1, NOW), memory.stale(&1, NOW)), (Look::Ask, None));
}

#[test]
fn names_of_nothing_displace_nothing() {
    let mut memory: Memory<u32, u32> = Memory::new(|_| 100);
    memory.hear(&0, Said::Yes(7), NOW);
    for id in 1..30_000 {
        memory.hear(&id, Said::No(None), NOW);
    }
    assert_eq!(memory.look(&0, NOW), Look::Told(Some(7)));
    assert_eq!(memory.missed.fill().0, ROOM.entries);
    let mut heavy: Memory<u32, u32> = Memory::new(|_| 256 * 1024);
    for id in 0..100 {
        heavy.hear(&id, Said::Yes(id), NOW);
    }
    assert_eq!(heavy.known.fill(), (64, ROOM.bytes));
}

#[derive(Clone, Debug)]
enum Step {
    Pass(u64),
    Yes(u8, u32),
    No(u8),
    Fail(u8),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..70_000_u64).prop_map(Step::Pass),
        3 => (0..3_u8, any::<u32>()).prop_map(|(id, record)| Step::Yes(id, record)),
        1 => (0..3_u8).prop_map(Step::No),
        3 => (0..3_u8).prop_map(Step::Fail),
    ]
}

proptest! {
    /// Against the last thing that was said of each id, and when.
    #[test]
    fn only_the_last_word_counts_and_not_for_ever(steps in prop::collection::vec(step(), 1..60)) {
        let (mut memory, mut now) = (memory(), NOW);
        let mut last: [Option<(Option<u32>, Timestamp)>; 3] = [None; 3];
        let mut failed: [Option<Timestamp>; 3] = [None; 3];
        for step in steps {
            match step {
                Step::Pass(millis) => now = now + Duration::from_millis(millis),
                Step::Yes(id, record) => {
                    memory.hear(&id, Said::Yes(record), now);
                    (last[usize::from(id)], failed[usize::from(id)]) = (Some((Some(record), now)), None);
                }
                Step::No(id) => {
                    memory.hear(&id, Said::No(None), now);
                    (last[usize::from(id)], failed[usize::from(id)]) = (Some((None, now)), None);
                }
                Step::Fail(id) => {
                    memory.fail(&id, now);
                    failed[usize::from(id)] = Some(now);
                }
            }
            for id in 0..3_u8 {
                let last = last[usize::from(id)];
                let age = last.map(|(_, at)| now.since(at));
                let has_failed = failed[usize::from(id)].is_some_and(|at| now.since(at) < FAILED_FOR);
                match memory.look(&id, now) {
                    Look::Told(Some(record)) => {
                        prop_assert_eq!(Some(Some(record)), last.map(|(said, _)| said));
                        prop_assert!(age < Some(KNOWN_FOR) || (has_failed && age <= Some(STALE_FOR)));
                    }
                    Look::Told(None) => {
                        prop_assert_eq!(Some(None), last.map(|(said, _)| said));
                        prop_assert!(age < Some(ABSENT_FOR));
                    }
                    Look::Failed => prop_assert!(has_failed),
                    Look::Ask => prop_assert!(!has_failed),
                }
            }
        }
    }
}
