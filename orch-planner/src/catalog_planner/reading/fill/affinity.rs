//! How well a mention goes into a slot: by what it is, by what is said beside it, by the preposition before it.

use serde_json::Value;

use super::{
    Filler,
    role::{is_preposition, role},
    value::fitted,
};
use crate::catalog_planner::{
    reading::{
        gazetteer::{currency, is_country, is_language, is_state},
        lexeme::Lexeme,
        mention::{Mention, Said},
        slot::{
            Slot,
            sense::Sense,
            unit::{Dimension, dimensions},
        },
    },
    shape::Shape,
    stem::stem,
    thesaurus::synonyms,
    word::is_function_word,
};

/// How far from a value its name is looked for, in lexemes.
const REACH: usize = 5;

impl Filler<'_> {
    /// How well a mention goes into a slot, and as which value; `None` where it cannot.
    pub(super) fn affinity(&self, mention: &Mention, slot: &Slot) -> Option<(f64, Value)> {
        let value = fitted(mention, slot, self.goal.today)?;
        let kind = match &mention.value {
            Said::Number(..) => self.number(mention, slot),
            _ => text(mention, slot),
        }?;
        Some((kind + self.beside(mention, slot) + self.led(mention, slot), value))
    }

    fn number(&self, mention: &Mention, slot: &Slot) -> Option<f64> {
        let Said::Number(quantity, unit) = &mention.value else {
            return None;
        };
        let amount = quantity.value.as_f64()?;
        let is_year = quantity.unit.is_empty()
            && !quantity.is_word
            && (1000.0..=2100.0).contains(&amount)
            && amount.fract() == 0.0
            && !mention.text.contains(',');
        let measured: Vec<Dimension> = dimensions(unit)
            .chain(currency(unit).map(|_| Dimension::Money))
            .collect();
        let is_text = !matches!(slot.shape.item(), Shape::Integer | Shape::Number | Shape::Any);
        if is_text {
            return match slot.sense {
                Sense::Id | Sense::Phone => Some(if measured.is_empty() { 0.9 } else { -0.4 }),
                Sense::Date if is_year && slot.is_called(&["year"]) => Some(1.0),
                _ if slot.is_called(&["year"]) && is_year => Some(1.5),
                // "5 km" goes as it is into a text for a distance.
                _ if slot
                    .dimension
                    .is_some_and(|dimension| measured.contains(&dimension)) =>
                {
                    Some(1.0)
                }
                _ => Some(-1.2),
            };
        }
        let before = self.before(mention).next().map(Lexeme::word).unwrap_or_default();
        let led_as_year = [
            "in", "since", "of", "from", "year", "after", "before", "until", "to", "during",
        ]
        .contains(&before);
        let mut score = match slot.dimension {
            Some(Dimension::Year) if is_year => 2.0,
            Some(Dimension::Year) => -2.0,
            _ if is_year && measured.is_empty() && led_as_year => -0.8,
            Some(dimension) if measured.contains(&dimension) => 1.8,
            Some(Dimension::Angle) if unit.starts_with("degree") || unit == "°" => 1.5,
            Some(Dimension::Count) if measured.is_empty() => 0.5,
            Some(_) if !measured.is_empty() => -1.5,
            None if !measured.is_empty() => 0.2,
            _ => 0.3,
        };
        if ["st", "nd", "rd", "th"].contains(&unit.as_str()) && slot.dimension != Some(Dimension::Count) {
            score -= 0.3;
        }
        Some(score)
    }

    /// What the words beside a value say for the slot: its name, or what describes it.
    fn beside(&self, mention: &Mention, slot: &Slot) -> f64 {
        let unit = usize::from(
            matches!(&mention.value, Said::Number(quantity, unit) if quantity.unit.is_empty() && !unit.is_empty()),
        );
        let mut best: f64 = 0.0;
        for (distance, lexeme) in self.before(mention).take(REACH).enumerate() {
            best = best.max(self.says(lexeme, slot) * (1.0 - 0.12 * steps(distance)));
        }
        let after = self.goal.lexemes[mention.range.end..self.range.end.max(mention.range.end)].iter();
        let own = |lexeme: &&Lexeme| lexeme.is_word() && lexeme.lower != "and";
        for (distance, lexeme) in after.take_while(own).take(REACH - 1).enumerate() {
            let is_led = distance > unit
                && is_preposition(&lexeme.lower)
                && !["of", "in"].contains(&lexeme.lower.as_str());
            if is_led {
                break;
            }
            best = best.max(self.says(lexeme, slot) * (0.9 - 0.18 * steps(distance)));
        }
        best
    }

    /// How strongly a word names a slot: less, the more slots of the task share the word.
    fn says(&self, lexeme: &Lexeme, slot: &Slot) -> f64 {
        if !lexeme.is_word() || (is_function_word(&lexeme.lower) && lexeme.lower.len() < 3) {
            return 0.0;
        }
        let named = |slot: &Slot| slot.name.contains(&lexeme.stem);
        let shared = |is: &dyn Fn(&Slot) -> bool| self.known.slots.iter().filter(|slot| is(slot)).count();
        let share = |count: usize| if count <= 1 { 1.0 } else { 0.45 };
        if named(slot) {
            return 2.0 * share(shared(&named));
        }
        if is_function_word(&lexeme.lower) {
            return 0.0;
        }
        let alike =
            |slot: &Slot| synonyms(&lexeme.stem).any(|synonym| slot.name.iter().any(|own| own == synonym));
        if alike(slot) {
            return 1.3 * share(shared(&alike));
        }
        let told = |slot: &Slot| slot.about.contains(&lexeme.stem);
        if told(slot) {
            0.8 * share(shared(&told))
        } else {
            0.0
        }
    }

    /// What the preposition before a value says for the slot.
    fn led(&self, mention: &Mention, slot: &Slot) -> f64 {
        let mut contents = 0;
        for lexeme in self.before(mention).take(REACH) {
            let word = lexeme.word();
            if word.is_empty() || contents > 1 {
                break;
            }
            if is_preposition(word) {
                return role(word, slot);
            }
            contents += usize::from(!is_function_word(word));
        }
        // "Between A and B", "A to B": the second of two is led by what joins it.
        let joint = mention
            .range
            .start
            .checked_sub(1)
            .map(|at| &self.goal.lexemes[at]);
        if joint.is_some_and(|joint| ["and", "&"].contains(&joint.lower.as_str()))
            && self.follows_between(mention)
        {
            return role("to", slot);
        }
        0.0
    }

    fn follows_between(&self, mention: &Mention) -> bool {
        let start = mention.range.start;
        let lexemes = &self.goal.lexemes[self.range.start.min(start)..start];
        lexemes
            .iter()
            .rev()
            .take(9)
            .take_while(|lexeme| !lexeme.ends_sentence())
            .any(|lexeme| ["between", "from"].contains(&lexeme.word()))
    }

    /// The words just before a mention, the nearest first, up to another value or the end of a sentence.
    fn before(&self, mention: &Mention) -> impl Iterator<Item = &Lexeme> {
        let start = mention.range.start;
        let floor = self.range.start.min(start);
        let words = self.goal.lexemes[floor..start].iter().enumerate().rev();
        words
            .map(move |(at, lexeme)| (at + floor, lexeme))
            .take_while(|(at, lexeme)| {
                let is_mark = matches!(lexeme.kind, crate::catalog_planner::reading::lexeme::Kind::Mark(mark) if !":=(#$".contains(mark));
                !is_mark && !self.goal.mentions.iter().any(|other| other.range.contains(at) && other.range != mention.range)
            })
            .map(|(_, lexeme)| lexeme)
            .filter(|lexeme| lexeme.is_word())
    }
}

