//! The laws of an [`AuditStore`] over an [`EventLog`](crate::EventLog) that is kept with it.

#![expect(clippy::unwrap_used, reason = "a law fails by panicking")]

#[cfg(test)]
mod broken;

use std::time::Duration;

use serde_json::json;

use super::AuditStore;
use crate::{
    Event, EventLog, Timestamp,
    audit::{Entry, Seal, Stretch},
};

/// Stamps one test for each law. The argument makes a fresh, empty store that is a log as well, and may await; behind
/// `optional:` it makes an `Option` of one, and every law holds for `None`.
#[macro_export]
macro_rules! audit_store_tests {
    (optional: $store:expr) => {
        $crate::audit_store_tests! { @stamp $store;
            what_is_not_sealed_is_the_tail
            the_tail_is_named
            events_are_sealed_once
            a_seal_follows_the_last
            one_seals_at_a_time
            a_lapsed_sealer_is_succeeded
        }
    };
    (@stamp $store:expr; $($law:ident)+) => {
        $(
            #[tokio::test]
            async fn $law() {
                if let Some(store) = $store {
                    $crate::audit::conformance::$law(&store).await;
                }
            }
        )+
    };
    ($store:expr) => {
        $crate::audit_store_tests!(optional: Some($store));
    };
}

/// What the laws want of a store.
pub trait AuditedLog: AuditStore + EventLog {}

impl<S: AuditStore + EventLog> AuditedLog for S {}

const LONG: Duration = Duration::from_secs(3600);

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(1_705_314_600_000 + seconds * 1_000)
}

fn event(stream: &str, seq: u64) -> Event {
    let happened_at = at(i64::try_from(seq).unwrap());
    Event::new(stream, seq, "happened", happened_at, &json!({ "v": 1, "n": seq }))
}

/// Two streams that are audited, and one that is not; the events of the two in their order.
async fn lived_in(store: &impl AuditedLog) -> Vec<Event> {
    let audited = [
        event("agent_1", 1),
        event("agent_1", 2),
        event("approvals/apr_1", 1),
        event("approvals/apr_1", 2),
        event("tx_1", 1),
    ];
    let of_a_run = [event("run_1", 1), event("run_1", 2)];
    for events in [&audited[2..], &of_a_run, &audited[..2]] {
        assert!(store.append(events).await.unwrap());
    }
    audited.into()
}

/// The next seal over the first events that are in none.
async fn next(store: &impl AuditedLog, limit: u32) -> (Seal, Vec<Entry>) {
    let (last, events) = store.unsealed(limit).await.unwrap();
    let entries = entries(&events);
    (Seal::over(last.as_ref(), at(100), &entries), entries)
}

fn entries(events: &[Event]) -> Vec<Entry> {
    events.iter().map(Entry::of).collect()
}

/// Events of audited streams wait in the order of their streams until they are sealed.
pub async fn what_is_not_sealed_is_the_tail(store: &impl AuditedLog) {
    assert_eq!(store.unsealed(9).await.unwrap(), (None, Vec::new()));
    assert_eq!(store.tail(9).await.unwrap().n_events, 0);
    let events = lived_in(store).await;
    assert_eq!(store.unsealed(9).await.unwrap(), (None, events.clone()));
    assert_eq!(store.unsealed(2).await.unwrap().1, events[..2]);
    let tail = store.tail(9).await.unwrap();
    assert_eq!((tail.n_events, tail.oldest, tail.last_seal), (5, Some(at(1)), 0));
    assert!(store.lease("one", LONG).await.unwrap());
    let (seal, sealed) = next(store, 4).await;
    assert!(store.seal("one", &seal, &sealed).await.unwrap());
    let tail = store.tail(9).await.unwrap();
    assert_eq!((tail.n_events, tail.oldest, tail.last_seal), (1, Some(at(1)), 1));
    assert_eq!(store.unsealed(9).await.unwrap(), (Some(seal), events[4..].into()));
}

