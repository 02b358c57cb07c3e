use std::{cmp::Ordering, collections::BinaryHeap};

use super::{Index, scores::Scores, terms::List};
use crate::{
    AccountId, AgentId,
    catalog::{Candidates, RankedTask, rarity},
};

/// Looking a task up in a list costs as much as walking past so many postings.
const LOOKUP: usize = 16;
/// What sums of floating numbers are wrong by, at most, as a share.
const ROUNDING: f64 = 1e-9;

/// A word of the text, and who says it.
#[derive(Debug)]
struct Term<'i> {
    rarity: f64,
    lists: Vec<&'i List>,
}

impl Term<'_> {
    /// The most that it adds to a score.
    fn most(&self) -> f64 {
        let heaviest = self.lists.iter().map(|list| list.heaviest);
        self.rarity * heaviest.fold(0.0, f64::max)
    }
}

impl Index {
    /// The tasks of online agents that say something about one of the words, best first: the scores and the order of
    /// [`rank`](crate::catalog::rank::rank) over all agents.
    pub(in crate::catalog) fn rank(
        &self,
        viewer: &AccountId,
        words: &[String],
        limit: usize,
    ) -> Vec<RankedTask> {
        if limit == 0 {
            return Vec::new();
        }
        let terms = self.terms_of(viewer, words);
        let mut scores = self.terms.pool.take(self.terms.tasks.len());
        self.add_up(&terms, limit, &mut scores);
        self.best(&scores, limit)
    }

    /// The words that somebody says, from the one that tells most to the one that tells least.
    fn terms_of(&self, viewer: &AccountId, words: &[String]) -> Vec<Term<'_>> {
        let (everyone, own) = self.names.audiences(viewer);
        let audiences = || std::iter::once(everyone).chain(own);
        let most = Candidates::MAX_COUNT;
        let total = audiences()
            .map(|audience| self.terms.n_agents(audience))
            .sum::<u64>()
            .min(most);
        let mut terms: Vec<Term<'_>> = Vec::with_capacity(words.len());
        for word in words {
            let lists: Vec<&List> = audiences()
                .filter_map(|audience| self.terms.list(audience, word))
                .collect();
            let frequency: u64 = lists.iter().map(|list| list.n_agents).sum();
            if frequency > 0 {
                let rarity = rarity(frequency.min(most), total);
                terms.push(Term { rarity, lists });
            }
        }
        terms.sort_by(|left, right| right.rarity.total_cmp(&left.rarity));
        terms
    }

    /// Scores the tasks, term after term. As soon as what is left cannot bring a task that said nothing yet among the best,
    /// only those that still may be among them are followed.
    fn add_up(&self, terms: &[Term<'_>], limit: usize, scores: &mut Scores<'_>) {
        let mut left: f64 = terms.iter().map(Term::most).sum();
        let mut is_open = true;
        for (place, term) in terms.iter().enumerate() {
            left -= term.most();
            for list in &term.lists {
                if is_open {
                    self.add_all(term.rarity, list, scores);
                } else {
                    add_known(term.rarity, list, scores);
                }
            }
            let rest = left.max(0.0);
            if is_open && place + 1 < terms.len() && scores.best > rest {
                let least = scores.at(limit) * (1.0 - ROUNDING);
                if least > rest {
                    is_open = false;
                    scores.keep_from(least - rest);
                }
            }
        }
    }

    fn add_all(&self, rarity: f64, list: &List, scores: &mut Scores<'_>) {
        for posting in &list.postings {
            let more = rarity * posting.weight;
            for task in posting.first..posting.first + posting.size {
                if self.terms.tasks[task as usize].counts {
                    scores.add(task, more);
                }
            }
        }
    }

    fn best(&self, scores: &Scores<'_>, limit: usize) -> Vec<RankedTask> {
        let mut best: BinaryHeap<Found> = BinaryHeap::with_capacity(limit + 1);
        for number in &scores.tasks {
            let place = self.terms.tasks[*number as usize];
            let found = Found {
                score: scores.of(*number),
                id: self.columns.ids[place.slot as usize],
                task: place.task,
                slot: place.slot,
            };
            if best.len() < limit {
                best.push(found);
            } else if let Some(mut worst) = best.peek_mut()
                && found < *worst
            {
                *worst = found;
            }
        }
        let best = best.into_sorted_vec().into_iter();
        best.map(|found| RankedTask {
            agent: self.agents[found.slot as usize].clone(),
            task: found.task as usize,
            score: found.score,
        })
        .collect()
    }
}

/// Adds to the tasks that are followed alone.
fn add_known(rarity: f64, list: &List, scores: &mut Scores<'_>) {
    if scores.tasks.len() * LOOKUP < list.postings.len() {
        let tasks = std::mem::take(&mut scores.tasks);
        for task in &tasks {
            if let Some(weight) = list.weight_of(*task) {
                scores.add_known(*task, rarity * weight);
            }
        }
        scores.tasks = tasks;
    } else {
        for posting in &list.postings {
            for task in posting.first..posting.first + posting.size {
                scores.add_known(task, rarity * posting.weight);
            }
        }
    }
}

/// A task with its score; the better one is the lesser.
#[derive(Debug)]
struct Found {
    score: f64,
    id: AgentId,
    task: u32,
    slot: u32,
}

impl Ord for Found {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_score = other.score.total_cmp(&self.score);
        by_score.then_with(|| (self.id, self.task).cmp(&(other.id, other.task)))
    }
}

impl PartialOrd for Found {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Found {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Found {}
