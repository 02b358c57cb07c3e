//! Gives mentions to slots: all at once, so that the whole is best, and not each slot what it likes.

use std::{collections::HashMap, mem::discriminant};

use serde_json::Value;

use super::Filler;
use crate::catalog_planner::{
    reading::{
        lexeme::Lexeme,
        mention::{Mention, Said, begins_sentence},
        slot::{Slot, sense::Sense},
    },
    shape::Shape,
    word::is_function_word,
};

/// The most mentions that are looked at together.
const MAX_MENTIONS: usize = 12;
/// What a mention must score at least, to go into a slot that a call cannot do without.
const REQUIRED: f64 = 0.0;
/// The same for one that can be left out.
const OPTIONAL: f64 = 1.3;
/// The same for one that is the only one left.
const LEFT_OVER: f64 = 1.2;
/// What it counts that a slot is filled that a call cannot do without.
const NEEDED: f64 = 1.0;
/// What it costs when a slot's place among its like is not the mention's.
const OUT_OF_ORDER: f64 = 0.05;

impl Filler<'_> {
    /// Gives the free mentions to the open slots for single values.
    pub(super) fn assign(&mut self) {
        self.split_places();
        let slots =
            self.open(|slot| !slot.is_list() && !matches!(slot.shape, Shape::Boolean | Shape::Choice(_)));
        let mentions: Vec<usize> = self
            .free_mentions()
            .map(|(at, _)| at)
            .take(MAX_MENTIONS)
            .collect();
        if slots.is_empty() || mentions.is_empty() {
            return;
        }
        let mut in_order = slots.clone();
        in_order.sort_unstable();
        let pairs = self.pairs(&in_order, &mentions);
        let mut search = Search {
            pairs: &pairs,
            best: HashMap::new(),
        };
        let (_, chosen) = search.from(0, 0);
        for (place, column) in chosen {
            let (slot, at) = (in_order[place], mentions[column]);
            let Some((score, value)) = pairs[place][column].clone() else {
                continue;
            };
            self.filled.affinity += score;
            let range = self.goal.mentions[at].range.clone();
            let longer = self.led_by_noun(range.start, &self.known.slots[slot]);
            self.claim(longer..range.end + self.told_age(range.end));
            self.filled.mentions.insert(slot, at);
            let value = if longer < range.start {
                self.goal.written(longer..range.end).into()
            } else {
                value
            };
            self.set(slot, value);
        }
    }

    /// Gives a name or a quotation that is left over to the one slot that is left for such a thing: what is spelled out is
    /// seldom said for nothing.
    pub(super) fn leftovers(&mut self) {
        let left: Vec<usize> = self
            .free_mentions()
            .filter(|(_, mention)| {
                matches!(mention.value, Said::Name(_) | Said::Quote)
                    && !begins_sentence(&self.goal.lexemes, mention.range.start)
                    && !self.has_like(mention)
                    && !mention.range.clone().any(|at| self.goal.framing.contains(&at))
            })
            .map(|(at, _)| at)
            .collect();
        for at in left {
            let slots = self.open(|slot| !slot.is_list() && *slot.shape.item() == Shape::Text(None));
            let takers: Vec<(usize, Value)> = slots
                .into_iter()
                .filter_map(|slot| {
                    let found = self.affinity(&self.goal.mentions[at], &self.known.slots[slot]);
                    found
                        .filter(|(score, _)| *score >= LEFT_OVER)
                        .map(|(_, value)| (slot, value))
                })
                .collect();
            if let [(slot, value)] = takers.as_slice() {
                self.claim(self.goal.mentions[at].range.clone());
                self.filled.mentions.insert(*slot, at);
                self.set(*slot, value.clone());
            }
        }
    }

    /// How many lexemes say after a number that it is an age: of "a 3 year old cat", two.
    fn told_age(&self, at: usize) -> usize {
        let word = |at: usize| self.goal.lexemes.get(at).map(Lexeme::word).unwrap_or_default();
        let is_age = ["year", "years", "month", "months"].contains(&word(at)) && word(at + 1) == "old";
        if is_age && at + 1 < self.range.end { 2 } else { 0 }
    }

    /// Whether another mention of its kind went into a slot, so that this one is rather said for another call.
    fn has_like(&self, mention: &Mention) -> bool {
        let taken = self.filled.mentions.values().map(|&at| &self.goal.mentions[at]);
        let is_joined = self.goal.lexemes[self.range.start..mention.range.start]
            .iter()
            .rev()
            .take(3)
            .any(|lexeme| lexeme.is_mark(',') || ["and", "or"].contains(&lexeme.word()));
        is_joined
            && taken
                .into_iter()
                .any(|other| discriminant(&other.value) == discriminant(&mention.value))
    }

    /// Where the value begins whose name begins at `start`: "the fall of the Berlin Wall" is an event, "the Berlin Wall" is
    /// none.
    fn led_by_noun(&self, start: usize, slot: &Slot) -> usize {
        let lexemes = &self.goal.lexemes;
        let holds = slot.is_called(&["event", "topic", "query", "subject"]);
        let the = usize::from(start > 0 && lexemes[start - 1].word() == "the");
        let Some(of) = start
            .checked_sub(1 + the)
            .filter(|&of| holds && of > self.range.start && lexemes[of].word() == "of")
        else {
            return start;
        };
        let noun = &lexemes[of - 1];
        let is_noun = noun.is_word()
            && self.is_free(of - 1)
            && !is_function_word(&noun.lower)
            && !self.known.vocabulary.contains_key(&noun.stem);
        if is_noun { of - 1 } else { start }
    }

    /// For each slot and each mention, what it is worth that they go together, and as which value.
    fn pairs(&self, slots: &[usize], mentions: &[usize]) -> Vec<Vec<Option<(f64, Value)>>> {
        let mut rows = Vec::with_capacity(slots.len());
        for (place, &slot) in slots.iter().enumerate() {
            let slot = &self.known.slots[slot];
            let rank = slots[..place]
                .iter()
                .filter(|&&other| are_alike(&self.known.slots[other], slot))
                .count();
            let is_pair = slots
                .iter()
                .filter(|&&other| are_alike(&self.known.slots[other], slot))
                .count()
                > 1;
            let mut row: Vec<Option<(f64, Value)>> = Vec::with_capacity(mentions.len());
            let mut seen = 0;
            for &at in mentions {
                let found = self
                    .affinity(&self.goal.mentions[at], slot)
                    .filter(|_| self.is_due(at, slot));
                let own = seen;
                seen += usize::from(found.is_some());
                let least = if slot.is_required { REQUIRED } else { OPTIONAL };
                row.push(found.filter(|(score, _)| *score >= least).map(|(score, value)| {
                    let apart = f64::from(u8::try_from(own.abs_diff(rank)).unwrap_or(u8::MAX));
                    let order = if is_pair { OUT_OF_ORDER * 2.0 } else { OUT_OF_ORDER };
                    (
                        score - order * apart + if slot.is_required { NEEDED } else { 0.0 },
                        value,
                    )
                }));
            }
            rows.push(row);
        }
        rows
    }

    /// Whether a mention may go into a slot: into one that can be left out only if something beside it speaks for it, or
    /// if it is a thing that only this slot takes.
    fn is_due(&self, at: usize, slot: &Slot) -> bool {
        if slot.is_required {
            return true;
        }
        let mention = &self.goal.mentions[at];
        let cue = self.cue(mention, slot);
        let has_rival = self.known.required().any(|other| {
            let is_number = matches!(slot.shape, Shape::Integer | Shape::Number);
            are_alike(other, slot) && (!is_number || other.dimension == slot.dimension)
        });
        let is_typed = matches!(
            slot.sense,
            Sense::Date
                | Sense::Time
                | Sense::Moment
                | Sense::Email
                | Sense::Url
                | Sense::Path
                | Sense::Language
                | Sense::Country
                | Sense::State
                | Sense::Phone
        );
        let is_number = matches!(mention.value, Said::Number(..));
        let is_only = self
            .known
            .slots
            .iter()
            .filter(|other| are_alike(other, slot))
            .count()
            == 1;
        cue >= 0.6
            || (!has_rival
                && (is_typed || is_number || (is_only && matches!(slot.sense, Sense::Place | Sense::Person))))
    }

    /// Takes "Austin, TX" apart where a task has a slot for the city and one for the state.
    fn split_places(&mut self) {
        let second = self.open(|slot| matches!(slot.sense, Sense::State | Sense::Country));
        let first = self.open(|slot| slot.sense == Sense::Place);
        let (Some(&first), Some(&second)) = (first.first(), second.first()) else {
            return;
        };
        let found = self
            .free_mentions()
            .find_map(|(at, mention)| match mention.value {
                Said::Name(Some(comma)) => Some((at, mention.range.clone(), comma)),
                _ => None,
            });
        let Some((at, range, comma)) = found else { return };
        let written = |range| self.goal.written(range).to_owned();
        let (city, rest) = (written(range.start..comma), written(comma + 1..range.end));
        let rest = match self.known.slots[second].sense {
            Sense::State if self.known.slots[second].tells(&["abbreviation", "two-letter", "2-letter"]) => {
                crate::catalog_planner::reading::gazetteer::state_code(&rest).map_or(rest, str::to_owned)
            }
            _ => rest,
        };
        self.claim(range);
        self.filled.mentions.insert(first, at);
        self.set(first, city.into());
        self.set(second, rest.into());
    }
}

