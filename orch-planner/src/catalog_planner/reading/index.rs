//! Which tasks say what: how telling each word is, and which tasks are worth a closer look.

use std::collections::{BTreeMap, HashMap};

use super::{
    kin::kin,
    known::Known,
    lexeme::Lexeme,
    part::{Content, Part},
};
use crate::catalog_planner::{
    thesaurus::SYNONYM,
    word::{is_action, is_maker, is_request},
};

/// Tasks that a few words of everyday language are expected in besides those at hand, so that a word is telling or not
/// even where there is only one task.
const BACKGROUND: f64 = 30.0;
/// In how many of those a verb that asks for anything is expected.
const COMMON: f64 = 12.0;

/// How soon saying a word again counts no more, as BM25 has it.
const K1: f64 = 1.2;
/// How far a long description counts less, as BM25 has it.
const B: f64 = 0.75;

/// A stem that so many tasks say is not followed into all of them, where a rarer one leads to some already.
const FREQUENT: usize = 4_000;

/// The words of all tasks.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    postings: HashMap<String, Postings>,
    /// How many tasks there are.
    total: usize,
    /// How many words they say together.
    length: f64,
}

/// The tasks that say a stem.
#[derive(Clone, Debug, Default)]
struct Postings {
    /// In their order, each with how strongly it says it.
    tasks: Vec<(u32, f32)>,
    /// How strongly all of them together say it.
    weight: f64,
}

impl Index {
    /// The words of these tasks.
    pub(super) fn new(tasks: impl Iterator<Item = Known>) -> Self {
        let mut index = Self::default();
        for (at, task) in tasks.enumerate() {
            let Ok(at) = u32::try_from(at) else { break };
            index.total += 1;
            index.length += task.length;
            for (stem, strength) in task.vocabulary {
                let postings = index.postings.entry(stem).or_default();
                #[expect(clippy::cast_possible_truncation, reason = "a strength has two digits")]
                postings.tasks.push((at, strength as f32));
                postings.weight += strength;
            }
        }
        index
    }

    /// How telling a stem is: the fewer tasks say it, the more.
    pub(super) fn rarity(&self, stem: &str, word: &str) -> f64 {
        let sayers = self.postings.get(stem).map_or(0.0, |postings| postings.weight);
        let common = if is_request(word) {
            2.0 * COMMON
        } else if is_maker(word) {
            COMMON
        } else if is_action(word) {
            COMMON / 6.0
        } else {
            0.0
        };
        let total = count(self.total) + BACKGROUND;
        let sayers = (sayers + common).min(total);
        ((total - sayers + 0.5) / (sayers + 0.5)).ln_1p()
    }

