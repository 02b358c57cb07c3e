//! Noun phrases: where they begin and end, and which of their words are the value.

use std::ops::Range;

use serde_json::Value;

use super::{
    Filler,
    phrase::{is_determiner, is_stop},
};
use crate::catalog_planner::{
    reading::{
        lexeme::{Kind, Lexeme},
        mention::Said,
        slot::{Slot, unit::is_unit},
        verb::opens_order,
    },
    shape::Shape,
};

/// Things that are called by what is done in them or with them.
const SOLID: &[&str] = &[
    "area", "board", "hall", "lot", "machine", "pool", "room", "space", "station", "table",
];

/// How strongly a task says what it tells.
const ASKED: f64 = 0.45;

impl Filler<'_> {
    /// Where a phrase ends that begins at `start`: before a preposition, a verb, a mark or what is taken.
    pub(super) fn phrase_end(&self, start: usize) -> usize {
        let mut end = start;
        while end < self.range.end && self.is_free(end) {
            let lexeme = &self.goal.lexemes[end];
            let joins = end > start
                && ["of", "&", "'"].contains(&lexeme.lower.as_str())
                && self.is_free(end + 1)
                && self
                    .goal
                    .lexemes
                    .get(end + 1)
                    .is_some_and(|next| next.is_word() && !is_stop(&next.lower));
            let is_verb = lexeme.word() == "and"
                && self
                    .goal
                    .lexemes
                    .get(end + 1)
                    .is_some_and(|next| opens_order(&next.lower));
            if (!lexeme.is_word() && lexeme.quantity().is_none() && lexeme.kind != Kind::Code && !joins)
                || (is_stop(&lexeme.lower) && !joins)
                || is_verb
                || (end > start && self.is_participle(end))
            {
                break;
            }
            end += 1;
        }
        end
    }

    /// Whether a verb stands there that says what is done with the noun before it: "cheese delivered to", "nurse paying 60".
    pub(super) fn is_participle(&self, at: usize) -> bool {
        let lexeme = &self.goal.lexemes[at];
        let has = |ending: &str| lexeme.lower.len() > 4 && lexeme.lower.ends_with(ending);
        // "Machine learning in Spanish" is of one piece, other than "a nurse earning at least 60".
        let leads = |next: &Lexeme| {
            next.quantity().is_some()
                || (has("ed") && is_stop(&next.lower))
                || ["at", "a", "an", "the"].contains(&next.word())
        };
        (has("ed") || has("ing")) && self.goal.lexemes.get(at + 1).is_some_and(leads)
    }

    /// Where a phrase begins that ends before `end`: behind a verb, a mark, or what the task is called.
    pub(super) fn phrase_begin(&self, end: usize) -> usize {
        let mut start = end;
        while start > self.range.start && self.is_free(start - 1) {
            let lexeme = &self.goal.lexemes[start - 1];
            if !lexeme.is_word()
                || is_stop(&lexeme.lower)
                || is_determiner(lexeme.word())
                || opens_order(&lexeme.lower)
                || self.known.titles.contains(&lexeme.stem)
            {
                break;
            }
            start -= 1;
        }
        start
    }

    /// A phrase without the words at its end that say what kind of thing it is, where the task or the slot is called so:
    /// of "horror movies" for a genre, "horror".
    pub(super) fn trimmed(&self, range: Range<usize>, slot: &Slot) -> Range<usize> {
        let mut end = range.end;
        while end > range.start + 1 {
            let last = &self.goal.lexemes[end - 1];
            let is_kind = self.known.titles.contains(&last.stem)
                || slot.name.contains(&last.stem)
                || self.is_asked(last);
            if !last.is_word() || !is_kind || self.is_compound(range.start..end - 1) {
                break;
            }
            end -= 1;
        }
        range.start..end
    }

    /// Whether a word says what the task tells rather than what it is told: the "born" of "when was she born".
    fn is_asked(&self, lexeme: &Lexeme) -> bool {
        let by_kin = lexeme.kin().filter_map(|other| self.known.vocabulary.get(other));
        !lexeme.is_capitalized() && by_kin.into_iter().any(|strength| *strength >= ASKED)
    }

    /// Whether words need the noun after them: "living room" and "washing machine" are one thing each.
    pub(super) fn is_compound(&self, words: Range<usize>) -> bool {
        let before = &self.goal.lexemes[words.clone()];
        let is_solid = self
            .goal
            .lexemes
            .get(words.end)
            .is_some_and(|noun| SOLID.contains(&noun.word()));
        is_solid
            && matches!(before, [only] if only.is_word() && !only.is_capitalized() && only.lower.ends_with("ing"))
    }

    /// Whether a phrase says nothing but what the task says of itself, names of its other slots, and units.
    pub(super) fn is_of_task(&self, range: Range<usize>, slot: &Slot) -> bool {
        let own: Vec<&Lexeme> = self.goal.lexemes[range].iter().collect();
        let names_other = |lexeme: &Lexeme| {
            self.known
                .slots
                .iter()
                .any(|other| other.path != slot.path && other.name.contains(&lexeme.stem))
        };
        let is_said = |lexeme: &Lexeme| {
            names_other(lexeme)
                || self.is_choice_of_other(lexeme, slot)
                || self
                    .known
                    .vocabulary
                    .get(&lexeme.stem)
                    .is_some_and(|strength| *strength >= 0.8)
        };
        own.iter().all(|lexeme| is_said(lexeme)) || own.iter().all(|lexeme| is_unit(&lexeme.lower))
    }

    /// Whether a word is one of the choices of another slot.
    fn is_choice_of_other(&self, lexeme: &Lexeme, slot: &Slot) -> bool {
        let mut others = self.known.slots.iter().filter(|other| other.path != slot.path);
        others.any(|other| match other.shape.item() {
            Shape::Choice(values) => {
                let mut texts = values.iter().filter_map(Value::as_str);
                texts.any(|text| text.eq_ignore_ascii_case(&lexeme.text))
            }
            _ => false,
        })
    }

    /// Whether a number stands there, which is no word.
    pub(super) fn is_counted_at(&self, at: usize) -> bool {
        self.goal
            .mentions
            .iter()
            .any(|mention| mention.range.start == at && matches!(&mention.value, Said::Number(..)))
    }
}
