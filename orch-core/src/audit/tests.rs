use async_trait::async_trait;
use serde_json::json;

use super::*;
use crate::{Event, InMemoryEventLog, ManualClock, SeededEntropy, Timestamp};

const MINUTE: Duration = Duration::from_secs(60);

struct House {
    log: Arc<InMemoryEventLog>,
    store: Arc<InMemoryAudit>,
    clock: Arc<ManualClock>,
}

fn house() -> House {
    let (log, clock) = (
        Arc::new(InMemoryEventLog::default()),
        Arc::new(ManualClock::default()),
    );
    let store = Arc::new(InMemoryAudit::new(log.clone(), clock.clone()));
    House { log, store, clock }
}

impl House {
    fn audit(&self, seed: u64) -> Audit {
        Audit::new(self.store.clone(), self.clock.clone(), &SeededEntropy::new(seed))
    }

    fn append(&self, stream: &str, count: u64) {
        for seq in 1..=count {
            let at = Timestamp::from_millis(1);
            let event = Event::new(stream, seq, "decided", at, &json!({ "v": 1, "n": seq }));
            assert!(self.log.append_now(&[event]));
        }
    }
}

#[tokio::test]
async fn what_is_sealed_is_proven_and_the_rest_is_named() {
    let house = house();
    let audit = house.audit(1);
    assert_eq!(audit.seal().await.unwrap(), 0);
    assert_eq!(audit.verify(|_| None, None).await.unwrap(), Verdict::default());
    house.append("approvals/apr_1", 300);
    assert_eq!(audit.seal().await.unwrap(), Audit::BATCH);
    let verdict = audit.verify(|_| None, None).await.unwrap();
    assert!(verdict.is_sound());
    assert_eq!(
        (verdict.n_seals, verdict.n_events, verdict.tail.n_events),
        (1, 256, 44)
    );
    let stretch = &verdict.tail.stretches[0];
    assert_eq!(stretch.to_string(), "events 257 to 300 of approvals/apr_1");
    assert_eq!(audit.seal().await.unwrap(), 44);
    assert_eq!(audit.seal().await.unwrap(), 0);
    let head = audit.verify(|_| None, None).await.unwrap().head.unwrap();
    assert_eq!(head.number, 2);
    assert_eq!(head.to_string().parse(), Ok(head.clone()));
    house.append("tx_1", 1);
    assert_eq!(audit.seal().await.unwrap(), 1);
    let kept = audit.verify(|_| None, Some(&head)).await.unwrap();
    assert!(kept.is_sound() && kept.n_seals == 3);
    let other = Anchor {
        number: 1,
        digest: head.digest,
    };
    let refused = audit.verify(|_| None, Some(&other)).await.unwrap();
    assert_eq!(refused.faults, [Fault::Unanchored { anchor: other }]);
}

#[tokio::test]
async fn one_process_seals_until_its_time_is_over() {
    let house = house();
    let (one, other) = (house.audit(1), house.audit(2));
    house.append("tx_1", 1);
    assert_eq!(one.seal().await.unwrap(), 1);
    house.append("tx_2", 1);
    assert_eq!(other.seal().await.unwrap(), 0);
    house.clock.advance(Audit::LEASE);
    assert_eq!(other.seal().await.unwrap(), 1);
    assert!(one.verify(|_| None, None).await.unwrap().is_sound());
}

/// A store in which somebody seals as soon as somebody else has read all seals.
#[derive(Debug)]
struct Busy(Arc<InMemoryAudit>, Audit);

#[async_trait]
impl AuditStore for Busy {
    async fn lease(&self, sealer: &str, ttl: Duration) -> Result<bool, StoreError> {
        self.0.lease(sealer, ttl).await
    }

    async fn unsealed(&self, limit: u32) -> Result<(Option<Seal>, Vec<Event>), StoreError> {
        self.0.unsealed(limit).await
    }

    async fn seal(&self, sealer: &str, seal: &Seal, entries: &[Entry]) -> Result<bool, StoreError> {
        self.0.seal(sealer, seal, entries).await
    }

