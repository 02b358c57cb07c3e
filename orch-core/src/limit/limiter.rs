use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::{Heard, Rate, Standing, Tally, count::Count};
use crate::Timestamp;

/// Limits how often each of many may ask, in bounded memory.
///
/// It counts what this process lets through. Where several processes serve the same, an [`Exchange`](super::Exchange) tells
/// each of them what the others let through.
#[derive(Debug)]
pub struct Limiter {
    name: &'static str,
    rate: Rate,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    by_subject: HashMap<Box<str>, Count>,
    /// Whether others want to hear what is let through here.
    is_shared: bool,
    /// Of whom the others do not know all.
    untold: Vec<Box<str>>,
}

impl Limiter {
    /// How many are counted at once. Beyond that, the one that asked longest ago is forgotten, which after two minutes
    /// changes nothing. A count takes at most 8 bytes times its burst.
    pub const MAX_COUNTS: usize = 4096;
    /// After so long without a request, a count is as good as none.
    const FORGOTTEN_AFTER: Duration = Duration::from_secs(120);

    /// A limit of that name, by which other processes know it.
    pub fn new(name: &'static str, rate: Rate) -> Self {
        Self {
            name,
            rate,
            counts: Mutex::default(),
        }
    }

    /// What it lets through.
    pub fn rate(&self) -> Rate {
        self.rate
    }

    /// Counts a request of one of them and lets it through, or not.
    pub fn take(&self, subject: &str, now: Timestamp) -> Standing {
        let mut counts = self.lock();
        let is_shared = counts.is_shared;
        let count = counts.of(subject, self.rate, now);
        let standing = count.take(self.rate, now);
        if is_shared && standing.retry_after.is_none() && count.note(now) {
            counts.untold.push(subject.into());
        }
        standing
    }

    /// How many are counted now.
    pub fn n_counts(&self) -> usize {
        self.lock().by_subject.len()
    }

    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    /// From now on others want to hear.
    pub(super) fn share(&self) {
        self.lock().is_shared = true;
    }

    /// What the others do not know yet, of at most so many, who count as told from now on.
    pub(super) fn tell(&self, most: usize) -> Vec<Tally> {
        let mut counts = self.lock();
        let Counts {
            by_subject, untold, ..
        } = &mut *counts;
        untold.sort_unstable();
        untold.dedup();
        let rest = untold.split_off(untold.len().min(most));
        let told = std::mem::replace(untold, rest);
        let mut tallies = Vec::with_capacity(told.len());
        for subject in told {
            if let Some(count) = by_subject.get_mut(&subject) {
                tallies.extend(count.tell().map(|(slot, count)| Tally {
                    limit: self.name.to_owned(),
                    subject: subject.to_string(),
                    slot,
                    count,
                }));
            }
        }
        tallies
    }

    /// They did not hear it.
    pub(super) fn tell_again(&self, tallies: &[Tally]) {
        let mut counts = self.lock();
        for tally in tallies.iter().filter(|tally| tally.limit == self.name) {
            if let Some(count) = counts.by_subject.get_mut(&*tally.subject) {
                count.tell_again(tally.slot);
                counts.untold.push(tally.subject.as_str().into());
            }
        }
    }

    /// Counts what another process let through.
    pub(super) fn hear(&self, heard: &Heard, now: Timestamp) {
        let tally = &heard.tally;
        if now.since(tally.slot) < Self::FORGOTTEN_AFTER {
            let mut counts = self.lock();
            let count = counts.of(&tally.subject, self.rate, tally.slot);
            count.hear(&heard.replica, tally.slot, tally.count, now);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    fn of(&mut self, subject: &str, rate: Rate, now: Timestamp) -> &mut Count {
        if !self.by_subject.contains_key(subject) {
            if self.by_subject.len() >= Limiter::MAX_COUNTS {
                self.make_room(now);
            }
            self.by_subject.insert(subject.into(), Count::new(rate, now));
        }
        self.by_subject
            .entry(subject.into())
            .or_insert_with(|| Count::new(rate, now))
    }

    fn make_room(&mut self, now: Timestamp) {
        self.by_subject
            .retain(|_, count| now.since(count.last) < Limiter::FORGOTTEN_AFTER);
        for count in self.by_subject.values_mut() {
            count.forget_others(now);
        }
        if self.by_subject.len() >= Limiter::MAX_COUNTS {
            let oldest = self.by_subject.iter().min_by_key(|(_, count)| count.last);
            if let Some(oldest) = oldest.map(|(subject, _)| subject.clone()) {
                self.by_subject.remove(&oldest);
            }
        }
    }
}

#[cfg(test)]
mod tests;
