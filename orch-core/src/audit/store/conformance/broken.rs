//! Stores that each break one law, so that no law passes because it looks at nothing.

use std::time::Duration;

use async_trait::async_trait;

use crate::{
    Event, EventLog, StoreError,
    audit::{AuditStore, Entry, InMemoryAudit, Seal, Tail, conformance, is_audited},
};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    Nothing,
    CountsSealed,
    NamesTheFirst,
    ShowsTheNextAsSealed,
    HidesRefusals,
    SealsForAnyone,
    NeverLapses,
}

#[derive(Debug)]
struct Broken {
    fault: Fault,
    store: InMemoryAudit,
}

impl Broken {
    fn with(fault: Fault) -> Self {
        let store = InMemoryAudit::default();
        Self { fault, store }
    }
}

#[async_trait]
impl AuditStore for Broken {
    async fn lease(&self, sealer: &str, ttl: Duration) -> Result<bool, StoreError> {
        let ttl = if self.fault == Fault::NeverLapses {
            Duration::from_secs(60)
        } else {
            ttl
        };
        self.store.lease(sealer, ttl).await
    }

    async fn unsealed(&self, limit: u32) -> Result<(Option<Seal>, Vec<Event>), StoreError> {
        self.store.unsealed(limit).await
    }

    async fn seal(&self, sealer: &str, seal: &Seal, entries: &[Entry]) -> Result<bool, StoreError> {
        match self.fault {
            Fault::HidesRefusals => self.store.seal(sealer, seal, entries).await.map(|_| true),
            Fault::SealsForAnyone => {
                let _ = self.store.lease(sealer, Duration::from_secs(60)).await?;
                self.store.seal("one", seal, entries).await
            }
            _ => self.store.seal(sealer, seal, entries).await,
        }
    }

    async fn seals(&self, from: u64, limit: u32) -> Result<Vec<Seal>, StoreError> {
        self.store.seals(from, limit).await
    }

    async fn sealed(&self, number: u64) -> Result<Vec<(Entry, Option<Event>)>, StoreError> {
        let mut sealed = self.store.sealed(number).await?;
        if self.fault == Fault::ShowsTheNextAsSealed {
            sealed.extend(self.store.sealed(number + 1).await?);
        }
        Ok(sealed)
    }

    async fn tail(&self, limit: u32) -> Result<Tail, StoreError> {
        let mut tail = self.store.tail(limit).await?;
        match self.fault {
            Fault::CountsSealed => tail.n_events += tail.last_seal,
            Fault::NamesTheFirst => {
                for stretch in &mut tail.stretches {
                    stretch.to = stretch.from;
                }
            }
            _ => {}
        }
        Ok(tail)
    }
}

#[async_trait]
impl EventLog for Broken {
    async fn append(&self, events: &[Event]) -> Result<bool, StoreError> {
        self.store.append(events).await
    }

    async fn read(&self, stream: &str, from_seq: u64, limit: u32) -> Result<Vec<Event>, StoreError> {
        self.store.read(stream, from_seq, limit).await
    }
}

mod sound {
    use super::*;

    crate::audit_store_tests!(Broken::with(Fault::Nothing));
}

macro_rules! broken {
    ($($test:ident: $fault:ident breaks $law:ident;)+) => {$(
        #[tokio::test]
        #[should_panic]
        async fn $test() {
            conformance::$law(&Broken::with(Fault::$fault)).await;
        }
    )+};
}

broken! {
    sealed_in_the_tail: CountsSealed breaks what_is_not_sealed_is_the_tail;
    first_of_the_tail: NamesTheFirst breaks the_tail_is_named;
    next_in_the_seal: ShowsTheNextAsSealed breaks events_are_sealed_once;
    refusals_hidden: HidesRefusals breaks a_seal_follows_the_last;
    anyone_seals: SealsForAnyone breaks one_seals_at_a_time;
    nobody_lapses: NeverLapses breaks a_lapsed_sealer_is_succeeded;
}

#[test]
fn runs_are_not_audited() {
    assert!(!is_audited("run_1") && is_audited("agent_1") && is_audited("running"));
}
