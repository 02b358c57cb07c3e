//! How well a task does what a part of a goal asks.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use super::verb::{asked, is_small_talk};
use super::{
    Library,
    fill::{Filled, fill},
    index::{count, says},
    kin::kin,
    known::Known,
    lexeme::Lexeme,
    mention::{ReadGoal, Said},
    nobody,
};
use crate::catalog_planner::{
    stem::{likeness, stem},
    thesaurus::SYNONYM,
    word::is_function_word,
};

/// From here on, a task has to do with what is asked.
const RELEVANT: f64 = 0.2;
/// From here on, a task is surely meant, even beside another one.
pub(super) const SURE: f64 = 0.38;
/// How much a word counts in a sentence that asks for nothing.
const FRAMED: f64 = 0.4;
/// From here on, a task that takes all that is said has to do with it.
const TAKEN: f64 = 0.1;
/// From here on, a task is meant even where its values had to be guessed.
pub(super) const PLAIN: f64 = 0.6;
/// How much it counts that a task answers what a question asks for.
const ANSWER: f64 = 1.0;
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
    /// How far the words of both are the same, from 0.0 to 1.0.
    pub(super) relevance: f64,
    /// The share of the values that the goal spells out which it takes.
    pub(super) used: f64,
    /// How good it is among others.
    pub(super) score: f64,
}

impl Reading {
    /// Whether the task has to do with what is asked.
    pub(super) fn is_relevant(&self) -> bool {
        self.relevance >= RELEVANT
    }

    /// Whether the task does what is asked and lacks nothing. Less needs to be said of it where it takes all the values that
    /// the goal spells out, and more where values had to be guessed.
    pub(super) fn fits(&self, library: &Library) -> bool {
        let known = library.known(self.task);
        let guesses = self.filled.guessed.len();
        let takes_all = guesses == 0 && self.used >= 0.99 && known.required().count() >= 2;
        let least = if takes_all {
            TAKEN
        } else if guesses > 1 {
            SURE
        } else {
            RELEVANT
        };
        self.relevance >= least && self.filled.missing(known).next().is_none()
    }
}

impl Library {
    /// The task that answers a part of a goal best.
    pub(super) fn best(&self, goal: &ReadGoal, range: Range<usize>) -> Option<Reading> {
        let said = contents(goal, range.clone());
        let mut stems: BTreeMap<String, f64> = BTreeMap::new();
        for (_, lexeme) in &said {
            stems.insert(
                lexeme.stem.clone(),
                self.index.rarity(&lexeme.stem, &lexeme.lower),
            );
        }
        for stem in asked_for(goal, range.clone()) {
            stems.entry(stem).or_insert(ANSWER);
        }
        let candidates = self.index.candidates(&stems, CANDIDATES);
        let readings = candidates
            .into_iter()
            .map(|task| self.reading(goal, range.clone(), task));
        readings.reduce(|best, next| {
            if next.score > best.score + 1e-9 {
                next
            } else {
                best
            }
        })
    }

    /// One task as the answer to a part of a goal.
    fn reading(&self, goal: &ReadGoal, range: Range<usize>, task: usize) -> Reading {
        let known = self.known(task);
        let filled = fill(known, goal, range.clone(), &nobody());
        let relevance = self.relevance(goal, range.clone(), known, &filled);
        let required = known.required().count();
        let missing = filled.missing(known).count();
        let given = if required == 0 {
            0.5
        } else {
            count(required - missing) / count(required)
        };
        let spelled = goal
            .mentions
            .iter()
            .filter(|mention| range.contains(&mention.range.start));
        let spelled: Vec<bool> = spelled
            .map(|mention| mention.range.clone().any(|at| filled.claimed.contains(&at)))
            .collect();
        let used = if spelled.is_empty() {
            0.5
        } else {
            count(spelled.iter().filter(|used| **used).count()) / count(spelled.len())
        };
        let score = 2.0 * relevance + 0.45 * given + 0.3 * used
            - 0.25 * f64::from(u8::from(missing > 0))
            - 0.05 * count(filled.guessed.len());
        Reading {
            task,
            range,
            filled,
            relevance,
            used,
            score,
        }
    }

