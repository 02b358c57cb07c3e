use std::collections::{BTreeSet, HashMap};

use super::scores::Pool;
use crate::{AgentVersion, catalog::weight};

/// Below this many, tasks that are offered no more keep their numbers.
const MANY: usize = if cfg!(test) { 4 } else { 1_024 };

/// Which tasks say a word, and how strongly. A task bears a number; an agent's tasks have adjoining ones, and later
/// versions higher ones.
#[derive(Debug, Default)]
pub(super) struct Terms {
    words: HashMap<Box<str>, u32>,
    /// By audience and word, so that nobody's ranking meets what they may not see.
    lists: HashMap<(u32, u32), List>,
    /// How many agents each audience has.
    n_agents: HashMap<u32, u64>,
    /// The tasks by their numbers.
    pub(super) tasks: Vec<Place>,
    /// The numbers of each slot's tasks.
    spans: Vec<Span>,
    n_dead: usize,
    n_postings: usize,
    pub(super) pool: Pool,
}

/// Where a task stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) slot: u32,
    pub(super) task: u32,
    /// Whether its agent is online, and it is still offered.
    pub(super) counts: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct Span {
    first: u32,
    size: u32,
}

/// Who says a word, in the order of the tasks' numbers.
#[derive(Debug, Default)]
pub(super) struct List {
    pub(super) n_agents: u64,
    pub(super) postings: Vec<Posting>,
    /// At least as much as any posting weighs.
    pub(super) heaviest: f64,
}

/// Adjoining tasks of one agent that say a word equally strongly.
#[derive(Clone, Copy, Debug)]
pub(super) struct Posting {
    pub(super) first: u32,
    pub(super) size: u32,
    pub(super) weight: f64,
}

impl List {
    /// How strongly a task says the word.
    pub(super) fn weight_of(&self, task: u32) -> Option<f64> {
        let after = self.postings.partition_point(|posting| posting.first <= task);
        let posting = self.postings[..after].last()?;
        (task < posting.first + posting.size).then_some(posting.weight)
    }
}

impl Terms {
    /// The list of a word for an audience.
    pub(super) fn list(&self, audience: u32, word: &str) -> Option<&List> {
        self.lists.get(&(audience, *self.words.get(word)?))
    }

    /// How many agents an audience has.
    pub(super) fn n_agents(&self, audience: u32) -> u64 {
        self.n_agents.get(&audience).copied().unwrap_or_default()
    }

    /// Adds the tasks of a slot that has none.
    pub(super) fn put(&mut self, slot: u32, audience: u32, version: &AgentVersion, is_online: bool) {
        let meant = weight::tasks(version);
        let number = |place: usize| u32::try_from(place).unwrap_or(u32::MAX);
        let first = number(self.tasks.len());
        let mut postings: HashMap<&str, Vec<Posting>> = HashMap::new();
        for (task, words) in (first..).zip(&meant) {
            for (word, weight) in words {
                let postings = postings.entry(word).or_default();
                match postings.last_mut() {
                    Some(last) if last.first + last.size == task && last.weight.total_cmp(weight).is_eq() => {
                        last.size += 1;
                    }
                    _ => postings.push(Posting {
                        first: task,
                        size: 1,
                        weight: *weight,
                    }),
                }
            }
        }
        for (word, postings) in postings {
            let next = number(self.words.len());
            let word = match self.words.get(word) {
                Some(word) => *word,
                None => *self.words.entry(word.into()).or_insert(next),
            };
            self.n_postings += postings.len();
            let list = self.lists.entry((audience, word)).or_default();
            list.n_agents += 1;
            for posting in postings {
                list.heaviest = list.heaviest.max(posting.weight);
                list.postings.push(posting);
            }
        }
        let tasks = (0..number(meant.len())).map(|task| Place {
            slot,
            task,
            counts: is_online,
        });
        self.tasks.extend(tasks);
        *self.n_agents.entry(audience).or_default() += 1;
        let at = slot as usize;
        if self.spans.len() <= at {
            self.spans.resize(at + 1, Span::default());
        }
        self.spans[at] = Span {
            first,
            size: number(meant.len()),
        };
    }

    /// Takes out the tasks of a slot, which were put in by that version.
    pub(super) fn remove(&mut self, slot: u32, audience: u32, version: &AgentVersion) {
        let span = std::mem::take(&mut self.spans[slot as usize]);
        let meant = weight::tasks(version);
        let words: BTreeSet<&str> = meant
            .iter()
            .flat_map(|words| words.keys().map(String::as_str))
            .collect();
        for word in words {
            let Some(key) = self.words.get(word).map(|word| (audience, *word)) else {
                continue;
            };
            let Some(list) = self.lists.get_mut(&key) else {
                continue;
            };
            let from = list
                .postings
                .partition_point(|posting| posting.first < span.first);
            let to = list
                .postings
                .partition_point(|posting| posting.first < span.first + span.size);
            self.n_postings -= list.postings.drain(from..to).count();
            list.n_agents -= 1;
            if list.postings.is_empty() {
                self.lists.remove(&key);
            }
        }
        self.mark(span, false);
        self.n_dead += span.size as usize;
        if let Some(n_agents) = self.n_agents.get_mut(&audience) {
            *n_agents -= 1;
        }
        if self.n_dead > MANY && self.n_dead > self.tasks.len() / 2 {
            self.compact();
        }
    }

    /// Says whether the tasks of a slot are ranked.
    pub(super) fn set_online(&mut self, slot: u32, is_online: bool) {
        self.mark(self.spans[slot as usize], is_online);
    }

    /// About how many bytes they take.
    pub(super) fn size_bytes(&self) -> usize {
        let of_list = size_of::<List>() + 2 * size_of::<u32>() + 16;
        // A list that grows has up to twice the room that it needs; half as much again is the mean.
        self.n_postings * size_of::<Posting>() * 3 / 2
            + self.lists.len() * of_list
            + self.words.len() * 48
            + self.tasks.len() * (size_of::<Place>() + size_of::<f64>())
            + self.spans.len() * size_of::<Span>()
    }

    fn mark(&mut self, span: Span, counts: bool) {
        let (first, size) = (span.first as usize, span.size as usize);
        for place in &mut self.tasks[first..first + size] {
            place.counts = counts;
        }
    }

    /// Numbers anew the tasks that are still offered, in the same order.
    fn compact(&mut self) {
        let mut numbers = vec![0_u32; self.tasks.len()];
        let mut offered = vec![false; self.tasks.len()];
        for span in &self.spans {
            let (first, size) = (span.first as usize, span.size as usize);
            offered[first..first + size].fill(true);
        }
        let mut next = 0;
        let mut kept = Vec::with_capacity(self.tasks.len() - self.n_dead);
        for (task, place) in self.tasks.iter().enumerate() {
            numbers[task] = next;
            if offered[task] {
                kept.push(*place);
                next += 1;
            }
        }
        let renumbered = |first: u32| numbers.get(first as usize).copied().unwrap_or(next);
        for span in &mut self.spans {
            span.first = renumbered(span.first);
        }
        for list in self.lists.values_mut() {
            for posting in &mut list.postings {
                posting.first = renumbered(posting.first);
            }
        }
        (self.tasks, self.n_dead) = (kept, 0);
    }
}
