//! Phrases: values in plain words, known only by where they stand.

use std::ops::Range;

use serde_json::Value;

use super::{
    Filler,
    deed::deed,
    role::{is_preposition, role},
};
use crate::catalog_planner::{
    reading::{
        lexeme::Lexeme,
        slot::{Slot, sense::Sense, unit::is_unit},
        verb::{is_auxiliary, opens_order},
    },
    shape::Shape,
    word::{is_function_word, is_request},
};

/// Words between a slot's name and its value.
const COPULAS: &[&str] = &[
    "is", "are", "as", "be", "being", "called", "named", "of", "to", "should", "will", "was", "titled",
    "equal", "equals", "for", "like",
];
/// From here on, a preposition speaks for one slot and no other.
const LED: f64 = 1.2;
/// What leads to a phrase less plainly than this says less than its standing before what the task finds.
const BEFORE: f64 = 0.55;
/// What it costs a phrase that it says only what the task says of itself.
const OF_TASK: f64 = 1.0;
/// Words after which a message follows.
const SAYERS: &[&str] = &[
    "saying", "says", "say", "that", "stating", "reading", "reads", "telling",
];

impl Filler<'_> {
    /// Fills what is left with words: first what stands beside its name, then what a call cannot do without.
    pub(super) fn phrases(&mut self) {
        for at in self.open(takes_words) {
            let slot = &self.known.slots[at];
            if let Some(value) = self.known_word(slot) {
                self.take(at, value);
            } else if let Some(range) = self.beside_name(slot).or_else(|| self.led_phrase(slot)) {
                self.take_words(at, range);
            }
        }
        for at in self.open(|slot| takes_words(slot) && slot.is_required && slot.default.is_none()) {
            if let Some(range) = self.guessed(&self.known.slots[at]) {
                self.filled.guessed.insert(at, range.clone());
                self.take_words(at, range);
            }
        }
    }

    pub(super) fn take_words(&mut self, at: usize, range: Range<usize>) {
        let value = self.goal.written(range.clone()).to_owned();
        self.take(at, (range, value));
    }

    fn take(&mut self, at: usize, (range, value): (Range<usize>, String)) {
        self.filled.words.insert(at, range.clone());
        self.claim(range);
        let value = Value::String(value);
        self.set(
            at,
            if self.known.slots[at].is_list() {
                Value::Array(vec![value])
            } else {
                value
            },
        );
    }

    /// What stands beside the name of a slot: "the title is X", "X genre".
    fn beside_name(&self, slot: &Slot) -> Option<Range<usize>> {
        let name: Vec<&String> = slot.name.iter().filter(|own| !is_generic(own)).collect();
        let name = if name.is_empty() {
            slot.name.iter().collect()
        } else {
            name
        };
        let last = *name.last()?;
        let is_title = self.known.titles.contains(last);
        for at in self.range.clone() {
            let lexeme = &self.goal.lexemes[at];
            if !lexeme.is_word() || lexeme.stem != *last || !self.is_free(at) {
                continue;
            }
            let mut start = at + 1;
            let mut is_said = false;
            while let Some(next) = self.goal.lexemes.get(start).filter(|_| start < self.range.end) {
                let is_colon = next.is_mark(':') || next.is_mark('=');
                let is_copula = COPULAS.contains(&next.word()) || ["a", "an", "the"].contains(&next.word());
                if !(is_colon || is_copula && start < at + 4) {
                    break;
                }
                is_said |= is_colon || (COPULAS.contains(&next.word()) && next.word() != "for");
                start += 1;
            }
            if is_said && (!is_title || slot.is_required) {
                let end = if slot.sense == Sense::Text {
                    self.sentence_end(start)
                } else {
                    self.phrase_end(start)
                };
                if end > start {
                    return Some(start..end);
                }
            }
            // "From the table employees": the value stands right after its name.
            let is_right_after =
                start == at + 1 && slot.is_required && !is_title && slot.sense != Sense::Text;
            if is_right_after && self.phrase_end(start) > start {
                return Some(start..self.phrase_end(start));
            }
            // "In jazz style", "vegan diet": the words before, up to what is no description.
            if !is_title && (!slot.is_required || slot.sense == Sense::Other) {
                let start = self.phrase_begin(at);
                if start < at {
                    return Some(start..at + usize::from(self.is_compound(start..at)));
                }
            }
        }
        None
    }

    /// What a call cannot do without is looked for where such things stand.
    fn guessed(&self, slot: &Slot) -> Option<Range<usize>> {
        if slot.sense == Sense::Text {
            return self.message();
        }
        if let Some(range) = deed(self, slot) {
            return Some(range);
        }
        // What is none by its looks is none.
        if matches!(slot.sense, Sense::Currency | Sense::Country | Sense::State) {
            return None;
        }
        let after = self.lead(slot);
        let before = self.before_title();
        match (after, before) {
            (Some((score, _)), Some(before)) if score < BEFORE => Some(before),
            (Some((_, start)), _) => Some(self.trimmed(start..self.phrase_end(start), slot)),
            (None, before) => before,
        }
        .filter(|range| range.start < range.end)
    }

    /// What a preposition leads to that speaks for this very slot: the topic of "books about beekeeping".
    fn led_phrase(&self, slot: &Slot) -> Option<Range<usize>> {
        let mut leads = self.range.clone().filter(|&at| {
            let word = self.goal.lexemes[at].word();
            !slot.is_required && !["", "on", "to", "for", "from"].contains(&word) && role(word, slot) >= LED
        });
        let range = leads.find_map(|at| {
            let lexemes_at = |at: usize| self.goal.lexemes.get(at).map(Lexeme::word);
            let the = lexemes_at(at + 1).is_some_and(is_determiner);
            let of = lexemes_at(at + 1).is_some_and(|next| {
                ["because", "due"].contains(&self.goal.lexemes[at].word()) && ["of", "to"].contains(&next)
            });
            let start = at + 1 + usize::from(the || of);
            let is_open = start < self.range.end && self.is_free(start) && !self.is_counted_at(start);
            is_open.then(|| self.trimmed(start..self.phrase_end(start), slot))
        })?;
        let is_value = range.start < range.end && !self.is_of_task(range.clone(), slot);
        is_value.then_some(range)
    }

    /// Whether a word opens the goal like a verb, known or not: "dim the lights".
    fn is_opening_verb(&self, at: usize) -> bool {
        let next = self.goal.lexemes.get(at + 1).map(Lexeme::word);
        at == self.range.start && next.is_some_and(|word| !word.is_empty() && is_determiner(word))
    }

    /// Whether a verb tells what whoever asks is doing: "I'm importing furniture".
    fn is_progressive(&self, at: usize) -> bool {
        let before = at.checked_sub(1).map(|before| self.goal.lexemes[before].word());
        let is_doing = ["i'm", "am", "we're", "are"];
        self.goal.lexemes[at].lower.ends_with("ing") && before.is_some_and(|word| is_doing.contains(&word))
    }

    /// Whether a question word for a thing stands before: "what is X" asks for X, "when was X" for something of X.
    fn follows_what(&self, at: usize) -> bool {
        let before = at.checked_sub(1).map(|before| self.goal.lexemes[before].word());
        before.is_some_and(|word| ["what", "which", "who", "whose"].contains(&word))
    }

    /// What stands before the word for what the task finds: "vegan lasagna recipes".
    fn before_title(&self) -> Option<Range<usize>> {
        let is_title = |at: &usize| {
            self.goal.lexemes[*at].is_word() && self.known.titles.contains(&self.goal.lexemes[*at].stem)
        };
        let found = self
            .range
            .clone()
            .filter(is_title)
            .map(|at| self.phrase_begin(at)..at);
        // What the task says of itself is no value: "the next high tide" names no harbor.
        let is_said_by_task = |at: usize| {
            let stem = &self.goal.lexemes[at].stem;
            self.known.vocabulary.contains_key(stem)
        };
        found
            .into_iter()
            .find(|range| range.start < range.end && !range.clone().all(is_said_by_task))
    }

    /// What follows "saying" or a colon, to the end.
    fn message(&self) -> Option<Range<usize>> {
        let lexemes = self.range.clone().map(|at| (at, &self.goal.lexemes[at]));
        let opener = lexemes
            .into_iter()
            .find(|(_, lexeme)| lexeme.is_mark(':') || SAYERS.contains(&lexeme.word()))?;
        let start = opener.0
            + 1
            + usize::from(
                self.goal
                    .lexemes
                    .get(opener.0 + 1)
                    .is_some_and(|next| next.word() == "that" || next.is_mark(':')),
            );
        let end = self.sentence_end(start);
        (end > start).then_some(start..end)
    }

    fn sentence_end(&self, start: usize) -> usize {
        let mut end = start;
        while end < self.range.end && !self.filled.claimed.contains(&end) {
            end += 1;
        }
        // Of several sentences, the last keeps its mark.
        let last = end;
        while end > start && self.goal.lexemes[end - 1].ends_sentence() {
            end -= 1;
        }
        let several = self.goal.lexemes[start..end].iter().any(Lexeme::ends_sentence);
        if several { last } else { end }
    }

    /// Where the words for a slot begin.
    pub(super) fn phrase_start(&self, slot: &Slot) -> Option<usize> {
        self.lead(slot).map(|(_, start)| start)
    }

    /// Where the words for a slot begin, and how plainly: after the preposition that fits best, else after the verb.
    fn lead(&self, slot: &Slot) -> Option<(f64, usize)> {
        let mut best: Option<(f64, usize)> = None;
        for at in self.range.clone() {
            let lexeme = &self.goal.lexemes[at];
            let mut start = at + 1;
            // Articles lead to a phrase, and so does a verb: "to cook chicken curry".
            while let Some(next) = self.goal.lexemes.get(start).filter(|_| start < self.range.end) {
                let is_verb = opens_order(next.word())
                    && self.known.titles.first() != Some(&next.stem)
                    && self
                        .goal
                        .lexemes
                        .get(start + 1)
                        .is_some_and(|after| after.is_word() && !is_stop(&after.lower));
                if !is_determiner(next.word()) && !is_verb {
                    break;
                }
                start += 1;
            }
            let is_open = start < self.range.end && self.is_free(start) && self.phrase_end(start) > start;
            if !is_open || self.is_counted_at(start) {
                continue;
            }
            let is_about_task = self.is_of_task(start..self.phrase_end(start), slot);
            // "Salmon, quinoa and kale": what is joined to what is taken is of the same kind.
            let joins = (lexeme.is_mark(',') || ["and", "or"].contains(&lexeme.word()))
                && (self.range.start..at)
                    .rev()
                    .find(|&before| !self.goal.lexemes[before].is_mark(','))
                    .is_some_and(|before| self.taken.contains(&before));
            // A verb leads to a thing, and hardly to a place.
            let is_place = matches!(slot.sense, Sense::Place | Sense::Country | Sense::State);
            let mut score = if joins {
                0.9
            } else if lexeme.is_mark(':') {
                0.7
            } else if is_preposition(lexeme.word()) || lexeme.word() == "about" {
                0.6 + role(lexeme.word(), slot)
            } else if lexeme.is_word()
                && (slot.name.contains(&lexeme.stem) || self.known.titles.contains(&lexeme.stem))
            {
                0.45
            } else if lexeme.is_word()
                && !is_place
                && (opens_order(&lexeme.lower)
                    || is_request(&lexeme.lower)
                    || self.is_opening_verb(at)
                    || self.is_progressive(at))
            {
                0.5
            } else if is_auxiliary(lexeme.word()) && !self.follows_what(at) {
                0.4
            } else {
                continue;
            };
            if is_about_task {
                score -= OF_TASK;
            }
            if ["of", "for", "about"].contains(&lexeme.word()) {
                score += 0.2;
            }
            if lexeme.word() == "of" && at > 0 && is_unit(self.goal.lexemes[at - 1].word()) {
                score += 0.4;
            }
            if best.is_none_or(|(known, _)| score > known + 1e-9) {
                best = Some((score, start));
            }
        }
        best.filter(|(score, _)| *score > 0.0)
    }
}

/// Whether a slot takes plain words.
fn takes_words(slot: &Slot) -> bool {
    let is_text = matches!(slot.shape, Shape::Text(None) | Shape::Any);
    is_text
        && !matches!(
            slot.sense,
            Sense::Date
                | Sense::Time
                | Sense::Moment
                | Sense::Email
                | Sense::Url
                | Sense::Path
                | Sense::Phone
        )
}

/// Words of names that go with anything.
fn is_generic(stem: &str) -> bool {
    let generic = ["name", "type", "id", "value", "user", "input", "target"];
    generic
        .iter()
        .any(|word| crate::catalog_planner::stem::stem(word) == stem)
}

pub(super) fn is_determiner(word: &str) -> bool {
    [
        "a", "an", "the", "some", "any", "my", "our", "me", "us", "all", "this", "that", "these", "those",
        "its", "their", "your", "his", "her",
    ]
    .contains(&word)
}

/// Whether a lower-case word ends a phrase.
pub(super) fn is_stop(lower: &str) -> bool {
    is_function_word(lower)
        || is_preposition(lower)
        || ["using", "please", "given", "considering", "assuming", "down"].contains(&lower)
}
