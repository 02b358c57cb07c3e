//! What remains: where a call lacks one thing and the goal says one thing that nothing accounts for, they go together.

use std::ops::Range;

use super::{Filler, phrase::is_determiner, value::fitted};
use crate::catalog_planner::{
    reading::{
        mention::Said,
        slot::{Slot, sense::Sense, unit::is_unit},
        verb::{is_small_talk, opens_order},
    },
    shape::Shape,
    word::{is_function_word, is_request},
};

impl Filler<'_> {
    /// Gives what nothing accounts for to what a call cannot do without.
    pub(super) fn remains(&mut self) {
        self.last_numbers();
        let lacking = self.open(|slot| slot.is_required && slot.default.is_none() && takes_anything(slot));
        if let [slot] = lacking.as_slice()
            && let Some(words) = self.unaccounted()
        {
            self.filled.guessed.insert(*slot, words.clone());
            self.take_words(*slot, words);
            self.filled.is_scraped = true;
        }
        self.defaults();
    }

    /// Takes what the task takes by default for what it cannot do without, where nothing is said of it.
    fn defaults(&mut self) {
        for at in self.open(|slot| slot.is_required && slot.default.is_some()) {
            if let Some(default) = self.known.slots[at].default.clone() {
                self.set(at, default);
            }
        }
    }

    /// Gives the numbers that are left to as many slots that lack one, in their order.
    fn last_numbers(&mut self) {
        let is_number =
            |slot: &Slot| slot.is_required && matches!(slot.shape, Shape::Integer | Shape::Number);
        let left: Vec<usize> = self
            .free_mentions()
            .filter(|(_, mention)| matches!(mention.value, Said::Number(..)))
            .map(|(at, _)| at)
            .collect();
        let lacking = self.open(is_number);
        if lacking.len() != left.len() {
            return;
        }
        for (slot, at) in lacking.into_iter().zip(left) {
            let mention = &self.goal.mentions[at];
            let suits = self
                .affinity(mention, &self.known.slots[slot])
                .is_some_and(|(score, _)| score > STRANGE);
            if let Some(value) = fitted(mention, &self.known.slots[slot], self.goal.today).filter(|_| suits) {
                self.claim(mention.range.clone());
                self.filled.mentions.insert(slot, at);
                self.set(slot, value);
            }
        }
    }

    /// A run of words that neither ask nor say what the task says: one after an article or "my", else the longest, and of
    /// equals the last.
    fn unaccounted(&self) -> Option<Range<usize>> {
        let mut runs: Vec<Range<usize>> = Vec::new();
        for at in self.range.clone() {
            let lexeme = &self.goal.lexemes[at];
            let is_open = self.is_free(at) && !self.goal.framing.contains(&at) && lexeme.is_word();
            let asks = is_function_word(&lexeme.lower)
                || is_small_talk(&lexeme.lower)
                || is_request(&lexeme.lower)
                || (opens_order(&lexeme.lower) && !lexeme.is_capitalized());
            let is_known = self
                .known
                .vocabulary
                .get(&lexeme.stem)
                .is_some_and(|strength| *strength >= KNOWN);
            let is_measure = is_unit(lexeme.word())
                && at
                    .checked_sub(1)
                    .is_some_and(|before| self.goal.lexemes[before].quantity().is_some());
            if !is_open || asks || is_known || is_measure {
                continue;
            }
            match runs.last_mut().filter(|last| last.end == at) {
                Some(last) => last.end = at + 1,
                None => runs.push(at..at + 1),
            }
        }
        // The verb that opens a goal is no value.
        runs.retain(|run| run.start > self.range.start || run.len() > 1);
        let is_owned = |run: &Range<usize>| {
            let before = run
                .start
                .checked_sub(1)
                .map(|before| self.goal.lexemes[before].word());
            before.is_some_and(is_determiner)
        };
        runs.into_iter()
            .max_by_key(|run| (is_owned(run), run.len(), run.start))
    }
}

/// Up to here, a number measures something else than what the slot wants.
const STRANGE: f64 = -0.9;
/// From here on, a word is what the task is about.
const KNOWN: f64 = 0.45;

/// Whether plain words can be its value.
fn takes_anything(slot: &Slot) -> bool {
    matches!(slot.shape, Shape::Text(None) | Shape::Any)
        && !matches!(
            slot.sense,
            Sense::Id
                | Sense::Country
                | Sense::State
                | Sense::Currency
                | Sense::Language
                | Sense::Unit
                | Sense::Date
                | Sense::Time
                | Sense::Moment
                | Sense::Email
                | Sense::Url
                | Sense::Path
                | Sense::Phone
        )
}