/// Distances as numbers.
fn steps(distance: usize) -> f64 {
    f64::from(u8::try_from(distance).unwrap_or(u8::MAX))
}

/// How well a value that is no number goes into a slot by what both are.
fn text(mention: &Mention, slot: &Slot) -> Option<f64> {
    let name = matches!(mention.value, Said::Name(_));
    let lower = mention.text.to_lowercase();
    let has_comma = matches!(mention.value, Said::Name(Some(_)));
    let said = &mention.value;
    let score = match slot.sense {
        Sense::Place => match said {
            Said::Name(_) if is_language(&lower) || currency(&mention.text).is_some() => -0.5,
            Said::Name(_) => 1.4 + if has_comma { 0.4 } else { 0.0 },
            Said::Quote => 0.8,
            Said::Code => 0.1,
            _ => return None,
        },
        Sense::Country if name => {
            if is_country(&mention.text) {
                2.4
            } else {
                0.2
            }
        }
        Sense::State if name => {
            if is_state(&mention.text) {
                2.4
            } else {
                0.2
            }
        }
        Sense::Language if name => {
            if is_language(&lower) {
                2.4
            } else {
                -1.0
            }
        }
        Sense::Currency if name => {
            if currency(&mention.text).is_some() {
                2.4
            } else {
                -1.0
            }
        }
        Sense::Country | Sense::State | Sense::Language | Sense::Currency => match said {
            Said::Quote => 0.4,
            _ => return None,
        },
        Sense::Person => match said {
            Said::Name(_) if has_comma || is_country(&mention.text) || is_language(&lower) => -0.6,
            Said::Name(_) => 1.3,
            Said::Quote | Said::Email => 0.6,
            Said::Code => 0.5,
            _ => return None,
        },
        Sense::Date => match said {
            Said::Day(_) => 2.2,
            Said::Quote => 0.2,
            _ => return None,
        },
        Sense::Time => match said {
            Said::Time => 2.2,
            Said::Day(_) if slot.tells(&["date", "day"]) => 0.8,
            Said::Quote => 0.2,
            _ => return None,
        },
        Sense::Moment => match said {
            Said::Time => 1.5,
            Said::Day(_) => 1.8,
            _ => return None,
        },
        Sense::Email => match said {
            Said::Email => 2.5,
            Said::Name(_) if !slot.description.contains("address") => 0.0,
            _ => return None,
        },
        Sense::Url => match said {
            Said::Url => 2.5,
            Said::Quote => 0.1,
            _ => return None,
        },
        Sense::Path => match said {
            Said::Path => 2.5,
            Said::Quote | Said::Url => 0.8,
            Said::Code => 0.6,
            _ => return None,
        },
        Sense::Phone => match said {
            Said::Code => 1.5,
            Said::Quote | Said::Day(_) => 0.8,
            _ => return None,
        },
        Sense::Formula => match said {
            Said::Code => 2.0,
            Said::Quote => 1.6,
            _ => return None,
        },
        Sense::Id => match said {
            Said::Code => 2.0,
            Said::Quote => 1.1,
            Said::Name(_) if mention.text.chars().all(|char| !char.is_lowercase()) => 1.6,
            Said::Name(_) => 0.6,
            _ => return None,
        },
        Sense::Text => match said {
            Said::Quote => 2.2,
            Said::Name(_) => -0.6,
            Said::Url | Said::Path | Said::Email => return None,
            _ => -1.0,
        },
        Sense::Unit => match said {
            Said::Quote => 0.6,
            _ => return None,
        },
        Sense::Topic | Sense::Name | Sense::Other => match said {
            Said::Quote => 1.8,
            Said::Name(_) if is_language(&lower) && slot.sense != Sense::Other => 0.2,
            Said::Name(_) => {
                if slot.sense == Sense::Name {
                    1.3
                } else {
                    0.9
                }
            }
            Said::Code => 0.8,
            Said::Url | Said::Path | Said::Email => 0.0,
            Said::Day(_) | Said::Time => -0.8,
            _ => return None,
        },
    };
    // What the description shows in quotation marks is what the author has in mind.
    let is_shown = slot.shown.iter().any(|shown| shown.to_lowercase() == lower);
    let relates = slot.about.contains(&stem(&lower)) && name;
    Some(
        score
            + if is_shown {
                1.2
            } else if relates {
                0.2
            } else {
                0.0
            },
    )
}
