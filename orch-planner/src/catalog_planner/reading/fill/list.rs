//! Lists: values that stand beside each other, where a slot takes many.

use std::ops::Range;

use serde_json::Value;

use super::{Filled, Filler, fill, phrase::is_stop, value::fitted};
use crate::catalog_planner::{
    reading::{
        lexeme::Lexeme,
        mention::{Mention, Said},
        slot::Slot,
        wish::joints,
    },
    shape::Shape,
};

impl Filler<'_> {
    /// Fills the slots that take many values of one shape.
    pub(super) fn lists(&mut self) {
        let wanted = |slot: &Slot| match &slot.shape {
            Shape::List(item) => !matches!(**item, Shape::Choice(_)),
            _ => false,
        };
        let mut open = self.open(wanted);
        // Those whose names are said choose first.
        let lead = |at: &usize| self.named_at(&self.known.slots[*at]).unwrap_or(usize::MAX);
        open.sort_by_key(|at| (!self.known.slots[*at].is_required, lead(at)));
        for at in open {
            self.list(at);
        }
    }

    /// Where the name of a slot is said.
    fn named_at(&self, slot: &Slot) -> Option<usize> {
        let lexemes = self.range.clone().zip(&self.goal.lexemes[self.range.clone()]);
        lexemes
            .into_iter()
            .find(|(_, lexeme)| lexeme.is_word() && slot.name.contains(&lexeme.stem))
            .map(|(at, _)| at)
    }

    fn list(&mut self, at: usize) {
        let slot = &self.known.slots[at];
        if let Some((range, value)) = self.written_out(slot) {
            self.claim(range);
            self.set(at, value);
            return;
        }
        if !slot.fields.is_empty() {
            self.objects(at);
            return;
        }
        let mut runs = self.runs(slot);
        runs.retain(|run| run.len() > 1 || !self.has_better(&self.goal.mentions[run[0]], slot));
        let from = self.named_at(slot).unwrap_or(self.range.start);
        let least = if slot.is_required || self.named_at(slot).is_some() {
            1
        } else {
            2
        };
        let longest = runs.iter().map(Vec::len).max().unwrap_or(0);
        if longest < least {
            if slot.is_required || self.named_at(slot).is_some() {
                self.worded(at);
            }
            return;
        }
        // The longest, and of equals the first after the name.
        let best = runs.iter().filter(|run| run.len() == longest).min_by_key(|run| {
            let start = self.goal.mentions[run[0]].range.start;
            (start < from, start)
        });
        let Some(run) = best.cloned() else { return };
        let values: Vec<Value> = run
            .iter()
            .filter_map(|&mention| fitted(&self.goal.mentions[mention], slot, self.goal.today))
            .collect();
        for mention in run {
            let range = self.goal.mentions[mention].range.clone();
            self.claim(range);
        }
        self.set(at, Value::Array(values));
    }

    /// Objects, one for each thing that commas and "and" keep apart: "2 notebooks and 3 pens".
    fn objects(&mut self, at: usize) {
        let fields = self.known.within(self.known.slots[at].fields.clone());
        let mut start = self.range.start;
        let mut objects: Vec<(Value, Filled)> = Vec::new();
        let ends = joints(self.goal, self.range.clone()).into_iter();
        let past = self.range.end..self.range.end;
        for joint in ends.chain([past]) {
            let mut taken = self.taken | &self.filled.claimed;
            taken.extend(objects.iter().flat_map(|(_, filled)| &filled.claimed));
            let filled = fill(&fields, self.goal, start..joint.start, &taken);
            start = joint.end;
            if filled.missing(&fields).next().is_none() && !filled.mentions.is_empty() {
                objects.push((Value::Object(filled.arguments(&fields)), filled));
            }
        }
        if !objects.is_empty() {
            let (values, filled): (Vec<Value>, Vec<Filled>) = objects.into_iter().unzip();
            self.filled
                .claimed
                .extend(filled.into_iter().flat_map(|filled| filled.claimed));
            self.set(at, Value::Array(values));
        }
    }

    /// An array that is written as one; of objects, those whose members go by the names of the slot's fields.
    fn written_out(&self, slot: &Slot) -> Option<(Range<usize>, Value)> {
        let wants_lists = matches!(&slot.shape, Shape::List(item) if matches!(**item, Shape::List(_)));
        self.free_mentions().find_map(|(_, mention)| {
            let Said::Json(value) = &mention.value else {
                return None;
            };
            let items = value.as_array()?;
            let is_nested = items.iter().all(Value::is_array) && !items.is_empty();
            let fits = |item: &Value| match slot.shape.item() {
                Shape::Integer => item.is_i64() || item.is_u64(),
                Shape::Number => item.is_number(),
                Shape::Text(_) => item.is_string(),
                Shape::Object => item.is_object(),
                Shape::List(_) => item.is_array(),
                _ => true,
            };
            let value = if wants_lists && !is_nested {
                Value::Array(vec![value.clone()])
            } else {
                value.clone()
            };
            (items.iter().all(fits) || wants_lists).then(|| (mention.range.clone(), value))
        })
    }

    /// Runs of mentions that a slot takes and that only commas and "and" keep apart.
    fn runs(&self, slot: &Slot) -> Vec<Vec<usize>> {
        let mut runs: Vec<Vec<usize>> = Vec::new();
        let mut end = None;
        for (at, mention) in self.free_mentions() {
            let fits = fitted(mention, slot, self.goal.today).is_some()
                && self
                    .affinity(mention, slot)
                    .is_some_and(|(score, _)| score > -0.5);
            if !fits {
                end = None;
                continue;
            }
            let goes_on = end.is_some_and(|end| self.only_joined(end..mention.range.start));
            match runs.last_mut().filter(|_| goes_on) {
                Some(run) => run.push(at),
                None => runs.push(vec![at]),
            }
            end = Some(mention.range.end);
        }
        runs
    }

    /// Whether a slot that a call cannot do without wants a mention much more than a list that takes it for want of others.
    fn has_better(&self, mention: &Mention, list: &Slot) -> bool {
        let score = self.affinity(mention, list).map_or(0.0, |(score, _)| score);
        let required = self
            .known
            .required()
            .filter(|slot| !slot.is_list() && slot.path != list.path);
        required
            .filter_map(|slot| self.affinity(mention, slot))
            .any(|(better, _)| better > score + 0.45)
    }

    /// Whether the last word of a goal only says what the task does with a list: "do these drugs interact".
    fn ends_list(&self, at: usize) -> bool {
        let is_last = self.goal.lexemes[at + 1..self.range.end.max(at + 1)]
            .iter()
            .all(Lexeme::ends_sentence);
        is_last && self.known.titles.contains(&self.goal.lexemes[at].stem)
    }

    fn only_joined(&self, between: Range<usize>) -> bool {
        let is_joint = |lexeme: &Lexeme| {
            lexeme.is_mark(',')
                || lexeme.is_mark('&')
                || ["and", "or", "the", "then", "also"].contains(&lexeme.word())
        };
        let lexemes = &self.goal.lexemes[between];
        lexemes.len() <= 3
            && lexemes.iter().all(|lexeme| {
                is_joint(lexeme) || crate::catalog_planner::reading::slot::unit::is_unit(lexeme.word())
            })
    }

    /// A list of words in lower case: "eggs, milk and flour"; a single one, too.
    fn worded(&mut self, at: usize) {
        let slot = &self.known.slots[at];
        if !matches!(slot.shape.item(), Shape::Text(None) | Shape::Any) {
            return;
        }
        let named = self.named_at(slot).map(|name| name + 1);
        let follows = |at: &usize| {
            *at < self.range.end
                && self.is_free(*at)
                && !is_stop(&self.goal.lexemes[*at].lower)
                && self.goal.lexemes[*at].is_word()
        };
        let Some(start) = named.filter(follows).or_else(|| self.phrase_start(slot)) else {
            return;
        };
        let mut items: Vec<Value> = Vec::new();
        let (mut from, mut end) = (start, start);
        let mut flush = |from: usize, end: usize, filler: &Self| {
            let text = filler.goal.written(from..end).trim();
            if !text.is_empty() {
                items.push(text.into());
            }
        };
        while end < self.range.end && self.is_free(end) {
            let lexeme = &self.goal.lexemes[end];
            let joins = lexeme.is_mark(',') || ["and", "or"].contains(&lexeme.word());
            if joins {
                flush(from, end, self);
                from = end + 1;
            } else if !lexeme.is_word() && lexeme.quantity().is_none()
                || is_stop(&lexeme.lower)
                || (end > from && (self.is_participle(end) || self.ends_list(end)))
            {
                break;
            }
            end += 1;
        }
        flush(from, end, self);
        if !items.is_empty() {
            self.claim(start..end);
            self.filled.guessed.insert(at, start..end);
            self.set(at, Value::Array(items));
        }
    }
}
