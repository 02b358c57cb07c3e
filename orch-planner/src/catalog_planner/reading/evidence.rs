//! What speaks for a task as the answer to a part of a goal.

use std::{collections::BTreeSet, ops::Range};

use serde_json::Value;

use super::{
    Library,
    fill::Filled,
    gazetteer::{currency, is_country, is_state},
    index::{count, says},
    kind::kinds,
    known::Known,
    lexeme::Lexeme,
    mention::{ReadGoal, Said},
    part::{Content, Pair, Part},
    slot::{
        sense::Sense,
        unit::{Dimension, dimensions},
    },
};
use crate::catalog_planner::{stem::likeness, thesaurus::SYNONYM};

/// How much a word counts that went into a slot only because something had to.
const GUESSED: f64 = 0.5;
/// How much more it counts against a task that a place was guessed which is not written like one.
const NO_PLACE: f64 = 0.7;
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
    /// How many names or codes that "and" joins went into slots for things of different kinds.
    pub(super) torn: f64,
    /// Whether the task is named by a verb for doing something, and what is so is asked without that verb.
    pub(super) unasked: f64,
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
            - 1.0 * self.unasked
            - 1.2 * self.torn.min(1.0)
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
    pub(super) fn evidence(&self, part: &Part<'_>, known: &Known, filled: &Filled) -> Evidence {
        let goal = part.goal;
        let missing = filled.missing(known).count();
        let mentions = goal.mentions.iter();
        let spelled: Vec<bool> = mentions
            .filter(|mention| part.range.contains(&mention.range.start))
            .map(|mention| mention.range.clone().any(|at| filled.claimed.contains(&at)))
            .collect();
        let share = |part: usize, whole: usize| {
            if whole == 0 {
                0.5
            } else {
                count(part) / count(whole)
            }
        };
        let (shared, asked) = weighed(part, known, filled);
        // Where nothing is asked but values, they say what is wanted: if the task takes them.
        let nothing = if filled.guessed.is_empty() { NOTHING } else { 0.0 };
        Evidence {
            coverage: (shared + nothing * UNASKED) / (asked + UNASKED),
            shared,
            strange: asked - shared,
            rank: self.index.rank(known, part),
            typed: typed(goal, known, filled),
            chosen: count(filled.chosen_slots(known)),
            undone: f64::from(u8::from(part.deed.is_some_and(|verb| says(known, verb) == 0.0))),
            torn: count(torn(goal, known, filled)),
            unasked: f64::from(u8::from(part.is_question && does_unasked(part, known))),
            title: said(known, &known.titles, &known.rarities.titles, part, &part.answers),
            told: said(known, &known.opening, &known.rarities.opening, part, &[]),
            pairs: paired(part, known),
            used: share(spelled.iter().filter(|used| **used).count(), spelled.len()),
            missing: count(missing),
            guessed: count(filled.guessed.len()) + NO_PLACE * count(unlikely_places(goal, known, filled)),
        }
    }
}

/// How many places were guessed in lower case, though the goal writes other names with capital letters.
fn unlikely_places(goal: &ReadGoal, known: &Known, filled: &Filled) -> usize {
    let mut rest = goal.lexemes.iter().skip(1);
    if !rest.any(Lexeme::is_capitalized) && !goal.text.starts_with(char::is_uppercase) {
        return 0;
    }
    let is_unlikely = |(slot, range): &(&usize, &Range<usize>)| {
        let is_place = matches!(
            known.slots[**slot].sense,
            Sense::Place | Sense::State | Sense::Country
        );
        is_place && !goal.lexemes[(*range).clone()].iter().any(Lexeme::is_capitalized)
    };
    filled.guessed.iter().filter(is_unlikely).count()
}

