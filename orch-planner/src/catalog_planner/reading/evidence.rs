//! What speaks for a task as the answer to a part of a goal.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use serde_json::Value;

use super::{
    Library,
    fill::Filled,
    gazetteer::{currency, is_country, is_state},
    index::{count, says},
    kin::kin,
    kind::kinds,
    known::Known,
    lexeme::Lexeme,
    mention::{ReadGoal, Said},
    slot::{
        sense::Sense,
        unit::{Dimension, dimensions},
    },
    verb::{asked, is_small_talk, opens_order},
    wish::is_lead,
};
use crate::catalog_planner::{
    stem::{likeness, stem},
    thesaurus::SYNONYM,
    word::{is_function_word, is_maker, is_request},
};

/// How much a word counts in a sentence that asks for nothing.
const FRAMED: f64 = 0.4;
/// How much a word counts that went into a slot only because something had to.
const GUESSED: f64 = 0.5;
/// From here on, a word is in the name of a task.
const NAMED: f64 = 0.9;
/// How much of nothing that is asked a task says.
const NOTHING: f64 = 0.4;
/// How much less is asked than that to be nothing.
const UNASKED: f64 = 0.05;
/// How likely a task is meant of which nothing is known.
const PRIOR: f64 = -1.9;
/// What it costs a task that something is not given that it cannot do without.
pub(super) const LACKING: f64 = 1.9;
/// Up to here, a task and a goal have no word in common.
const SILENT: f64 = 0.3;
/// What it costs a task that no word speaks for it.
const UNSAID: f64 = 1.5;
/// From here on, it tells no more how well a task ranks by words alone.
const MAX_RANK: f64 = 25.0;
/// How far a word of a task's name is said that is but the answer to a question: "when" says "date".
const ANSWERED: f64 = 0.5;
/// How much it counts that a task answers what a question asks for.
pub(super) const ANSWER: f64 = 1.0;

/// What speaks for a task, each from 0.0 to 1.0 unless it is said otherwise.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Evidence {
    /// How much of what is asked the task says.
    pub(super) coverage: f64,
    /// How much of the task's name is asked.
    pub(super) title: f64,
    /// How much of what its description says first is asked.
    pub(super) told: f64,
    /// How many of the words that are said side by side the task says side by side.
    pub(super) pairs: f64,
    /// How many of the values that are spelled out it takes.
    pub(super) used: f64,
    /// How many values it lacks.
    pub(super) missing: f64,
    /// How many values were guessed.
    pub(super) guessed: f64,
    /// How telling the words are that both say, together.
    pub(super) shared: f64,
    /// How telling the words are that are asked and that the task does not say, together.
    pub(super) strange: f64,
    /// How well it ranks by the words of both alone.
    pub(super) rank: f64,
    /// How many values are just of the kind that their slot takes.
    pub(super) typed: f64,
    /// How many choices are said.
    pub(super) chosen: f64,
    /// Whether what is to be done is named by a verb that the task does not say.
    pub(super) undone: f64,
}

impl Evidence {
    /// How far the words of the task and of the goal are the same.
    pub(super) fn relevance(&self) -> f64 {
        (0.5 * self.coverage + 0.5 * self.title()).max(0.6 * self.coverage)
    }

    /// How much more likely the task is meant than none: above zero, it is; the greatest of several is.
    ///
    /// Each weight is the logarithm of odds, as a logistic regression over the seen cases of `benches/planning` tells them:
    /// for each goal among the tasks of its field, those of all fields, and the right one alone. Halves of the fields, drawn
    /// at random, came to the same within a third, and each half told the other's right tasks as well as its own.
    pub(super) fn worth(&self) -> f64 {
        PRIOR
            + 3.7 * self.coverage
            + 1.2 * self.title()
            + 2.2 * self.pairs
            + 2.4 * self.used
            + 5.0 * saturated(self.shared)
            - 2.2 * saturated(self.strange)
            + 0.28 * self.rank.min(MAX_RANK)
            + 1.8 * self.typed.min(2.0)
            + 0.5 * self.chosen.min(1.0)
            - 1.0 * self.guessed.min(2.0)
            - 1.5 * self.undone
            - if self.shared < SILENT { UNSAID } else { 0.0 }
            - if self.missing > 0.0 { LACKING } else { 0.0 }
    }

    /// How much of what the task says first of itself is asked, in its name or in its description.
    fn title(&self) -> f64 {
        self.title.max(0.9 * self.told)
    }
}

/// Weights of words that add up, from 0.0 to 1.0: the first few tell most.
fn saturated(weight: f64) -> f64 {
    weight / (weight + 3.0)
}

