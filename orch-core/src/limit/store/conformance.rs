//! The laws of a [`TallyStore`].

#![expect(clippy::unwrap_used, reason = "a law fails by panicking")]

#[cfg(test)]
mod broken;

use std::time::Duration;

use super::{Heard, Tally, TallyStore};
use crate::Timestamp;

/// Stamps one test for each law. The argument makes a fresh, empty store, and may await; behind `optional:` it makes an
/// `Option` of one, and every law holds for `None`.
#[macro_export]
macro_rules! tally_store_tests {
    (optional: $store:expr) => {
        $crate::tally_store_tests! { @stamp $store;
            what_one_tells_the_others_hear
            the_last_count_of_a_slot_holds
            what_is_over_is_forgotten
        }
    };
    (@stamp $store:expr; $($law:ident)+) => {
        $(
            #[tokio::test]
            async fn $law() {
                if let Some(store) = $store {
                    $crate::limit::conformance::$law(&store).await;
                }
            }
        )+
    };
    ($store:expr) => {
        $crate::tally_store_tests!(optional: Some($store));
    };
}

const EVER: Timestamp = Timestamp::from_millis(i64::MIN);
const HOUR: Duration = Duration::from_secs(3600);

fn tally(limit: &str, subject: &str, slot: i64, count: u32) -> Tally {
    Tally {
        limit: limit.to_owned(),
        subject: subject.to_owned(),
        slot: Timestamp::from_millis(slot),
        count,
    }
}

/// What all but one have told since a moment, in a known order.
async fn heard(store: &impl TallyStore, but: &str, since: Timestamp) -> Vec<(String, Tally)> {
    let (_, heard) = store.hear(but, since).await.unwrap();
    let mut heard: Vec<_> = heard
        .into_iter()
        .map(|Heard { replica, tally }| (replica, tally))
        .collect();
    heard.sort_by_key(|(replica, tally)| (replica.clone(), format!("{tally:?}")));
    heard
}

/// Whoever did not tell it hears it, from when on he wants.
pub async fn what_one_tells_the_others_hear(store: &impl TallyStore) {
    let of_one = [
        tally("hire", "key_1", 0, 3),
        tally("hire", "key_1", 5_000, 4),
        tally("hire", "key_2", 5_000, 1),
        tally("usage", "key_1", 5_000, 9),
    ];
    let many: Vec<_> = (0..150)
        .map(|n| tally("hire", &format!("many_{n:03}"), 5_000, n + 1))
        .collect();
    store.tell("one", &of_one).await.unwrap();
    store.tell("two", &many).await.unwrap();
    let by = |replica: &str, tallies: &[Tally]| {
        let tallies = tallies.iter().map(|tally| (replica.to_owned(), tally.clone()));
        let mut tallies: Vec<_> = tallies.collect();
        tallies.sort_by_key(|(_, tally)| format!("{tally:?}"));
        tallies
    };
    assert_eq!(heard(store, "two", EVER).await, by("one", &of_one));
    assert_eq!(heard(store, "one", EVER).await, by("two", &many));
    assert_eq!(heard(store, "three", EVER).await.len(), 154);
    let (now, _) = store.hear("three", EVER).await.unwrap();
    assert_eq!(heard(store, "three", now - HOUR).await.len(), 154);
    assert_eq!(heard(store, "three", now + HOUR).await, []);
}

/// Of a slot that is told of again, what was told last is heard; telling the same twice changes nothing.
pub async fn the_last_count_of_a_slot_holds(store: &impl TallyStore) {
    for count in [1, 4, 4] {
        store
            .tell("one", &[tally("hire", "key_1", 5_000, count)])
            .await
            .unwrap();
    }
    let last = ("one".to_owned(), tally("hire", "key_1", 5_000, 4));
    assert_eq!(heard(store, "two", EVER).await, [last]);
}

/// What was told before a moment is gone, and nothing else.
pub async fn what_is_over_is_forgotten(store: &impl TallyStore) {
    store
        .tell("one", &[tally("hire", "key_1", 5_000, 1)])
        .await
        .unwrap();
    let (now, _) = store.hear("two", EVER).await.unwrap();
    store.forget(now - HOUR).await.unwrap();
    assert_eq!(heard(store, "two", EVER).await.len(), 1);
    store.forget(now + HOUR).await.unwrap();
    assert_eq!(heard(store, "two", EVER).await, []);
}