/// The tail says which events of which streams it has, of as many streams as are wanted.
pub async fn the_tail_is_named(store: &impl AuditedLog) {
    lived_in(store).await;
    let named = async |limit| {
        let tail = store.tail(limit).await.unwrap();
        let stretches = tail.stretches.iter().map(Stretch::to_string);
        (tail.n_streams, stretches.collect::<Vec<_>>())
    };
    let all = [
        "events 1 to 2 of agent_1",
        "events 1 to 2 of approvals/apr_1",
        "event 1 of tx_1",
    ];
    let first = |count: usize| all[..count].iter().map(ToString::to_string).collect();
    assert_eq!(named(9).await, (3, first(3)));
    assert_eq!(named(2).await, (3, first(2)));
    assert_eq!(named(0).await, (3, first(0)));
    assert!(store.lease("one", LONG).await.unwrap());
    let (seal, sealed) = next(store, 3).await;
    assert!(store.seal("one", &seal, &sealed).await.unwrap());
    let rest = ["event 2 of approvals/apr_1", "event 1 of tx_1"].map(str::to_owned);
    assert_eq!(named(9).await, (2, rest.into()));
    let (seal, sealed) = next(store, 9).await;
    assert!(store.seal("one", &seal, &sealed).await.unwrap());
    assert_eq!(named(9).await, (0, Vec::new()));
}

/// What is sealed bears its seal, and no other.
pub async fn events_are_sealed_once(store: &impl AuditedLog) {
    let events = lived_in(store).await;
    assert!(store.lease("one", LONG).await.unwrap());
    let (first, sealed) = next(store, 3).await;
    assert!(store.seal("one", &first, &sealed).await.unwrap());
    let again = entries(&events[2..4]);
    let twice = Seal::over(Some(&first), at(101), &again);
    assert!(!store.seal("one", &twice, &again).await.unwrap());
    let unknown = entries(&[event("agent_1", 3)]);
    let nothing = Seal::over(Some(&first), at(101), &unknown);
    assert!(!store.seal("one", &nothing, &unknown).await.unwrap());
    let (second, rest) = next(store, 9).await;
    assert!(store.seal("one", &second, &rest).await.unwrap());
    let both = |events: &[Event]| -> Vec<(Entry, Option<Event>)> {
        let both = events.iter().map(|event| (Entry::of(event), Some(event.clone())));
        both.collect()
    };
    assert_eq!(store.sealed(1).await.unwrap(), both(&events[..3]));
    assert_eq!(store.sealed(2).await.unwrap(), both(&events[3..]));
    assert_eq!(store.sealed(3).await.unwrap(), []);
    assert_eq!(store.seals(1, 9).await.unwrap(), [first.clone(), second.clone()]);
    assert_eq!(store.seals(1, 1).await.unwrap(), [first]);
    assert_eq!(store.seals(2, 9).await.unwrap(), [second]);
}

/// A seal that does not follow the last one is refused, and changes nothing.
pub async fn a_seal_follows_the_last(store: &impl AuditedLog) {
    lived_in(store).await;
    assert!(store.lease("one", LONG).await.unwrap());
    let (first, sealed) = next(store, 2).await;
    let later = Seal::over(Some(&first), at(100), &sealed);
    assert!(
        !store.seal("one", &later, &sealed).await.unwrap(),
        "a place is left out"
    );
    assert!(store.seal("one", &first, &sealed).await.unwrap());
    let (second, rest) = next(store, 9).await;
    let other = Seal {
        previous: Some(second.digest),
        ..second.clone()
    };
    let again = Seal {
        number: 1,
        previous: None,
        ..second.clone()
    };
    for unfit in [other, again] {
        assert!(!store.seal("one", &unfit, &rest).await.unwrap(), "{unfit:?}");
    }
    assert_eq!(store.seals(1, 9).await.unwrap(), [first]);
    assert!(store.seal("one", &second, &rest).await.unwrap());
}

/// While one may seal, no other may.
pub async fn one_seals_at_a_time(store: &impl AuditedLog) {
    lived_in(store).await;
    let (seal, sealed) = next(store, 9).await;
    assert!(
        !store.seal("one", &seal, &sealed).await.unwrap(),
        "nobody may yet"
    );
    assert!(store.lease("one", LONG).await.unwrap());
    assert!(!store.lease("other", LONG).await.unwrap());
    assert!(!store.seal("other", &seal, &sealed).await.unwrap());
    assert!(store.lease("one", LONG).await.unwrap(), "it may go on");
    assert!(store.seal("one", &seal, &sealed).await.unwrap());
}

/// Whose time is over may not seal, and another may.
pub async fn a_lapsed_sealer_is_succeeded(store: &impl AuditedLog) {
    lived_in(store).await;
    assert!(store.lease("one", Duration::ZERO).await.unwrap());
    let (seal, sealed) = next(store, 9).await;
    assert!(!store.seal("one", &seal, &sealed).await.unwrap());
    assert!(store.lease("other", LONG).await.unwrap());
    assert!(!store.lease("one", LONG).await.unwrap());
    assert!(store.seal("other", &seal, &sealed).await.unwrap());
}