impl Library {
    /// What speaks for a task that is filled so.
    pub(super) fn evidence(
        &self,
        goal: &ReadGoal,
        range: Range<usize>,
        known: &Known,
        filled: &Filled,
    ) -> Evidence {
        let contents = contents(goal, range.clone());
        let answers: Vec<String> = asked_for(goal, range.clone()).collect();
        let missing = filled.missing(known).count();
        let mentions = goal.mentions.iter();
        let spelled: Vec<bool> = mentions
            .filter(|mention| range.contains(&mention.range.start))
            .map(|mention| mention.range.clone().any(|at| filled.claimed.contains(&at)))
            .collect();
        let share = |part: usize, whole: usize| {
            if whole == 0 {
                0.5
            } else {
                count(part) / count(whole)
            }
        };
        let (shared, asked) = self.weighed(goal, &contents, &answers, known, filled);
        // Where nothing is asked but values, they say what is wanted: if the task takes them.
        let nothing = if filled.guessed.is_empty() { NOTHING } else { 0.0 };
        Evidence {
            coverage: (shared + nothing * UNASKED) / (asked + UNASKED),
            shared,
            strange: asked - shared,
            rank: self
                .index
                .rank(known, contents.iter().map(|(_, lexeme)| lexeme.stem.as_str())),
            typed: typed(goal, known, filled),
            chosen: count(filled.chosen_slots(known)),
            undone: f64::from(u8::from(
                deed(goal, range.clone()).is_some_and(|verb| says(known, verb) == 0.0),
            )),
            title: self.said(known, &known.titles, &contents, &answers),
            told: self.said(known, &known.opening, &contents, &[]),
            pairs: self.pairs(&contents, known),
            used: share(spelled.iter().filter(|used| **used).count(), spelled.len()),
            missing: count(missing),
            guessed: count(filled.guessed.len()),
        }
    }

    /// How much the task says of what is asked, and how much is asked; words count as far as they are telling.
    fn weighed(
        &self,
        goal: &ReadGoal,
        contents: &[(usize, &Lexeme)],
        answers: &[String],
        known: &Known,
        filled: &Filled,
    ) -> (f64, f64) {
        let (mut asked, mut answered) = (0.0, 0.0);
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        for (at, lexeme) in contents {
            let says = says(known, lexeme);
            let is_chosen = filled.chosen.contains(at);
            let is_guessed = filled.guessed.values().any(|words| words.contains(at));
            let is_value = (filled.claimed.contains(at) && !is_chosen && !is_guessed)
                || (is_spelled_out(goal, *at) && says < 0.4);
            let only_asks = says < NAMED && is_request(&lexeme.lower);
            if is_value || only_asks || !seen.insert(&lexeme.stem) {
                continue;
            }
            let mut weight = self.index.rarity(&lexeme.stem, &lexeme.lower);
            if goal.framing.contains(at) {
                weight *= FRAMED;
            }
            if is_guessed {
                weight *= GUESSED;
            }
            asked += weight;
            answered += weight
                * if is_chosen {
                    says.max(0.8)
                } else if is_guessed {
                    says.max(if filled.is_scraped { 0.0 } else { 0.3 })
                } else {
                    says
                };
        }
        if !answers.is_empty() {
            asked += ANSWER;
            let says = |stem: &String| known.vocabulary.get(stem).copied().unwrap_or_default();
            answered += ANSWER * answers.iter().map(says).fold(0.0, f64::max);
        }
        (answered, asked)
    }

    /// How much of what a task says somewhere is asked.
    fn said(&self, known: &Known, own: &[String], contents: &[(usize, &Lexeme)], answers: &[String]) -> f64 {
        let (mut all, mut said) = (0.0, 0.0);
        for stem in own {
            let weight = self.index.rarity(stem, stem);
            all += weight;
            let alike = |lexeme: &Lexeme| {
                let synonym = kin(stem).any(|synonym| synonym == lexeme.stem);
                let own = likeness(stem, &lexeme.stem) * known.likeness(lexeme);
                own.max(if synonym { SYNONYM } else { 0.0 })
            };
            let answer: f64 = if answers.contains(stem) { ANSWERED } else { 0.0 };
            let alike = contents.iter().map(|(_, lexeme)| alike(lexeme));
            said += weight * alike.fold(answer, f64::max);
        }
        if all > 0.0 { said / all } else { 0.0 }
    }

    /// How many of the words that are said side by side the task says side by side, by how telling they are.
    fn pairs(&self, contents: &[(usize, &Lexeme)], known: &Known) -> f64 {
        let (mut all, mut said) = (0.0, 0.0);
        for pair in contents.windows(2) {
            let ((left, first), (right, second)) = (pair[0], pair[1]);
            if right - left > 2 {
                continue;
            }
            let weight =
                self.index.rarity(&first.stem, &first.lower) + self.index.rarity(&second.stem, &second.lower);
            all += weight;
            let both = |a: &str, b: &str| known.pairs.contains(&(a.to_owned(), b.to_owned()));
            if both(&first.stem, &second.stem) || (right - left == 2 && both(&second.stem, &first.stem)) {
                said += weight;
            }
        }
        if all > 0.0 { said / all } else { 0.0 }
    }

