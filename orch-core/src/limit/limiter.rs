use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::{Budget, Exchanged, Heard, Rate, Steady, Tally, count::Count};
use crate::Timestamp;

/// Limits how often each of many may ask, in bounded memory.
///
/// It counts what this process lets through. Where several processes serve the same, an [`Exchange`](super::Exchange) tells
/// each of them what the others let through.
#[derive(Debug)]
pub struct Limiter<B: Budget = Steady> {
    name: &'static str,
    rule: B::Rule,
    counts: Mutex<Counts<B>>,
}

#[derive(Debug)]
struct Counts<B> {
    by_subject: HashMap<Box<str>, Count<B>>,
    /// Whether others want to hear what is let through here.
    is_shared: bool,
    /// Of whom the others do not know all.
    untold: Vec<Box<str>>,
}

/// After so long without a request, a count is as good as none.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(120);

impl Limiter {
    /// A limit of that name, by which other processes know it.
    pub fn new(name: &'static str, rate: Rate) -> Self {
        Self::of(name, rate)
    }

    /// What it lets through.
    pub fn rate(&self) -> Rate {
        self.rule
    }
}

impl<B: Budget> Limiter<B> {
    /// A limit of that name, by which other processes know it, with budgets of its own kind.
    pub fn of(name: &'static str, rule: B::Rule) -> Self {
        let counts = Counts {
            by_subject: HashMap::new(),
            is_shared: false,
            untold: Vec::new(),
        };
        Self {
            name,
            rule,
            counts: Mutex::new(counts),
        }
    }

    /// Answers a request of one of them: it is counted and let through, or not.
    pub fn take(&self, subject: &str, now: Timestamp) -> B::Standing {
        let mut counts = self.lock();
        let is_shared = counts.is_shared;
        let count = counts.of(subject, self.rule, now);
        let (standing, is_counted) = count.take(self.rule, now);
        if is_shared && is_counted && count.note(now) {
            counts.untold.push(subject.into());
        }
        standing
    }

    /// What looks at the budget of one of them, if it has asked lately.
    pub fn look<T>(&self, subject: &str, look: impl FnOnce(Option<&B>) -> T) -> T {
        let counts = self.lock();
        look(counts.by_subject.get(subject).map(|count| &count.budget))
    }

    /// How many are counted now.
    pub fn n_counts(&self) -> usize {
        self.lock().by_subject.len()
    }

    fn lock(&self) -> MutexGuard<'_, Counts<B>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<B: Budget> Exchanged for Limiter<B> {
    fn name(&self) -> &str {
        self.name
    }

    fn share(&self) {
        self.lock().is_shared = true;
    }

    fn tell(&self, most: usize) -> Vec<Tally> {
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

    fn tell_again(&self, tallies: &[Tally]) {
        let mut counts = self.lock();
        for tally in tallies.iter().filter(|tally| tally.limit == self.name) {
            if let Some(count) = counts.by_subject.get_mut(&*tally.subject) {
                count.tell_again(tally.slot);
                counts.untold.push(tally.subject.as_str().into());
            }
        }
    }

    fn hear(&self, heard: &Heard, now: Timestamp) {
        let tally = &heard.tally;
        if now.since(tally.slot) < FORGOTTEN_AFTER {
            let mut counts = self.lock();
            let count = counts.of(&tally.subject, self.rule, tally.slot);
            count.hear(&heard.replica, tally.slot, tally.count, now);
        }
    }
}

impl<B: Budget> Counts<B> {
    fn of(&mut self, subject: &str, rule: B::Rule, now: Timestamp) -> &mut Count<B> {
        if !self.by_subject.contains_key(subject) && self.by_subject.len() >= B::MAX_COUNTS {
            self.make_room(now);
        }
        self.by_subject
            .entry(subject.into())
            .or_insert_with(|| Count::new(rule, now))
    }

    fn make_room(&mut self, now: Timestamp) {
        self.by_subject
            .retain(|_, count| now.since(count.last) < FORGOTTEN_AFTER);
        for count in self.by_subject.values_mut() {
            count.forget_others(now);
        }
        if self.by_subject.len() >= B::MAX_COUNTS {
            let oldest = self.by_subject.iter().min_by_key(|(_, count)| count.last);
            if let Some(oldest) = oldest.map(|(subject, _)| subject.clone()) {
                self.by_subject.remove(&oldest);
            }
        }
    }
}

#[cfg(test)]
mod tests;
