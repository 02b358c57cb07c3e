//! Which tasks say what: how telling each word is, and which tasks are worth a closer look.

use std::collections::{BTreeMap, HashMap};

use super::{kin::kin, known::Known};
use crate::catalog_planner::{
    thesaurus::SYNONYM,
    word::{is_action, is_maker, is_request},
};

/// Tasks that a few words of everyday language are expected in besides those at hand, so that a word is telling or not
/// even where there is only one task.
const BACKGROUND: f64 = 30.0;
/// In how many of those a verb that asks for anything is expected.
const COMMON: f64 = 12.0;

/// The words of all tasks.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    /// For each stem, the tasks that say it, and how strongly.
    postings: HashMap<String, Vec<(usize, f64)>>,
    total: f64,
}

impl Index {
    /// The words of these tasks.
    pub(super) fn new(tasks: &[Known]) -> Self {
        let mut postings: HashMap<String, Vec<(usize, f64)>> = HashMap::new();
        for (at, task) in tasks.iter().enumerate() {
            for (stem, strength) in &task.vocabulary {
                postings.entry(stem.clone()).or_default().push((at, *strength));
            }
        }
        Self {
            postings,
            total: count(tasks.len()),
        }
    }

    /// How telling a stem is: the fewer tasks say it, the more.
    pub(super) fn rarity(&self, stem: &str, word: &str) -> f64 {
        let sayers = self
            .postings
            .get(stem)
            .map_or(0.0, |sayers| sayers.iter().map(|(_, strength)| strength).sum());
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

    /// The tasks that say most of these stems, the best first.
    pub(super) fn candidates(&self, stems: &BTreeMap<String, f64>, most: usize) -> Vec<usize> {
        let mut scores: HashMap<usize, f64> = HashMap::new();
        for (stem, weight) in stems {
            let own = std::iter::once((stem.as_str(), 1.0));
            let mut best: HashMap<usize, f64> = HashMap::new();
            for (said, share) in own.chain(kin(stem).map(|synonym| (synonym, SYNONYM))) {
                for (task, strength) in self.postings.get(said).into_iter().flatten() {
                    let known = best.entry(*task).or_default();
                    *known = known.max(strength * share);
                }
            }
            for (task, strength) in best {
                *scores.entry(task).or_default() += weight * strength;
            }
        }
        let mut ranked: Vec<(usize, f64)> = scores.into_iter().collect();
        ranked.sort_by(|left, right| right.1.total_cmp(&left.1).then(left.0.cmp(&right.0)));
        ranked.truncate(most);
        ranked.into_iter().map(|(task, _)| task).collect()
    }
}

/// How strongly a task says a stem, itself or by a synonym.
pub(super) fn says(task: &Known, stem: &str) -> f64 {
    let own = task.vocabulary.get(stem).copied().unwrap_or_default();
    let alike = kin(stem)
        .filter_map(|synonym| task.vocabulary.get(synonym))
        .fold(0.0, |best: f64, strength| best.max(*strength));
    own.max(alike * SYNONYM)
}

/// A count as a weight.
pub(super) fn count(items: usize) -> f64 {
    f64::from(u32::try_from(items).unwrap_or(u32::MAX))
}
