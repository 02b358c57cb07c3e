//! Which tasks say what: how telling each word is, and which tasks are worth a closer look.

use std::collections::{BTreeMap, HashMap};

use super::{kin::kin, known::Known, lexeme::Lexeme};
use crate::catalog_planner::{
    thesaurus::SYNONYM,
    word::{is_action, is_maker, is_request},
};

/// Tasks that a few words of everyday language are expected in besides those at hand, so that a word is telling or not
/// even where there is only one task.
const BACKGROUND: f64 = 30.0;
/// In how many of those a verb that asks for anything is expected.
const COMMON: f64 = 12.0;

/// A stem that so many tasks say is not followed into all of them, where a rarer one leads to some already.
const FREQUENT: usize = 4_000;

/// The words of all tasks.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    postings: HashMap<String, Postings>,
    total: f64,
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
    pub(super) fn new(vocabularies: impl Iterator<Item = BTreeMap<String, f64>>) -> Self {
        let mut index = Self::default();
        for (at, vocabulary) in vocabularies.enumerate() {
            index.total += 1.0;
            let Ok(at) = u32::try_from(at) else { break };
            for (stem, strength) in vocabulary {
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
        let (total, sayers) = (
            self.total + BACKGROUND,
            (sayers + common).min(self.total + BACKGROUND),
        );
        ((total - sayers + 0.5) / (sayers + 0.5)).ln_1p()
    }

    /// The tasks that say most of these stems, the best first; each stem with how telling it is.
    pub(super) fn candidates(&self, stems: &BTreeMap<String, f64>, most: usize) -> Vec<usize> {
        if self.total <= count(most) {
            return (0..most).take_while(|at| count(*at) < self.total).collect();
        }
        let mut telling: Vec<(&String, f64)> = stems.iter().map(|(stem, weight)| (stem, *weight)).collect();
        telling.sort_by(|left, right| right.1.total_cmp(&left.1));
        let mut scores: HashMap<u32, f64> = HashMap::new();
        for (stem, weight) in telling {
            let own = std::iter::once((stem.as_str(), 1.0));
            let mut best: HashMap<u32, f64> = HashMap::new();
            for (said, share) in own.chain(kin(stem).map(|other| (other, SYNONYM))) {
                let Some(postings) = self.postings.get(said) else {
                    continue;
                };
                let mut note = |task: u32, strength: f32| {
                    let known = best.entry(task).or_default();
                    *known = known.max(f64::from(strength) * share);
                };
                if postings.tasks.len() <= FREQUENT || scores.is_empty() {
                    postings
                        .tasks
                        .iter()
                        .for_each(|(task, strength)| note(*task, *strength));
                } else {
                    for task in scores.keys() {
                        if let Ok(at) = postings.tasks.binary_search_by_key(task, |(task, _)| *task) {
                            note(*task, postings.tasks[at].1);
                        }
                    }
                }
            }
            for (task, strength) in best {
                *scores.entry(task).or_default() += weight * strength;
            }
        }
        let mut ranked: Vec<(u32, f64)> = scores.into_iter().collect();
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

/// How strongly a task says a word, itself or by a synonym.
pub(super) fn says(task: &Known, lexeme: &Lexeme) -> f64 {
    let own = task.vocabulary.get(&lexeme.stem).copied().unwrap_or_default() * task.likeness(lexeme);
    let alike = kin(&lexeme.stem)
        .filter_map(|synonym| task.vocabulary.get(synonym))
        .fold(0.0, |best: f64, strength| best.max(*strength));
    own.max(alike * SYNONYM)
}

/// A count as a weight.
pub(super) fn count(items: usize) -> f64 {
    f64::from(u32::try_from(items).unwrap_or(u32::MAX))
}
