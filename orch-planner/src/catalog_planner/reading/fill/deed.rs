//! Deeds: what is to be done or why, in as many words as it takes.

use std::ops::Range;

use super::{Filler, phrase::is_stop};
use crate::catalog_planner::reading::slot::Slot;

/// What is to be done, for slots that hold that: "to water the plants", up to the next value.
pub(super) fn deed(filler: &Filler<'_>, slot: &Slot) -> Option<Range<usize>> {
    if !slot.is_called(&[
        "task",
        "reminder",
        "todo",
        "action",
        "reason",
        "instruction",
        "note",
        "item",
        "event",
    ]) {
        return None;
    }
    let lexemes = &filler.goal.lexemes;
    let opener = filler.range.clone().find(|&at| {
        let follows = lexemes
            .get(at + 1)
            .filter(|_| at + 1 < filler.range.end && filler.is_free(at + 1));
        let word = lexemes[at].word();
        match word {
            "to" => follows.is_some_and(|next| {
                next.is_word() && !["the", "my", "a", "an", "our", "me"].contains(&next.word())
            }),
            "because" | "that" | "about" => follows.is_some(),
            _ => lexemes[at].is_mark(':') && follows.is_some(),
        }
    })?;
    let start = opener + 1;
    let mut end = start;
    while end < filler.range.end
        && filler.is_free(end)
        && !lexemes[end].ends_sentence()
        && !lexemes[end].is_mark(',')
    {
        end += 1;
    }
    while end > start
        && is_stop(&lexemes[end - 1].lower)
        && !["it", "him", "her", "them"].contains(&lexemes[end - 1].word())
    {
        end -= 1;
    }
    (end > start).then_some(start..end)
}
