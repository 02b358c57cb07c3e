//! Values that are known as words, however they are written: languages, countries, currencies, colors and units.

use std::ops::Range;

use super::{
    Filler,
    role::{is_preposition, role},
};
use crate::catalog_planner::reading::{
    gazetteer::{currency, currency_of_sign, is_color, is_country, is_language},
    lexeme::{Kind, Lexeme},
    slot::{
        Slot,
        sense::Sense,
        unit::{Dimension, dimensions, is_unit},
    },
};

impl Filler<'_> {
    /// Languages, countries, currencies and units are known as words, however they are written.
    pub(super) fn known_word(&self, slot: &Slot) -> Option<(Range<usize>, String)> {
        if slot.is_called(&["color", "colour"]) {
            let mut free = self.range.clone().filter(|&at| self.is_free(at));
            let at = free.find(|&at| is_color(self.goal.lexemes[at].word()))?;
            return Some((at..at + 1, self.goal.lexemes[at].text.clone()));
        }
        let is: fn(&Lexeme) -> bool = match slot.sense {
            Sense::Language => |lexeme| is_language(&lexeme.lower),
            Sense::Country => {
                |lexeme| lexeme.is_word() && lexeme.lower.len() > 2 && is_country(&lexeme.lower)
            }
            Sense::Currency => return self.currency(slot),
            Sense::Unit => return self.unit(slot),
            _ => return None,
        };
        // "Translate the French text into German": what is wanted comes last.
        let mut free = self.range.clone().rev().filter(|&at| self.is_free(at));
        let at = free.find(|&at| is(&self.goal.lexemes[at]))?;
        // Of two slots for such things, the one that can be left out is filled only where a preposition says so.
        let led = at
            .checked_sub(1)
            .map(|before| self.goal.lexemes[before].word())
            .unwrap_or_default();
        let has_rival = self
            .known
            .required()
            .any(|other| other.sense == slot.sense && other.path != slot.path);
        if !slot.is_required && has_rival && role(led, slot) <= 0.6 {
            return None;
        }
        let text = self.goal.lexemes[at].text.clone();
        Some((at..at + 1, text))
    }

    /// A currency by its name or its code; of two slots, the one for what it is changed into takes the one after "to".
    fn currency(&self, slot: &Slot) -> Option<(Range<usize>, String)> {
        let mut found: Vec<(f64, Range<usize>, String)> = Vec::new();
        for at in self.range.clone().filter(|&at| self.is_free(at)) {
            let lexeme = &self.goal.lexemes[at];
            let sign = lexeme
                .quantity()
                .and_then(|quantity| currency_of_sign(&quantity.unit));
            let pair = self.goal.written(at..(at + 2).min(self.range.end));
            let (range, code) = match (sign, currency(pair), currency(&lexeme.text)) {
                (Some(code), ..) => (at..at, code),
                (None, Some(code), _) if lexeme.is_word() => (at..at + 2, code),
                (None, _, Some(code)) if lexeme.is_word() => (at..at + 1, code),
                _ => continue,
            };
            let before = at.checked_sub(1).map(|before| &self.goal.lexemes[before]);
            let before_two = at
                .checked_sub(2)
                .map(|before| self.goal.lexemes[before].word())
                .unwrap_or_default();
            let led = before.map(Lexeme::word).unwrap_or_default();
            let counts = sign.is_some() || before.is_some_and(|before| before.quantity().is_some());
            let is_source = slot.is_called(&["from", "source", "base"]);
            let mut score = role(led, slot)
                .max(role(if is_preposition(led) { "" } else { before_two }, slot))
                + if is_preposition(led) {
                    role(led, slot).min(0.0)
                } else {
                    0.0
                };
            if counts {
                score += if is_source { 1.0 } else { -0.1 };
                score -= if slot.is_called(&["to", "target"]) {
                    1.0
                } else {
                    0.0
                };
            }
            found.push((score, range, code.to_owned()));
        }
        let best = found
            .into_iter()
            .reduce(|best, next| if next.0 > best.0 { next } else { best });
        best.filter(|(score, ..)| *score > -0.5)
            .map(|(_, range, code)| (range, code))
    }

    /// The unit of a number that is said; where a description shows how it is written, so.
    fn unit(&self, slot: &Slot) -> Option<(Range<usize>, String)> {
        let is_money = slot.tells(&["currency", "money"]);
        let measures =
            |word: &str| dimensions(word).any(|dimension| dimension != Dimension::Money || is_money);
        let lexemes = self.range.clone().map(|at| (at, &self.goal.lexemes[at]));
        let units = lexemes.filter_map(|(at, lexeme)| match &lexeme.kind {
            Kind::Number(quantity) if is_unit(&quantity.unit) && !"$€£%".contains(quantity.unit.as_str()) => {
                Some((at..at, quantity.unit.clone()))
            }
            Kind::Word if measures(&lexeme.lower) && self.is_free(at) && lexeme.lower.len() > 1 => {
                let follows = at
                    .checked_sub(1)
                    .is_some_and(|before| self.goal.lexemes[before].quantity().is_some());
                let is_led = at.checked_sub(1).is_some_and(|before| {
                    ["in", "to", "into", "many"].contains(&self.goal.lexemes[before].word())
                });
                (follows || is_led).then(|| (at..at + 1, lexeme.text.clone()))
            }
            _ => None,
        });
        let units: Vec<(Range<usize>, String)> = units.collect();
        let is_target = slot.is_called(&["to", "target"]);
        // "How many grams are 3 ounces" asks for grams.
        let is_asked =
            |range: &Range<usize>| range.start > 0 && self.goal.lexemes[range.start - 1].word() == "many";
        if units.iter().any(|(range, _)| is_asked(range)) {
            return units.into_iter().find(|(range, _)| is_asked(range) == is_target);
        }
        let found = if is_target { units.last() } else { units.first() };
        found
            .cloned()
            .filter(|_| slot.is_required || !slot.name.is_empty() && slot.default.is_none())
    }
}
