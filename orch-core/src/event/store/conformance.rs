//! The laws of an [`EventLog`], for every store that keeps one.
#![expect(clippy::unwrap_used, reason = "a law fails by panicking")]

#[cfg(test)]
mod broken;

use serde_json::json;

use super::EventLog;
use crate::{Timestamp, event::Event};

/// Stamps one test for each law. The argument makes a fresh, empty log and may await; behind `optional:` it makes an
/// `Option` of one, and every law holds for `None`.
#[macro_export]
macro_rules! event_log_tests {
    (optional: $store:expr) => {
        $crate::event_log_tests! { @stamp $store;
            events_are_read_in_order
            a_taken_seq_is_refused
            a_gap_is_refused
            all_are_added_or_none
            streams_do_not_touch_each_other
            of_racing_writers_one_wins
        }
    };
    (@stamp $store:expr; $($law:ident)+) => {
        $(
            #[tokio::test]
            async fn $law() {
                if let Some(store) = $store {
                    $crate::event::conformance::$law(&store).await;
                }
            }
        )+
    };
    ($store:expr) => {
        $crate::event_log_tests!(optional: Some($store));
    };
}

/// The event of that place in a stream of that name.
fn event(stream: &str, seq: u64) -> Event {
    let at = Timestamp::from_millis(1_705_314_600_000 + i64::try_from(seq).unwrap_or(0));
    Event::new(
        stream,
        seq,
        "tested",
        at,
        &json!({ "v": 1, "text": "ünïcode \" \\ ' 🦀", "seq": seq }),
    )
}

async fn append(log: &dyn EventLog, events: &[Event]) -> bool {
    log.append(events).await.unwrap()
}

async fn seqs(log: &dyn EventLog, stream: &str, from_seq: u64, limit: u32) -> Vec<u64> {
    let events = log.read(stream, from_seq, limit).await.unwrap();
    events.iter().map(|event| event.seq).collect()
}

/// What was added is read back whole, from any place on, at most as many as wanted.
pub async fn events_are_read_in_order(log: &dyn EventLog) {
    let all: Vec<Event> = (1..=12).map(|seq| event("run_1", seq)).collect();
    assert!(append(log, &all[..5]).await);
    assert!(append(log, &all[5..]).await);
    assert_eq!(log.read("run_1", 0, 100).await.unwrap(), all);
    assert_eq!(seqs(log, "run_1", 9, 2).await, [9, 10]);
    assert_eq!(seqs(log, "run_1", 12, 10).await, [12]);
    assert_eq!(seqs(log, "run_1", 13, 10).await, [0; 0]);
    assert_eq!(seqs(log, "run_unknown", 1, 10).await, [0; 0]);
    assert!(append(log, &[]).await, "nothing can always be added");
}

/// What happened stays: no event takes the place of another.
pub async fn a_taken_seq_is_refused(log: &dyn EventLog) {
    assert!(append(log, &[event("run_1", 1)]).await);
    let usurper = Event {
        kind: "usurped".into(),
        ..event("run_1", 1)
    };
    assert!(!append(log, &[usurper]).await);
    assert_eq!(log.read("run_1", 1, 10).await.unwrap(), [event("run_1", 1)]);
}

/// A stream counts from 1 without gaps.
pub async fn a_gap_is_refused(log: &dyn EventLog) {
    assert!(!append(log, &[event("run_1", 0)]).await, "before the first");
    assert!(
        !append(log, &[event("run_1", 2)]).await,
        "before there is a first"
    );
    assert!(append(log, &[event("run_1", 1)]).await);
    assert!(!append(log, &[event("run_1", 3)]).await);
    assert!(!append(log, &[event("run_1", 2), event("run_1", 4)]).await);
    assert_eq!(seqs(log, "run_1", 0, 10).await, [1]);
}

/// Of several events, of one stream or of several, all are added or none.
pub async fn all_are_added_or_none(log: &dyn EventLog) {
    assert!(append(log, &[event("run_1", 1), event("run_2", 1), event("run_1", 2)]).await);
    assert!(!append(log, &[event("run_1", 3), event("run_2", 1)]).await);
    assert!(!append(log, &[event("run_1", 3), event("run_1", 3)]).await);
    assert!(!append(log, &[event("run_3", 1), event("run_1", 2)]).await);
    assert_eq!(seqs(log, "run_1", 1, 10).await, [1, 2]);
    assert_eq!(seqs(log, "run_2", 1, 10).await, [1]);
    assert_eq!(seqs(log, "run_3", 1, 10).await, [0; 0]);
}

/// Each stream counts for itself.
pub async fn streams_do_not_touch_each_other(log: &dyn EventLog) {
    assert!(append(log, &[event("run_1", 1), event("run_1", 2)]).await);
    assert!(append(log, &[event("run_10", 1)]).await);
    assert_eq!(seqs(log, "run_1", 1, 10).await, [1, 2]);
    assert_eq!(log.read("run_10", 1, 10).await.unwrap(), [event("run_10", 1)]);
}

/// Of writers who race for a place, exactly one gets it.
pub async fn of_racing_writers_one_wins(log: &dyn EventLog) {
    assert!(append(log, &[event("run_1", 1)]).await);
    let writer = |name: String| async move {
        let mine = Event {
            kind: name.clone(),
            ..event("run_1", 2)
        };
        append(log, &[mine, event("run_1", 3)]).await.then_some(name)
    };
    let (a, b, c, d) = tokio::join!(
        writer("a".into()),
        writer("b".into()),
        writer("c".into()),
        writer("d".into())
    );
    let winners: Vec<String> = [a, b, c, d].into_iter().flatten().collect();
    assert_eq!(winners.len(), 1, "{winners:?}");
    let events = log.read("run_1", 1, 10).await.unwrap();
    assert_eq!(events.len(), 3);
    assert_eq!(events[1].kind, winners[0]);
}