/// Whether two slots want the same kind of value, so that their order is the only difference.
fn are_alike(left: &Slot, right: &Slot) -> bool {
    let is_number = |slot: &Slot| matches!(slot.shape, Shape::Integer | Shape::Number);
    left.sense == right.sense && is_number(left) == is_number(right)
}

/// What a way is worth, and which slot it gives which mention.
type Found = (f64, Vec<(usize, usize)>);

/// Looks for the best way to give mentions, kept as bits, to slots in their order.
struct Search<'p> {
    pairs: &'p [Vec<Option<(f64, Value)>>],
    best: HashMap<(usize, u32), Found>,
}

impl Search<'_> {
    fn from(&mut self, place: usize, used: u32) -> Found {
        let Some(row) = self.pairs.get(place) else {
            return (0.0, Vec::new());
        };
        if let Some(known) = self.best.get(&(place, used)) {
            return known.clone();
        }
        let mut best = self.from(place + 1, used);
        for (column, pair) in row.iter().enumerate() {
            let Some((score, _)) = pair.as_ref().filter(|_| used & (1 << column) == 0) else {
                continue;
            };
            let (rest, mut chosen) = self.from(place + 1, used | (1 << column));
            if score + rest > best.0 + 1e-9 {
                chosen.push((place, column));
                best = (score + rest, chosen);
            }
        }
        self.best.insert((place, used), best.clone());
        best
    }
}