/// How many names or codes that "and" joins went into slots for things of different kinds.
fn torn(goal: &ReadGoal, known: &Known, filled: &Filled) -> usize {
    let is_joint = |end: usize, start: usize| {
        start == end + 1 && ["and", "or", "&"].contains(&goal.lexemes[end].lower.as_str())
    };
    let are_torn = |(slot, at): (&usize, &usize)| {
        let (slot, mention) = (&known.slots[*slot], &goal.mentions[*at]);
        filled.mentions.iter().any(|(other, after)| {
            let (other, after) = (&known.slots[*other], &goal.mentions[*after]);
            let are_alike = matches!(
                (&mention.value, &after.value),
                (Said::Name(_), Said::Name(_)) | (Said::Code, Said::Code)
            );
            are_alike && is_joint(mention.range.end, after.range.start) && slot.sense != other.sense
        })
    };
    filled.mentions.iter().filter(|pair| are_torn(*pair)).count()
}

/// Whether a task is named by verbs for doing something, none of which is said.
fn does_unasked(part: &Part<'_>, known: &Known) -> bool {
    let says = |deed: &String| {
        let mut lexemes = part.contents.iter().map(|content| content.lexeme);
        lexemes.any(|lexeme| lexeme.stem == *deed || lexeme.kin().any(|other| other == deed))
    };
    !known.deeds.is_empty() && !known.deeds.iter().any(says)
}

/// How much the task says of what is asked, and how much is asked; words count as far as they are telling.
fn weighed(part: &Part<'_>, known: &Known, filled: &Filled) -> (f64, f64) {
    let (mut asked, mut answered) = (0.0, 0.0);
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for content in &part.contents {
        let (at, lexeme) = (content.at, content.lexeme);
        let says = says(known, lexeme);
        let is_chosen = filled.chosen.contains(&at);
        let is_guessed = filled.guessed.values().any(|words| words.contains(&at));
        let is_value = (filled.claimed.contains(&at) && !is_chosen && !is_guessed)
            || (content.is_spelled_out && says < 0.4);
        let only_asks = says < NAMED && content.asks;
        if is_value || only_asks || !seen.insert(&lexeme.stem) {
            continue;
        }
        let mut weight = content.weight;
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
    if !part.answers.is_empty() {
        asked += ANSWER;
        let says = |stem: &String| known.vocabulary.get(stem).copied().unwrap_or_default();
        answered += ANSWER * part.answers.iter().map(says).fold(0.0, f64::max);
    }
    (answered, asked)
}

/// How much of what a task says somewhere is asked.
fn said(known: &Known, own: &[String], rarities: &[f64], part: &Part<'_>, answers: &[String]) -> f64 {
    let (mut all, mut said) = (0.0, 0.0);
    for (stem, weight) in own.iter().zip(rarities) {
        all += weight;
        let alike = |content: &Content<'_>| {
            let lexeme = content.lexeme;
            let own = likeness(stem, &lexeme.stem);
            let own = if own > 0.0 {
                own * known.likeness(lexeme)
            } else {
                0.0
            };
            let is_synonym = || lexeme.kin().any(|synonym| synonym == stem);
            if own < SYNONYM && is_synonym() {
                SYNONYM
            } else {
                own
            }
        };
        let answer: f64 = if answers.contains(stem) { ANSWERED } else { 0.0 };
        said += weight * part.contents.iter().map(alike).fold(answer, f64::max);
    }
    if all > 0.0 { said / all } else { 0.0 }
}

/// How many of the words that are said side by side the task says side by side, by how telling they are.
fn paired(part: &Part<'_>, known: &Known) -> f64 {
    let says = |pair: &&Pair| {
        let turned = pair.turned.as_ref();
        known.pairs.contains(&pair.said) || turned.is_some_and(|turned| known.pairs.contains(turned))
    };
    let all: f64 = part.pairs.iter().map(|pair| pair.weight).sum();
    let said: f64 = part.pairs.iter().filter(says).map(|pair| pair.weight).sum();
    if all > 0.0 { said / all } else { 0.0 }
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
