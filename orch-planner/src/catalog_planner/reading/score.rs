//! How well a task does what a part of a goal asks.

use std::ops::Range;

use super::{
    Asked, Library,
    evidence::{Evidence, LACKING},
    fill::{Filled, fill},
    index::Scores,
    mention::ReadGoal,
    nobody,
    part::Part,
};

/// From here on, a part of a goal asks for something of its own.
pub(super) const PART: f64 = 0.25;
/// From here on, a task is surely meant, even beside another one.
pub(super) const SURE: f64 = 0.38;
/// From here on, a part that only "and" joins to another asks for something of its own.
pub(super) const APART: f64 = 1.0;
/// How much more has to speak for a whole than for its parts in the mean, to be one call.
pub(super) const WHOLE: f64 = 2.5;
/// From here on, a task is meant even where its values had to be guessed.
pub(super) const PLAIN: f64 = 0.6;
/// How many tasks are looked at closely.
const CANDIDATES: usize = 24;

/// A task as the answer to a part of a goal.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    /// The task.
    pub(super) task: usize,
    /// The part of the goal.
    pub(super) range: Range<usize>,
    /// Its slots.
    pub(super) filled: Filled,
    /// What speaks for it.
    pub(super) evidence: Evidence,
    /// How far the words of both are the same, from 0.0 to 1.0.
    pub(super) relevance: f64,
    /// How good it is among others.
    pub(super) score: f64,
}

impl Reading {
    /// How good it is apart from what it lacks.
    pub(super) fn meant(&self) -> f64 {
        self.score + if self.evidence.missing > 0.0 { LACKING } else { 0.0 }
    }

    /// Whether the task is rather meant than none, whether or not it lacks something.
    pub(super) fn is_relevant(&self) -> bool {
        self.meant() > 0.0
    }

    /// Whether the task is rather meant than none, and lacks nothing.
    pub(super) fn fits(&self) -> bool {
        self.score > 0.0 && self.evidence.missing == 0.0
    }
}

impl Library {
    /// The task that answers a part of a goal best.
    pub(super) fn best(&self, goal: &Asked, range: Range<usize>) -> Option<Reading> {
        let key = (range.start, range.end);
        if let Some(known) = goal.best.borrow().get(&key) {
            return known.clone();
        }
        let readings = self.readings_of(goal, range, &mut goal.scores.borrow_mut());
        let best = readings.into_iter().reduce(|best, next| {
            if next.score > best.score + 1e-9 {
                next
            } else {
                best
            }
        });
        goal.best.borrow_mut().insert(key, best.clone());
        best
    }

    /// The tasks that may answer a part of a goal.
    pub(super) fn readings_of(
        &self,
        goal: &ReadGoal,
        range: Range<usize>,
        scores: &mut Scores,
    ) -> Vec<Reading> {
        let part = self.part(goal, range);
        let stems = self.telling(&part);
        let candidates = self.index.candidates(&stems, CANDIDATES, scores);
        let read = |task| self.reading(&part, task);
        candidates.into_iter().map(read).collect()
    }

    /// One task as the answer to a part of a goal.
    fn reading(&self, part: &Part<'_>, task: usize) -> Reading {
        let known = self.known(task);
        let filled = fill(known, part.goal, part.range.clone(), &nobody());
        let evidence = self.evidence(part, known, &filled);
        Reading {
            task,
            range: part.range.clone(),
            filled,
            evidence,
            relevance: evidence.relevance(),
            score: evidence.worth(),
        }
    }
}
