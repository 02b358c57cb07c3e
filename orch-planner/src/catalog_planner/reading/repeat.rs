//! One task for several things: "the weather in Oslo and Rome" is two calls.

use std::{collections::BTreeSet, mem::discriminant, ops::Range};

use serde_json::{Map, Value};

use super::{
    Library,
    fill::{Filled, fill},
    known::Known,
    lexeme::Lexeme,
    mention::ReadGoal,
    score::Reading,
    slot::unit::is_unit,
};
use crate::catalog_planner::{shape::Shape, word::is_function_word};

/// The most calls that one wish comes to.
const MAX_REPEATS: usize = 32;
/// Words that announce that there is more than one.
const ANNOUNCERS: &[&str] = &[
    "another",
    "other",
    "second",
    "both",
    "each",
    "respectively",
    "third",
    "again",
    "same",
    "separately",
    "two",
    "three",
];

impl Library {
    /// The arguments of each call that a reading comes to.
    pub(super) fn repeated(&self, goal: &ReadGoal, reading: &Reading) -> Vec<Map<String, Value>> {
        let known = self.known(reading.task);
        let mut calls = vec![reading.filled.arguments(known)];
        let mut taken: BTreeSet<usize> = reading.filled.claimed.clone();
        let mut last = reading.filled.clone();
        while calls.len() < MAX_REPEATS {
            let mut next = fill(known, goal, reading.range.clone(), &taken);
            // Only what is said anew counts: mentions, choices, and words beside those of the last call.
            let is_new = |slot: &usize| match (next.guessed.get(slot), last.guessed.get(slot)) {
                (Some(range), Some(former)) => {
                    // "The height of A and the length of B": what is asked stands between.
                    let most = if next.chosen.is_empty() { 0 } else { 3 };
                    only_joined(goal, former.end..range.start, most)
                }
                (Some(_), None) => false,
                (None, _) => !matches!(known.slots[*slot].shape, Shape::Boolean),
            };
            let kept: Vec<usize> = next.values.keys().copied().filter(is_new).collect();
            next.values.retain(|slot, _| kept.contains(slot));
            next.guessed.retain(|slot, _| kept.contains(slot));
            if !goes_on(known, goal, reading.range.clone(), &last, &next) {
                break;
            }
            taken.extend(next.claimed.iter().copied());
            let mut made = last.clone();
            made.values.extend(next.values);
            made.mentions.extend(next.mentions);
            made.guessed.extend(next.guessed);
            made.chosen = next.chosen;
            calls.push(made.arguments(known));
            last = made;
        }
        calls
    }
}

/// Whether the values of the next call are of the same kind as those of the last, and stand beside them.
fn goes_on(known: &Known, goal: &ReadGoal, range: Range<usize>, last: &Filled, next: &Filled) -> bool {
    let required = known.required().count();
    let mut joined = false;
    let mut renewed = 0_usize;
    for (slot, &mention) in &next.mentions {
        let Some(&former) = last.mentions.get(slot) else {
            continue;
        };
        let (former, mention) = (&goal.mentions[former], &goal.mentions[mention]);
        if discriminant(&former.value) != discriminant(&mention.value) {
            return false;
        }
        renewed += 1;
        joined |= are_joined(goal, former.range.clone(), mention.range.clone());
    }
    joined |= next.guessed.keys().any(|slot| last.guessed.contains_key(slot))
        && next.mentions.keys().all(|slot| last.mentions.contains_key(slot));
    // "By train and by bus" are two choices.
    let chooses_anew = next.values.iter().any(|(slot, value)| {
        let is_choice = matches!(known.slots[*slot].shape, Shape::Choice(_));
        is_choice && last.values.get(slot).is_some_and(|former| former != value)
    });
    joined |= chooses_anew
        && match (last.chosen.last(), next.chosen.first()) {
            (Some(&former), Some(&other)) => former < other && only_joined(goal, former + 1..other, 2),
            _ => false,
        };
    let announced = goal.lexemes[range]
        .iter()
        .any(|lexeme| ANNOUNCERS.contains(&lexeme.word()));
    let whole =
        renewed >= last.mentions.len() && renewed > 0 && (renewed > 1 || (announced && required <= 1));
    joined || whole
}

/// Whether two values stand beside each other, whichever comes first.
fn are_joined(goal: &ReadGoal, one: Range<usize>, other: Range<usize>) -> bool {
    let between = one.end.min(other.end)..one.start.max(other.start);
    only_joined(goal, between, 2)
}

/// Whether nothing but joints, prepositions, other values and at most so many words stands between two values.
fn only_joined(goal: &ReadGoal, between: Range<usize>, most: usize) -> bool {
    if between.start > between.end {
        return false;
    }
    let has_joint = goal.lexemes[between.clone()].iter().any(|lexeme: &Lexeme| {
        lexeme.is_mark(',') || ["and", "or", "then", "&"].contains(&lexeme.lower.as_str())
    });
    let mut strangers = 0;
    for at in between.clone() {
        let lexeme = &goal.lexemes[at];
        let counts = |at: usize| goal.lexemes[at].quantity().is_some();
        let is_value = goal.mentions.iter().any(|mention| mention.range.contains(&at))
            || (is_unit(lexeme.word()) && at.checked_sub(1).is_some_and(counts));
        if lexeme.ends_sentence() {
            return false;
        }
        strangers += usize::from(lexeme.is_word() && !is_value && !is_function_word(&lexeme.lower));
    }
    has_joint && strangers <= most && between.len() <= 8
}
