use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;

use super::{AuditStore, Tail};
use crate::{
    Clock, Event, EventLog, InMemoryEventLog, StoreError, SystemClock, Timestamp,
    audit::{Entry, Seal, is_audited},
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

    /// The events of audited streams, in the order of their streams and places, each with the seal that it bears.
    fn events(&self, chain: &Chain) -> Vec<(Option<u64>, Event)> {
        let mut events = self.log.all_now();
        events.retain(|event| is_audited(&event.stream));
        events.sort_by(|left, right| (&left.stream, left.seq).cmp(&(&right.stream, right.seq)));
        let seal = |event: &Event| {
            let entry = Entry::of(event);
            let mut seals = chain.entries.iter();
            seals.find_map(|(number, entries)| entries.contains(&entry).then_some(*number))
        };
        events.into_iter().map(|event| (seal(&event), event)).collect()
    }
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
        let unsealed = self.events(&chain).into_iter().filter(|(seal, _)| seal.is_none());
        let events = unsealed.map(|(_, event)| event).take(limit as usize);
        Ok((chain.seals.last().cloned(), events.collect()))
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
        let known = self.events(&chain);
        let is_free = |entry: &Entry| {
            let mut free = known.iter().filter(|(seal, _)| seal.is_none());
            free.any(|(_, event)| Entry::of(event) == *entry)
        };
        if !may_seal || !follows || !entries.iter().all(is_free) {
            return Ok(false);
        }
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
        let events = self.events(&chain);
        let entries = chain.entries.get(&number).cloned().unwrap_or_default();
        let event_of = |entry: &Entry| {
            let mut own = events.iter().filter(|(seal, _)| *seal == Some(number));
            own.find(|(_, event)| event.stream == entry.stream && event.seq == entry.seq)
                .map(|(_, event)| event.clone())
        };
        let sealed = entries.into_iter().map(|entry| (event_of(&entry), entry));
        Ok(sealed.map(|(event, entry)| (entry, event)).collect())
    }

    async fn tail(&self) -> Result<Tail, StoreError> {
        let chain = self.lock();
        let events = self.events(&chain);
        let unsealed = events.iter().filter(|(seal, _)| seal.is_none());
        Ok(Tail {
            n_events: unsealed.clone().count() as u64,
            oldest: unsealed.map(|(_, event)| event.at).min(),
            last_seal: chain.entries.keys().max().copied().unwrap_or(0),
        })
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