    /// How well a task ranks for these stems by Okapi BM25, which knows no kinds of values and no names.
    pub(super) fn rank(&self, task: &Known, part: &Part<'_>) -> f64 {
        let mean = (self.length / count(self.total.max(1))).max(1.0);
        let one = |content: &Content<'_>| {
            let Some(said) = task.counts.get(&content.lexeme.stem) else {
                return 0.0;
            };
            content.rarity * said * (K1 + 1.0) / (said + K1 * (1.0 - B + B * task.length / mean))
        };
        part.contents.iter().map(one).sum()
    }

    /// How rare a stem is by Okapi BM25.
    pub(super) fn plain_rarity(&self, stem: &str) -> f64 {
        let total = count(self.total) + BACKGROUND;
        let sayers = count(self.postings.get(stem).map_or(0, |postings| postings.tasks.len()));
        ((total - sayers + 0.5) / (sayers + 0.5)).ln_1p()
    }

    /// The tasks that say most of these stems, the best first; each stem with how telling it is.
    pub(super) fn candidates(
        &self,
        stems: &BTreeMap<String, f64>,
        most: usize,
        scores: &mut Scores,
    ) -> Vec<usize> {
        if self.total <= most {
            return (0..self.total).collect();
        }
        let mut telling: Vec<(&String, f64)> = stems.iter().map(|(stem, weight)| (stem, *weight)).collect();
        telling.sort_by(|left, right| right.1.total_cmp(&left.1));
        scores.hold(self.total);
        for (stem, weight) in telling {
            let own = std::iter::once((stem.as_str(), 1.0));
            for (said, share) in own.chain(kin(stem).map(|other| (other, SYNONYM))) {
                let Some(postings) = self.postings.get(said) else {
                    continue;
                };
                if postings.tasks.len() <= FREQUENT || scores.tasks.is_empty() {
                    let said = postings.tasks.iter();
                    said.for_each(|(task, strength)| scores.note(*task, f64::from(*strength) * share));
                } else {
                    for at in 0..scores.tasks.len() {
                        let task = scores.tasks[at];
                        if let Ok(at) = postings.tasks.binary_search_by_key(&task, |(task, _)| *task) {
                            scores.note(task, f64::from(postings.tasks[at].1) * share);
                        }
                    }
                }
            }
            scores.add(weight);
        }
        let mut ranked = scores.drained();
        let order =
            |left: &(u32, f64), right: &(u32, f64)| right.1.total_cmp(&left.1).then(left.0.cmp(&right.0));
        if ranked.len() > most {
            ranked.select_nth_unstable_by(most, order);
            ranked.truncate(most);
        }
        ranked.sort_by(order);
        ranked
            .into_iter()
            .filter_map(|(task, _)| usize::try_from(task).ok())
            .collect()
    }
}

/// What the tasks come to, word by word; by the task's place, since there may be as many as there are tasks, and kept from one
/// search to the next, since to make it takes longer than a search does.
#[derive(Debug, Default)]
pub(super) struct Scores {
    /// Of each task, for the words so far.
    sums: Vec<f64>,
    /// Of each task, how strongly it says the present word.
    strengths: Vec<f64>,
    /// The tasks that say one of the words so far.
    tasks: Vec<u32>,
    /// The tasks that say the present word.
    sayers: Vec<u32>,
}

impl Scores {
    /// Makes room for so many tasks.
    fn hold(&mut self, total: usize) {
        if self.sums.len() < total {
            (self.sums, self.strengths) = (vec![0.0; total], vec![0.0; total]);
        }
    }

    /// Notes how strongly a task says the present word; of several ways to say it, the strongest counts.
    fn note(&mut self, task: u32, strength: f64) {
        let Some(known) = usize::try_from(task)
            .ok()
            .and_then(|at| self.strengths.get_mut(at))
        else {
            return;
        };
        if *known == 0.0 {
            self.sayers.push(task);
        }
        *known = known.max(strength);
    }

    /// Adds what the tasks come to for the present word, and goes on to the next.
    fn add(&mut self, weight: f64) {
        for task in self.sayers.drain(..) {
            let Ok(at) = usize::try_from(task) else { continue };
            if self.sums[at] == 0.0 {
                self.tasks.push(task);
            }
            self.sums[at] += weight * std::mem::take(&mut self.strengths[at]);
        }
    }

    /// What the tasks came to; from then on they have come to nothing.
    fn drained(&mut self) -> Vec<(u32, f64)> {
        let sums = &mut self.sums;
        let mut take = |task: u32| {
            let sum = usize::try_from(task).ok().and_then(|at| sums.get_mut(at));
            sum.map(std::mem::take).unwrap_or_default()
        };
        self.tasks.drain(..).map(|task| (task, take(task))).collect()
    }
}

/// How strongly a task says a word, itself or by a synonym.
pub(super) fn says(task: &Known, lexeme: &Lexeme) -> f64 {
    let own = task.vocabulary.get(&lexeme.stem).copied().unwrap_or_default() * task.likeness(lexeme);
    let alike = lexeme
        .kin()
        .filter_map(|synonym| task.vocabulary.get(synonym))
        .fold(0.0, |best: f64, strength| best.max(*strength));
    own.max(alike * SYNONYM)
}

/// A count as a weight.
pub(super) fn count(items: usize) -> f64 {
    f64::from(u32::try_from(items).unwrap_or(u32::MAX))
}
