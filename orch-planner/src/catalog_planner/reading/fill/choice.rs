//! Choices: values of a list that the goal names, in its own words or as a synonym.

use std::ops::Range;

use serde_json::Value;

use super::{Filler, role::role};
use crate::catalog_planner::{
    reading::{
        lexeme::Lexeme,
        slot::{Slot, sense::Sense},
    },
    shape::Shape,
    stem::stem,
    word::words,
};

/// Signs and letters for units, with what choices call them.
const SYMBOLS: &[(&str, &[&str])] = &[
    ("celsius", &["°c", "c", "centigrade", "metric"]),
    ("fahrenheit", &["°f", "f", "imperial"]),
    ("c", &["celsius", "°c"]),
    ("f", &["fahrenheit", "°f"]),
    ("k", &["kelvin"]),
    ("metric", &["celsius", "kilometers", "km", "kg", "cm", "meters"]),
    ("imperial", &["fahrenheit", "miles", "lbs", "pounds", "feet"]),
    ("kilometers", &["km", "kilometres", "kilometer", "kms"]),
    ("km", &["kilometers", "kilometres", "kilometer"]),
    ("miles", &["mi", "mile"]),
    ("meters", &["m", "metres", "meter"]),
    ("m", &["meters", "metres", "meter"]),
    ("cm", &["centimeters", "centimetres", "centimeter"]),
    ("feet", &["ft", "foot"]),
    ("kg", &["kilograms", "kilogram", "kilos"]),
    ("lb", &["pounds", "pound", "lbs"]),
    ("lbs", &["pounds", "pound", "lb"]),
    (
        "asc",
        &["ascending", "cheapest", "lowest", "oldest", "increasing"],
    ),
    (
        "desc",
        &["descending", "highest", "latest", "newest", "decreasing"],
    ),
    ("ascending", &["asc", "lowest", "smallest"]),
    ("descending", &["desc", "highest", "largest"]),
    ("male", &["man", "boy", "he", "guy"]),
    ("female", &["woman", "girl", "she", "lady"]),
    ("daily", &["day"]),
    ("weekly", &["week"]),
    ("monthly", &["month"]),
    ("yearly", &["annually", "annual", "year"]),
    ("annually", &["yearly", "annual", "year"]),
    ("annual", &["yearly", "annually"]),
    ("hourly", &["hour"]),
    ("quarterly", &["quarter"]),
    ("car", &["drive", "driving"]),
    ("driving", &["car", "drive"]),
    ("walking", &["walk", "foot"]),
    ("cycling", &["bike", "bicycle", "cycle"]),
    ("bicycling", &["bike", "bicycle", "cycling", "cycle"]),
    ("transit", &["bus", "train", "subway"]),
    ("high", &["urgent", "important"]),
    ("twitter", &["tweet"]),
    ("on", &["enable"]),
    ("off", &["disable"]),
];

