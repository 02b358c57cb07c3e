use std::{
    collections::{BTreeSet, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;

use super::EventLog;
#[cfg(feature = "audit")]
use crate::audit::is_audited;
use crate::{StoreError, Timestamp, event::Event};

/// Keeps events while the process lives: the reference for every other log.
///
/// In-memory stores of other things share one, so that their units write into it as a database's would.
#[derive(Debug, Default)]
pub struct InMemoryEventLog {
    books: Mutex<Books>,
}

#[derive(Debug, Default)]
struct Books {
    /// The events of each stream, in order.
    streams: HashMap<String, Vec<Event>>,
    /// The places of the events that are to be sealed and are not.
    unsealed: BTreeSet<(String, u64)>,
}

impl InMemoryEventLog {
    /// What [`append`](EventLog::append) does, at once: for stores that hold a lock of their own.
    pub fn append_now(&self, events: &[Event]) -> bool {
        let mut books = self.lock();
        if !books.fits(events) {
            return false;
        }
        for event in events {
            #[cfg(feature = "audit")]
            if is_audited(&event.stream) {
                books.unsealed.insert((event.stream.clone(), event.seq));
            }
            books
                .streams
                .entry(event.stream.clone())
                // Most streams are short, and there are many.
                .or_insert_with(|| Vec::with_capacity(1))
                .push(event.clone());
        }
        true
    }

    /// Whether all that happened to what bears the id `stream` was before a moment: for stores that remove what is over.
    pub fn is_over(&self, stream: &str, before: Timestamp) -> bool {
        let books = self.lock();
        let mut events = books.streams.get(stream).into_iter().flatten();
        events.all(|event| event.at < before)
    }

    /// Removes a stream with all its events, at once: for stores that remove what it is about.
    pub fn forget(&self, stream: &str) {
        self.lock().forget(stream);
    }

    /// Removes at most so many streams, from the first name to before the second, in the order of their names; how many.
    pub fn forget_between(&self, from: &str, to: &str, limit: usize) -> usize {
        let mut books = self.lock();
        let names = books
            .streams
            .keys()
            .filter(|name| (from..to).contains(&name.as_str()));
        let mut names: Vec<String> = names.cloned().collect();
        names.sort();
        names.truncate(limit);
        names.iter().for_each(|name| books.forget(name));
        names.len()
    }

    fn lock(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(feature = "audit")]
impl InMemoryEventLog {
    /// What looks at the events that are not sealed, in the order of their streams and places.
    pub(crate) fn unsealed_now<T>(&self, look: impl FnOnce(&mut dyn Iterator<Item = &Event>) -> T) -> T {
        let books = self.lock();
        let mut unsealed = books.unsealed.iter().filter_map(|place| books.at(place));
        look(&mut unsealed)
    }

    /// The events at these places, in their order, each with whether it is sealed; `None` where there is none.
    pub(crate) fn at_now(&self, places: &[(String, u64)]) -> Vec<Option<(Event, bool)>> {
        let books = self.lock();
        let events = places.iter().map(|place| {
            let event = books.at(place)?.clone();
            Some((event, !books.unsealed.contains(place)))
        });
        events.collect()
    }

    /// Seals the events at these places.
    pub(crate) fn seal_now(&self, places: &[(String, u64)]) {
        let mut books = self.lock();
        for place in places {
            books.unsealed.remove(place);
        }
    }
}

impl Books {
    fn forget(&mut self, stream: &str) {
        for event in self.streams.remove(stream).into_iter().flatten() {
            self.unsealed.remove(&(event.stream, event.seq));
        }
    }

    /// Whether each event is the next one of its stream.
    fn fits(&self, events: &[Event]) -> bool {
        let mut ends: HashMap<&str, u64> = HashMap::new();
        events.iter().all(|event| {
            let end = ends.entry(&event.stream).or_insert_with(|| {
                self.streams
                    .get(&event.stream)
                    .map_or(0, |stream| stream.len() as u64)
            });
            *end += 1;
            event.seq == *end
        })
    }
}

#[cfg(feature = "audit")]
impl Books {
    fn at(&self, (stream, seq): &(String, u64)) -> Option<&Event> {
        let index = usize::try_from(seq.checked_sub(1)?).ok()?;
        self.streams.get(stream)?.get(index)
    }
}

#[async_trait]
impl EventLog for InMemoryEventLog {
    async fn append(&self, events: &[Event]) -> Result<bool, StoreError> {
        Ok(self.append_now(events))
    }

    async fn read(&self, stream: &str, from_seq: u64, limit: u32) -> Result<Vec<Event>, StoreError> {
        let books = self.lock();
        let events = books.streams.get(stream).map_or(&[][..], Vec::as_slice);
        let from_seq = events.iter().filter(|event| event.seq >= from_seq);
        Ok(from_seq.take(limit as usize).cloned().collect())
    }
}

#[cfg(test)]
mod tests {
    crate::event_log_tests!(crate::event::InMemoryEventLog::default());
}