    /// How far the words of a task and of a part of a goal are the same: how much of what is asked the task says, and how
    /// much of its name is said.
    fn relevance(&self, goal: &ReadGoal, range: Range<usize>, known: &Known, filled: &Filled) -> f64 {
        let contents = contents(goal, range.clone());
        let (mut asked, mut answered) = (0.0, 0.0);
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        for (at, lexeme) in &contents {
            let weight = self.index.rarity(&lexeme.stem, &lexeme.lower);
            let says = says(known, &lexeme.stem);
            let is_chosen = filled.chosen.contains(at);
            let is_value =
                (filled.claimed.contains(at) && !is_chosen) || (is_spelled_out(goal, *at) && says < 0.4);
            if is_value || !seen.insert(&lexeme.stem) {
                continue;
            }
            let share = if goal.framing.contains(at) { FRAMED } else { 1.0 };
            asked += weight * share;
            answered += weight * share * if is_chosen { says.max(0.8) } else { says };
        }
        let answers: Vec<String> = asked_for(goal, range.clone()).collect();
        if !answers.is_empty() {
            asked += ANSWER;
            answered += ANSWER * answers.iter().map(|stem| says(known, stem)).fold(0.0, f64::max);
        }
        let coverage = if asked > 0.0 { answered / asked } else { 0.0 };
        let (mut named, mut said) = (0.0, 0.0);
        for title in &known.titles {
            let weight = self.index.rarity(title, title);
            named += weight;
            let alike = |lexeme: &Lexeme| {
                let synonym = kin(title).any(|synonym| synonym == lexeme.stem);
                likeness(title, &lexeme.stem).max(if synonym { SYNONYM } else { 0.0 })
            };
            let answer: f64 = if answers.contains(title) { SYNONYM } else { 0.0 };
            said += weight
                * contents
                    .iter()
                    .map(|(_, lexeme)| alike(lexeme))
                    .fold(answer, f64::max);
        }
        let title = if named > 0.0 { said / named } else { 0.0 };
        let title = title.max(0.9 * self.told(known, &contents));
        (0.5 * coverage + 0.5 * title).max(0.6 * coverage)
    }
}

impl Library {
    /// How much of what its description says first is said.
    fn told(&self, known: &Known, contents: &[(usize, &Lexeme)]) -> f64 {
        let (mut told, mut said) = (0.0, 0.0);
        for stem in &known.opening {
            let weight = self.index.rarity(stem, stem);
            told += weight;
            let synonym = |lexeme: &Lexeme| kin(stem).any(|synonym| synonym == lexeme.stem);
            let share = |lexeme: &Lexeme| {
                if lexeme.stem == *stem {
                    1.0
                } else if synonym(lexeme) {
                    SYNONYM
                } else {
                    0.0
                }
            };
            said += weight
                * contents
                    .iter()
                    .map(|(_, lexeme)| share(lexeme))
                    .fold(0.0, f64::max);
        }
        if told > 0.0 { said / told } else { 0.0 }
    }
}

/// The stems of what a part of a goal asks for as a question: of "when" the date.
fn asked_for(goal: &ReadGoal, range: Range<usize>) -> impl Iterator<Item = String> {
    let words: Vec<&str> = goal.lexemes[range].iter().map(Lexeme::word).collect();
    asked(&words).into_iter().map(stem)
}

/// The words of a part of a goal that say something, with their places.
fn contents(goal: &ReadGoal, range: Range<usize>) -> Vec<(usize, &Lexeme)> {
    let lexemes = range.clone().zip(&goal.lexemes[range]);
    lexemes
        .filter(|(_, lexeme)| {
            lexeme.is_word() && !is_function_word(&lexeme.lower) && !is_small_talk(&lexeme.lower)
        })
        .collect()
}

/// Whether a lexeme is part of a value rather than of what is asked.
fn is_spelled_out(goal: &ReadGoal, at: usize) -> bool {
    let holds = |said: &Said| !matches!(said, Said::Number(..));
    goal.mentions
        .iter()
        .any(|mention| mention.range.contains(&at) && holds(&mention.value))
}