impl Filler<'_> {
    /// Takes the choices that are said.
    pub(super) fn choices(&mut self) {
        for at in self.open(|slot| matches!(slot.shape.item(), Shape::Choice(_))) {
            let slot = &self.known.slots[at];
            let Shape::Choice(values) = slot.shape.item() else {
                continue;
            };
            let mut said: Vec<(f64, Range<usize>, &Value)> = Vec::new();
            for value in values {
                if let Some((score, range)) = self.said(value, slot) {
                    said.push((score, range, value));
                }
            }
            said.sort_by(|left, right| right.0.total_cmp(&left.0).then(left.1.start.cmp(&right.1.start)));
            if slot.is_list() {
                said.sort_by_key(|(_, range, _)| range.start);
                let values: Vec<Value> = said.iter().map(|(.., value)| (*value).clone()).collect();
                if !values.is_empty() {
                    said.iter()
                        .for_each(|(_, range, _)| self.choose(at, range.clone()));
                    self.set(at, Value::Array(values));
                }
            } else if let Some((_, range, value)) = said.into_iter().next() {
                self.choose(at, range);
                self.set(at, value.clone());
            } else if let (Some(default), true) = (&slot.default, slot.is_required) {
                self.set(at, default.clone());
            }
        }
        self.shown_choices();
    }

    fn choose(&mut self, slot: usize, range: Range<usize>) {
        self.filled.words.insert(slot, range.clone());
        self.filled.chosen.extend(range.clone());
        self.claim(range);
    }

    /// Takes what a description shows in quotation marks, where the goal says just that.
    fn shown_choices(&mut self) {
        let is_open = |slot: &Slot| {
            let is_free = matches!(
                slot.sense,
                Sense::Other | Sense::Name | Sense::Unit | Sense::Topic
            );
            is_free && matches!(slot.shape, Shape::Text(None)) && !slot.shown.is_empty()
        };
        for at in self.open(is_open) {
            let slot = &self.known.slots[at];
            let said = slot.shown.iter().filter_map(|shown| {
                let (score, range) = self.said(&Value::String(shown.clone()), slot)?;
                Some((score, range, shown.clone()))
            });
            let best =
                said.max_by(|left, right| left.0.total_cmp(&right.0).then(right.1.start.cmp(&left.1.start)));
            if let Some((score, range, shown)) = best.filter(|(score, ..)| *score >= 1.0)
                && score > 0.0
            {
                self.choose(at, range);
                self.set(at, Value::String(shown));
            }
        }
    }

    /// Where a choice is said, and how plainly.
    fn said(&self, value: &Value, slot: &Slot) -> Option<(f64, Range<usize>)> {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => return self.number_said(number.as_f64()?, slot),
            _ => return None,
        };
        let own: Vec<String> = words(&text)
            .into_iter()
            .filter(|word| word != "and" && word != "or")
            .collect();
        if own.is_empty() {
            return None;
        }
        let stems: Vec<String> = own.iter().map(|word| stem(word)).collect();
        let is_title = stems.iter().all(|stem| self.known.titles.contains(stem));
        let length = f64::from(u8::try_from(own.len()).unwrap_or(u8::MAX));
        let exact = self.phrases_of(own.len()).filter_map(|(range, lexemes)| {
            let alike = lexemes
                .iter()
                .zip(own.iter().zip(&stems))
                .all(|(lexeme, (word, stem))| {
                    lexeme.lower == *word
                        || lexeme.lower.strip_suffix('s') == Some(word)
                        || (word.len() > 3 && lexeme.is_word() && lexeme.stem == *stem)
                });
            // One letter is a choice only beside the name of what is chosen.
            let is_short = text.len() < 3 && own.len() == 1;
            let is_near = !is_short
                || self.is_named_near(range.start, slot)
                || lexemes.iter().all(|lexeme| lexeme.text == text);
            (alike && is_near).then(|| {
                (
                    length + self.nearness(range.start, slot) + self.side(range.start, slot),
                    range,
                )
            })
        });
        let best =
            exact.max_by(|left, right| left.0.total_cmp(&right.0).then(right.1.start.cmp(&left.1.start)));
        if let Some(best) = best {
            return Some((
                if is_title && own.len() == 1 {
                    best.0 - 0.4
                } else {
                    best.0
                },
                best.1,
            ))
            .filter(|_| !is_title || slot.is_required || self.is_named_near(0, slot));
        }
        let symbols = SYMBOLS
            .iter()
            .filter(|(choice, _)| *choice == own.join(" "))
            .flat_map(|(_, symbols)| symbols.iter());
        let symbols: Vec<&str> = symbols.copied().collect();
        let alike = |at: usize| {
            let lexeme = &self.goal.lexemes[at];
            let unit = lexeme
                .quantity()
                .map(|quantity| quantity.unit.as_str())
                .unwrap_or_default();
            let by_symbol = symbols.iter().any(|symbol| {
                (lexeme.lower == *symbol && (symbol.len() > 1 || lexeme.text.starts_with(char::is_uppercase)))
                    || unit == *symbol
            });
            let is_title = self.known.titles.contains(&lexeme.stem);
            let by_synonym = own.len() == 1
                && lexeme.is_word()
                && !is_title
                && lexeme.kin().any(|synonym| synonym == stems[0]);
            if by_symbol {
                Some(0.7)
            } else {
                by_synonym.then_some(0.5)
            }
        };
        self.places(1)
            .find_map(|range| Some((alike(range.start)?, range)))
    }

    fn number_said(&self, wanted: f64, slot: &Slot) -> Option<(f64, Range<usize>)> {
        let found = self.free_mentions().find(|(_, mention)| {
            let quantity = mention
                .range
                .clone()
                .find_map(|at| self.goal.lexemes[at].quantity());
            quantity
                .and_then(|quantity| quantity.value.as_f64())
                .is_some_and(|value| (value - wanted).abs() < 1e-9)
        });
        found.map(|(_, mention)| {
            (
                1.0 + self.nearness(mention.range.start, slot),
                mention.range.clone(),
            )
        })
    }

    /// Runs of so many free lexemes, articles between them left out: "clean the nozzle" says two words.
    fn phrases_of(&self, length: usize) -> impl Iterator<Item = (Range<usize>, Vec<&Lexeme>)> {
        let is_article =
            |at: &usize| ["the", "a", "an", "my", "our"].contains(&self.goal.lexemes[*at].word());
        (self.range.start..self.range.end).filter_map(move |start| {
            let free = (start..self.range.end).take_while(|at| self.is_free(*at));
            let said: Vec<usize> = free
                .filter(|at| *at == start || !is_article(at))
                .take(length)
                .collect();
            let end = said.last()? + 1;
            let lexemes = said.iter().map(|at| &self.goal.lexemes[*at]).collect();
            (said.len() == length).then_some((start..end, lexemes))
        })
    }

    /// Runs of so many free lexemes.
    fn places(&self, length: usize) -> impl Iterator<Item = Range<usize>> {
        let last = (self.range.end + 1).saturating_sub(length);
        let runs = (self.range.start..last).map(move |at| at..at + length);
        runs.filter(|run| run.clone().all(|at| self.is_free(at)))
    }

    /// For one of two slots such as `from` and `to`: whether the words before a place speak for it.
    fn side(&self, at: usize, slot: &Slot) -> f64 {
        let Some(before) = at.checked_sub(1).map(|before| &self.goal.lexemes[before]) else {
            return 0.0;
        };
        let is_source = slot.is_called(&["from", "source"]);
        let is_target = slot.is_called(&["to", "target"]);
        match (is_source, is_target) {
            (false, false) => 0.0,
            _ if before.quantity().is_some() || before.word() == "degrees" => {
                if is_source {
                    0.4
                } else {
                    -0.4
                }
            }
            _ if before.word() == "many" => {
                if is_target {
                    0.4
                } else {
                    -0.4
                }
            }
            _ => 0.3 * role(before.word(), slot),
        }
    }

    /// A little more where the name of the slot stands beside a place.
    fn nearness(&self, at: usize, slot: &Slot) -> f64 {
        if self.is_named_near(at, slot) { 0.3 } else { 0.0 }
    }

    fn is_named_near(&self, at: usize, slot: &Slot) -> bool {
        let from = at.saturating_sub(3).max(self.range.start);
        let near = &self.goal.lexemes[from..(at + 4).min(self.range.end).max(from)];
        near.iter()
            .any(|lexeme| lexeme.is_word() && slot.name.contains(&lexeme.stem))
    }
}