    /// The stems that a part of a goal says, each with how telling it is.
    pub(super) fn telling(&self, goal: &ReadGoal, range: Range<usize>) -> BTreeMap<String, f64> {
        let mut stems = BTreeMap::new();
        for (_, lexeme) in contents(goal, range.clone()) {
            stems.insert(
                lexeme.stem.clone(),
                self.index.rarity(&lexeme.stem, &lexeme.lower),
            );
        }
        for stem in asked_for(goal, range) {
            stems.entry(stem).or_insert(ANSWER);
        }
        stems
    }
}

/// How many values are just of the kind that their slot takes: a date, so many kilograms; names and quotations, of which
/// there are many kinds, count half.
fn typed(goal: &ReadGoal, known: &Known, filled: &Filled) -> f64 {
    let kinds = filled.mentions.iter().map(|(slot, mention)| {
        let (slot, mention) = (&known.slots[*slot], &goal.mentions[*mention]);
        match (&mention.value, slot.sense) {
            (Said::Number(_, unit), _) => {
                let mut measured = dimensions(unit).chain(currency(unit).map(|_| Dimension::Money));
                f64::from(u8::from(
                    measured.any(|measured| slot.dimension == Some(measured)),
                ))
            }
            (Said::Day(_), Sense::Date | Sense::Moment)
            | (Said::Time, Sense::Time | Sense::Moment)
            | (Said::Email, Sense::Email)
            | (Said::Url, Sense::Url)
            | (Said::Path, Sense::Path)
            | (Said::Code, Sense::Id | Sense::Formula | Sense::Phone)
            | (Said::Name(_), Sense::Language) => 1.0,
            (Said::Name(_), Sense::Country) if is_country(&mention.text) => 1.0,
            (Said::Name(_), Sense::State) if is_state(&mention.text) => 1.0,
            (Said::Name(_), Sense::Place | Sense::Person | Sense::Name)
            | (Said::Quote, Sense::Text | Sense::Name) => 0.5,
            _ => 0.0,
        }
    });
    kinds.sum::<f64>() + count(named(known, filled)) + count(of_kind(known, filled))
}

/// How many values are known as words of their slot's kind: a currency, a language.
fn named(known: &Known, filled: &Filled) -> usize {
    let is_named = |at: &&usize| {
        let is_known = matches!(
            known.slots[**at].sense,
            Sense::Currency | Sense::Language | Sense::Country
        );
        is_known && !filled.mentions.contains_key(*at) && !filled.guessed.contains_key(*at)
    };
    filled.values.keys().filter(is_named).count()
}

/// How many slots hold a thing of the kind that they are called by: for an animal, a tiger.
fn of_kind(known: &Known, filled: &Filled) -> usize {
    let is_of_kind = |(at, value): &(&usize, &Value)| {
        let slot = &known.slots[**at];
        let texts = match value {
            Value::Array(items) => items.as_slice(),
            one => std::slice::from_ref(*one),
        };
        let names = |kind: &str| slot.name.iter().any(|own| own == kind) || slot.about.contains(kind);
        texts
            .iter()
            .filter_map(Value::as_str)
            .any(|text| kinds(text).any(names))
    };
    filled.values.iter().filter(is_of_kind).count()
}

/// The verb that says what a part of a goal wants done, if it opens it and asks for something definite.
fn deed(goal: &ReadGoal, range: Range<usize>) -> Option<&Lexeme> {
    let mut lexemes = goal.lexemes[range].iter().filter(|lexeme| lexeme.is_word());
    let verb = lexemes.find(|lexeme| !is_lead(lexeme.word()))?;
    let is_definite = opens_order(&verb.lower) && !is_request(&verb.lower) && !is_maker(&verb.lower);
    is_definite.then_some(verb)
}

/// The stems of what a part of a goal asks for as a question: of "when" the date.
fn asked_for(goal: &ReadGoal, range: Range<usize>) -> impl Iterator<Item = String> {
    let words: Vec<&str> = goal.lexemes[range].iter().map(Lexeme::word).collect();
    asked(&words).into_iter().map(stem)
}

/// The words of a part of a goal that say something, with their places.
fn contents(goal: &ReadGoal, range: Range<usize>) -> Vec<(usize, &Lexeme)> {
    let lexemes = range.clone().zip(&goal.lexemes[range]);
    // "How long" asks for a duration, and "long" says no more.
    let measures = |at: usize| {
        let how = at.checked_sub(1).map(|before| goal.lexemes[before].word());
        how == Some("how") && !asked(&["how", goal.lexemes[at].word()]).is_empty()
    };
    lexemes
        .filter(|(at, lexeme)| {
            lexeme.is_word()
                && !is_function_word(&lexeme.lower)
                && !is_small_talk(&lexeme.lower)
                && !measures(*at)
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
