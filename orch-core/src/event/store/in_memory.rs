use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;

use super::EventLog;
use crate::{StoreError, event::Event};

/// Keeps events while the process lives: the reference for every other log.
///
/// In-memory stores of other things share one, so that their units write into it as a database's would.
#[derive(Debug, Default)]
pub struct InMemoryEventLog {
    streams: Mutex<Streams>,
}

/// The events of each stream, in order.
type Streams = HashMap<String, Vec<Event>>;

impl InMemoryEventLog {
    /// What [`append`](EventLog::append) does, at once: for stores that hold a lock of their own.
    pub fn append_now(&self, events: &[Event]) -> bool {
        let mut streams = self.lock();
        if !fits(&streams, events) {
            return false;
        }
        for event in events {
            streams
                .entry(event.stream.clone())
                // Most streams are short, and there are many.
                .or_insert_with(|| Vec::with_capacity(1))
                .push(event.clone());
        }
        true
    }

    /// All events of all streams, in no particular order.
    pub(crate) fn all_now(&self) -> Vec<Event> {
        self.lock().values().flatten().cloned().collect()
    }

    /// Removes a stream with all its events, at once: for stores that remove what it is about.
    pub fn forget(&self, stream: &str) {
        self.lock().remove(stream);
    }

    fn lock(&self) -> MutexGuard<'_, Streams> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether each event is the next one of its stream.
fn fits(streams: &Streams, events: &[Event]) -> bool {
    let mut ends: HashMap<&str, u64> = HashMap::new();
    events.iter().all(|event| {
        let end = ends
            .entry(&event.stream)
            .or_insert_with(|| streams.get(&event.stream).map_or(0, |stream| stream.len() as u64));
        *end += 1;
        event.seq == *end
    })
}

#[async_trait]
impl EventLog for InMemoryEventLog {
    async fn append(&self, events: &[Event]) -> Result<bool, StoreError> {
        Ok(self.append_now(events))
    }

    async fn read(&self, stream: &str, from_seq: u64, limit: u32) -> Result<Vec<Event>, StoreError> {
        let streams = self.lock();
        let events = streams.get(stream).map_or(&[][..], Vec::as_slice);
        let from_seq = events.iter().filter(|event| event.seq >= from_seq);
        Ok(from_seq.take(limit as usize).cloned().collect())
    }
}

#[cfg(test)]
mod tests {
    crate::event_log_tests!(crate::event::InMemoryEventLog::default());
}
