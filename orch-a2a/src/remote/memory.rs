use std::{hash::Hash, time::Duration};

use orch_core::Timestamp;

use super::cache::{Cache, Room};

/// How long it counts that there is such a thing.
const KNOWN_FOR: Duration = Duration::from_secs(60);
/// How long it counts while the directory fails.
const STALE_FOR: Duration = Duration::from_secs(300);
/// How long it counts that there is none.
const ABSENT_FOR: Duration = Duration::from_secs(5);
/// How long a directory that failed is not asked for the same again.
const FAILED_FOR: Duration = Duration::from_secs(1);

/// How much is remembered of what there is, and as much of what there is not: strangers who name what is nowhere displace
/// nothing that is somewhere.
const ROOM: Room = Room {
    entries: 10_000,
    bytes: 16 * 1024 * 1024,
};

/// What a directory said of an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Said<R> {
    /// There is one.
    Yes(R),
    /// There is none, or none any more.
    No(Option<R>),
}

/// What is remembered of an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Look<R> {
    /// The directory said so.
    Told(Option<R>),
    /// The directory failed a moment ago.
    Failed,
    /// It must be asked.
    Ask,
}

/// What a directory said of the ids of one kind, for as long as that counts.
#[derive(Debug)]
pub(super) struct Memory<I, R> {
    known: Cache<I, R>,
    missed: Cache<I, Missed<R>>,
    /// How many bytes a record takes.
    weigh: fn(&R) -> usize,
}

#[derive(Debug)]
enum Missed<R> {
    Absent(Option<R>),
    Failed,
}

impl<I: Clone + Eq + Hash, R: Clone> Memory<I, R> {
    pub(super) fn new(weigh: fn(&R) -> usize) -> Self {
        Self {
            known: Cache::new(ROOM),
            missed: Cache::new(ROOM),
            weigh,
        }
    }

    /// What counts of an id now.
    pub(super) fn look(&self, id: &I, now: Timestamp) -> Look<R> {
        if let Some((record, age)) = self.known.get(id, now)
            && age < KNOWN_FOR
        {
            return Look::Told(Some(record.clone()));
        }
        match self.missed.get(id, now) {
            Some((Missed::Absent(record), age)) if age < ABSENT_FOR => Look::Told(record.clone()),
            Some((Missed::Failed, age)) if age < FAILED_FOR => match self.stale(id, now) {
                Some(record) => Look::Told(Some(record)),
                None => Look::Failed,
            },
            _ => Look::Ask,
        }
    }

    /// What counts of an id while the directory fails.
    pub(super) fn stale(&self, id: &I, now: Timestamp) -> Option<R> {
        let (record, age) = self.known.get(id, now)?;
        (age <= STALE_FOR).then(|| record.clone())
    }

    /// Takes in what the directory said when it was asked at a moment.
    pub(super) fn hear(&mut self, id: &I, said: Said<R>, asked_at: Timestamp) {
        self.known.remove(id);
        self.missed.remove(id);
        match said {
            Said::Yes(record) => {
                let n_bytes = (self.weigh)(&record);
                self.known.forget(asked_at - STALE_FOR);
                self.known.put(id.clone(), record, n_bytes, asked_at);
            }
            Said::No(record) => {
                let n_bytes = record.as_ref().map_or(0, self.weigh);
                self.miss(id, Missed::Absent(record), n_bytes, asked_at);
            }
        }
    }

    /// Takes in that the directory failed.
    pub(super) fn fail(&mut self, id: &I, now: Timestamp) {
        self.miss(id, Missed::Failed, 0, now);
    }

    fn miss(&mut self, id: &I, missed: Missed<R>, n_bytes: usize, at: Timestamp) {
        self.missed.forget(at - ABSENT_FOR);
        self.missed.put(id.clone(), missed, n_bytes, at);
    }
}

#[cfg(test)]
mod tests;
