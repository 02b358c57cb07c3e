use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;

use super::{AuditStore, Stretch, Tail};
use crate::{
    Clock, Event, EventLog, InMemoryEventLog, StoreError, SystemClock, Timestamp,
    audit::{Entry, Seal},
};

/// Keeps seals while the process lives: the reference for every other store.
#[derive(Debug)]
pub struct InMemoryAudit {
    log: Arc<InMemoryEventLog>,
    clock: Arc<dyn Clock>,
    chain: Mutex<Chain>,
}

#[derive(Debug, Default)]
struct Chain {
    seals: Vec<Seal>,
    /// What each seal is over.
    entries: BTreeMap<u64, Vec<Entry>>,
    /// The seal that the event at a place bears, where it is sealed.
    borne: HashMap<(String, u64), u64>,
    /// Who may seal, and until when.
    lease: Option<(String, Timestamp)>,
}

impl InMemoryAudit {
    /// Seals over a log that others share, where this clock is the one of the store.
    pub fn new(log: Arc<InMemoryEventLog>, clock: Arc<dyn Clock>) -> Self {
        let chain = Mutex::default();
        Self { log, clock, chain }
    }

    fn lock(&self) -> MutexGuard<'_, Chain> {
        self.chain.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn places(entries: &[Entry]) -> Vec<(String, u64)> {
    let places = entries.iter().map(|entry| (entry.stream.clone(), entry.seq));
    places.collect()
}

impl Default for InMemoryAudit {
    fn default() -> Self {
        Self::new(Arc::default(), Arc::new(SystemClock))
    }
}

#[async_trait]
impl AuditStore for InMemoryAudit {
    async fn lease(&self, sealer: &str, ttl: Duration) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let mut chain = self.lock();
        let is_free = match &chain.lease {
            Some((holder, until)) => holder == sealer || *until <= now,
            None => true,
        };
        if is_free {
            chain.lease = Some((sealer.to_owned(), now + ttl));
        }
        Ok(is_free)
    }

    async fn unsealed(&self, limit: u32) -> Result<(Option<Seal>, Vec<Event>), StoreError> {
        let chain = self.lock();
        let events = self
            .log
            .unsealed_now(|events| events.take(limit as usize).cloned().collect());
        Ok((chain.seals.last().cloned(), events))
    }

    async fn seal(&self, sealer: &str, seal: &Seal, entries: &[Entry]) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let mut chain = self.lock();
        let may_seal = chain
            .lease
            .as_ref()
            .is_some_and(|(holder, until)| holder == sealer && *until > now);
        let last = chain.seals.last();
        let follows = seal.number == last.map_or(0, |last| last.number) + 1
            && seal.previous == last.map(|last| last.digest);
        let places = places(entries);
        let known = self.log.at_now(&places);
        let mut pairs = entries.iter().zip(&known);
        let is_free = |(entry, known): (&Entry, &Option<(Event, bool)>)| match known {
            Some((event, is_sealed)) => !is_sealed && Entry::of(event) == *entry,
            None => false,
        };
        if !may_seal || !follows || !pairs.all(is_free) {
            return Ok(false);
        }
        self.log.seal_now(&places);
        let borne = places.into_iter().map(|place| (place, seal.number));
        chain.borne.extend(borne);
        chain.entries.insert(seal.number, entries.to_vec());
        chain.seals.push(seal.clone());
        Ok(true)
    }

    async fn seals(&self, from: u64, limit: u32) -> Result<Vec<Seal>, StoreError> {
        let chain = self.lock();
        let seals = chain.seals.iter().filter(|seal| seal.number >= from);
        Ok(seals.take(limit as usize).cloned().collect())
    }

    async fn sealed(&self, number: u64) -> Result<Vec<(Entry, Option<Event>)>, StoreError> {
        let chain = self.lock();
        let entries = chain.entries.get(&number).cloned().unwrap_or_default();
        let places = places(&entries);
        let known = self.log.at_now(&places);
        let known = known.into_iter().zip(&places).map(|(known, place)| {
            let (event, is_sealed) = known?;
            (is_sealed && chain.borne.get(place) == Some(&number)).then_some(event)
        });
        Ok(entries.into_iter().zip(known).collect())
    }

    async fn tail(&self, limit: u32) -> Result<Tail, StoreError> {
        let chain = self.lock();
        let last_seal = chain.entries.keys().max().copied().unwrap_or(0);
        Ok(self.log.unsealed_now(|events| {
            let mut tail = Tail {
                last_seal,
                ..Tail::default()
            };
            let mut stretches: Vec<Stretch> = Vec::new();
            for event in events {
                tail.n_events += 1;
                tail.oldest = Some(tail.oldest.map_or(event.at, |oldest| oldest.min(event.at)));
                match stretches.last_mut() {
                    Some(last) if last.stream == event.stream => {
                        last.n_events += 1;
                        last.to = event.seq;
                    }
                    _ => stretches.push(Stretch {
                        stream: event.stream.clone(),
                        from: event.seq,
                        to: event.seq,
                        n_events: 1,
                    }),
                }
            }
            tail.n_streams = stretches.len() as u64;
            stretches.truncate(limit as usize);
            Tail { stretches, ..tail }
        }))
    }
}

/// The log that is sealed.
#[async_trait]
impl EventLog for InMemoryAudit {
    async fn append(&self, events: &[Event]) -> Result<bool, StoreError> {
        self.log.append(events).await
    }

    async fn read(&self, stream: &str, from_seq: u64, limit: u32) -> Result<Vec<Event>, StoreError> {
        self.log.read(stream, from_seq, limit).await
    }
}

#[cfg(test)]
mod tests {
    crate::audit_store_tests!(crate::audit::InMemoryAudit::default());
}