    async fn seals(&self, from: u64, limit: u32) -> Result<Vec<Seal>, StoreError> {
        let seals = self.0.seals(from, limit).await?;
        if seals.is_empty() {
            self.1.seal().await?;
        }
        Ok(seals)
    }

    async fn sealed(&self, number: u64) -> Result<Vec<(Entry, Option<Event>)>, StoreError> {
        self.0.sealed(number).await
    }

    async fn tail(&self, limit: u32) -> Result<Tail, StoreError> {
        self.0.tail(limit).await
    }
}

#[tokio::test]
async fn what_is_sealed_meanwhile_is_not_missing() {
    let house = house();
    house.append("tx_1", 1);
    let busy = Arc::new(Busy(house.store.clone(), house.audit(1)));
    let reader = Audit::new(busy, house.clock.clone(), &SeededEntropy::new(2));
    assert_eq!(reader.verify(|_| None, None).await.unwrap().faults, []);
    assert_eq!(reader.verify(|_| None, None).await.unwrap().n_seals, 1);
}

#[tokio::test]
async fn what_is_removed_is_found_unless_it_is_old() {
    let house = house();
    let audit = house.audit(1);
    house.append("approvals/apr_1", 3);
    house.append("tx_1", 2);
    audit.seal().await.unwrap();
    house.log.forget("tx_1");
    let verdict = audit.verify(|_| None, None).await.unwrap();
    let gone = |seq| Fault::Removed {
        number: 1,
        stream: "tx_1".into(),
        seq,
    };
    assert_eq!(verdict.faults, [gone(1), gone(2)]);
    let verdict = audit
        .verify(|stream| (stream == "tx_1").then_some(MINUTE), None)
        .await
        .unwrap();
    assert!(verdict.is_sound());
    assert_eq!((verdict.n_events, verdict.n_removed), (5, 2));
    let of_others = |stream: &str| (stream != "tx_1").then_some(MINUTE);
    let verdict = audit.verify(of_others, None).await.unwrap();
    assert_eq!(verdict.faults, [gone(1), gone(2)]);
}

#[test]
fn every_part_of_an_event_counts() {
    let event = Event::new("tx_1", 1, "done", Timestamp::from_millis(1), &json!({ "v": 1 }));
    let entry = Entry::of(&event);
    let changed = [
        Event {
            stream: "tx_2".into(),
            ..event.clone()
        },
        Event {
            seq: 2,
            ..event.clone()
        },
        Event {
            kind: "undone".into(),
            ..event.clone()
        },
        Event {
            at: Timestamp::from_millis(2),
            ..event.clone()
        },
        Event {
            data: "{\"v\": 1}".into(),
            ..event.clone()
        },
    ];
    for changed in changed {
        assert_ne!(Entry::of(&changed).digest, entry.digest, "{changed:?}");
    }
}

#[test]
fn every_part_of_a_seal_counts() {
    let event = Event::new("tx_1", 1, "done", Timestamp::from_millis(1), &json!({ "v": 1 }));
    let entry = Entry::of(&event);
    let entries = std::slice::from_ref(&entry);
    let seal = Seal::over(None, Timestamp::from_millis(9), entries);
    assert!(seal.is_over(entries));
    assert!(!seal.is_over(&[]) && !seal.is_over(&[entry.clone(), entry.clone()]));
    for other in [
        Seal {
            number: 2,
            ..seal.clone()
        },
        Seal {
            previous: Some(seal.digest),
            ..seal.clone()
        },
        Seal {
            at: Timestamp::from_millis(8),
            ..seal.clone()
        },
        Seal {
            n_events: 2,
            ..seal.clone()
        },
        Seal {
            digest: entry.digest,
            ..seal.clone()
        },
    ] {
        assert!(!other.is_over(entries), "{other:?}");
    }
    for other in [
        Entry {
            stream: "tx_2".into(),
            ..entry.clone()
        },
        Entry {
            seq: 2,
            ..entry.clone()
        },
        Entry {
            at: Timestamp::from_millis(2),
            ..entry.clone()
        },
        Entry {
            digest: seal.digest,
            ..entry.clone()
        },
    ] {
        assert!(!seal.is_over(&[other]));
    }
}
