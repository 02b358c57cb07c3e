//! Whether the values of a further call stand beside those of the last.

use std::{mem::discriminant, ops::Range};

use crate::catalog_planner::{
    reading::{fill::Filled, known::Known, lexeme::Lexeme, mention::ReadGoal, slot::unit::is_unit},
    shape::Shape,
    word::is_function_word,
};

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

/// Whether the values of the next call are of the same kind as those of the last, and stand beside them.
pub(super) fn goes_on(
    known: &Known,
    goal: &ReadGoal,
    range: Range<usize>,
    last: &Filled,
    next: &Filled,
) -> bool {
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
pub(super) fn only_joined(goal: &ReadGoal, between: Range<usize>, most: usize) -> bool {
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
