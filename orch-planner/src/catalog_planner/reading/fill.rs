//! Fills the slots of a task with what a part of a goal says. Nothing is made up: what is not said stays empty.

mod affinity;
mod assign;
mod choice;
mod deed;
mod flag;
mod kind;
mod lexicon;
mod list;
mod noun;
mod phrase;
mod remains;
mod role;
mod value;

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use serde_json::{Map, Value};

use super::{
    known::Known,
    mention::{Mention, ReadGoal},
    slot::Slot,
};
use crate::catalog_planner::shape::Shape;

/// What a part of a goal says for a task.
#[derive(Clone, Debug, Default)]
pub(in crate::catalog_planner) struct Filled {
    /// The values, by the place of their slot.
    pub(in crate::catalog_planner) values: BTreeMap<usize, Value>,
    /// The lexemes that went into them.
    pub(in crate::catalog_planner) claimed: BTreeSet<usize>,
    /// Which mention, by its place, went into which slot.
    pub(in crate::catalog_planner) mentions: BTreeMap<usize, usize>,
    /// Slots that were filled with words which are no value by their looks, and which words.
    pub(in crate::catalog_planner) guessed: BTreeMap<usize, Range<usize>>,
    /// Whether a slot was filled with words only because nothing else accounts for them.
    pub(super) is_scraped: bool,
    /// The lexemes that name a choice: they say what is asked as much as a value.
    pub(super) chosen: BTreeSet<usize>,
    /// Slots that were filled with words, be they guessed, led to or a choice, and which words.
    pub(super) words: BTreeMap<usize, Range<usize>>,
    /// How well the mentions go into their slots, together.
    pub(super) affinity: f64,
}

/// A task's slots, and the part of a goal that they are filled from.
pub(super) struct Filler<'a> {
    known: &'a Known,
    goal: &'a ReadGoal,
    range: Range<usize>,
    taken: &'a BTreeSet<usize>,
    filled: Filled,
}

/// What the lexemes of `range` say for a task; those in `taken` are somebody else's.
pub(in crate::catalog_planner) fn fill(
    known: &Known,
    goal: &ReadGoal,
    range: Range<usize>,
    taken: &BTreeSet<usize>,
) -> Filled {
    let filled = Filled::default();
    let mut filler = Filler {
        known,
        goal,
        range,
        taken,
        filled,
    };
    // What is said most plainly comes first, so that what is guessed at last has the least to choose from.
    filler.choices();
    filler.lists();
    filler.assign();
    filler.phrases();
    filler.leftovers();
    filler.remains();
    filler.flags();
    filler.filled
}

impl Filled {
    /// The slots that the task cannot do without and that have no value.
    pub(super) fn missing<'k>(&self, known: &'k Known) -> impl Iterator<Item = &'k Slot> {
        let slots = known.slots.iter().enumerate();
        slots
            .filter(|(at, slot)| slot.is_required && !self.values.contains_key(at))
            .map(|(_, slot)| slot)
    }

    /// How many slots were filled with choices that are said.
    pub(super) fn chosen_slots(&self, known: &Known) -> usize {
        let is_choice = |slot: &Slot| matches!(slot.shape.item(), Shape::Choice(_));
        let filled = self.values.keys().filter(|at| is_choice(&known.slots[**at]));
        if self.chosen.is_empty() { 0 } else { filled.count() }
    }

    /// The arguments of a call.
    pub(in crate::catalog_planner) fn arguments(&self, known: &Known) -> Map<String, Value> {
        let mut arguments = Map::new();
        for (at, value) in &self.values {
            insert(&mut arguments, &known.slots[*at].path, value.clone());
        }
        arguments
    }
}

/// Puts a value where a path leads, through objects that are made on the way.
fn insert(members: &mut Map<String, Value>, path: &[String], value: Value) {
    match path {
        [] => {}
        [name] => {
            members.insert(name.clone(), value);
        }
        [name, rest @ ..] => {
            let inner = members
                .entry(name.clone())
                .or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                insert(inner, rest, value);
            }
        }
    }
}

impl<'a> Filler<'a> {
    /// Slots without a value, the required ones first.
    fn open(&self, wanted: impl Fn(&Slot) -> bool) -> Vec<usize> {
        let slots = self.known.slots.iter().enumerate();
        let open = slots.filter(|(at, slot)| !self.filled.values.contains_key(at) && wanted(slot));
        let mut open: Vec<usize> = open.map(|(at, _)| at).collect();
        open.sort_by_key(|&at| !self.known.slots[at].is_required);
        open
    }

    fn is_free(&self, at: usize) -> bool {
        self.range.contains(&at) && !self.taken.contains(&at) && !self.filled.claimed.contains(&at)
    }

    fn claim(&mut self, range: Range<usize>) {
        self.filled.claimed.extend(range);
    }

    /// Mentions whose lexemes are all free, by their place.
    fn free_mentions(&self) -> impl Iterator<Item = (usize, &'a Mention)> + use<'a, '_> {
        let mentions = self.goal.mentions.iter().enumerate();
        mentions.filter(|(_, mention)| mention.range.clone().all(|at| self.is_free(at)))
    }

    fn set(&mut self, slot: usize, value: Value) {
        self.filled.values.insert(slot, value);
    }
}

#[cfg(test)]
mod tests;
