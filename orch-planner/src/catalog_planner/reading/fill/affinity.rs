//! How well a mention goes into a slot: by what it is, by what is said beside it, by the preposition before it.

use std::mem::discriminant;

use serde_json::Value;

use super::{
    Filler, kind,
    role::{is_preposition, role},
    value::fitted,
};
use crate::catalog_planner::{
    reading::{
        gazetteer::{currency, is_country, is_state},
        lexeme::Lexeme,
        mention::{Mention, Said},
        slot::{
            Slot,
            sense::Sense,
            unit::{Dimension, dimensions},
        },
        verb::{is_small_talk, opens_order},
    },
    shape::Shape,
    stem::{likeness, stem},
    word::{is_function_word, is_request},
};

/// How far from a value its name is looked for, in lexemes.
const REACH: usize = 5;
/// What it costs a name that the task is called by it.
const OF_TASK: f64 = 1.5;
/// What it costs a name that another slot wants just such a one.
const ELSEWHERE: f64 = 3.0;

impl Filler<'_> {
    /// How well a mention goes into a slot, and as which value; `None` where it cannot.
    pub(super) fn affinity(&self, mention: &Mention, slot: &Slot) -> Option<(f64, Value)> {
        let value = fitted(mention, slot, self.goal.today)?;
        let kind = match &mention.value {
            Said::Number(..) => self.number(mention, slot),
            _ => kind::text(mention, slot).map(|score| {
                if self.is_of_task_itself(mention, slot) {
                    score - OF_TASK
                } else {
                    score
                }
            }),
        }?;
        let elsewhere = if self.is_known_elsewhere(mention, slot) {
            ELSEWHERE
        } else {
            0.0
        };
        Some((kind + self.cue(mention, slot) - elsewhere, value))
    }

    /// Whether a name is a state's or a country's, and another slot wants just that.
    fn is_known_elsewhere(&self, mention: &Mention, slot: &Slot) -> bool {
        let is_land = |sense: Sense| match sense {
            Sense::State => is_state(&mention.text),
            Sense::Country => is_country(&mention.text),
            _ => false,
        };
        let is_free = !matches!(slot.sense, Sense::State | Sense::Country | Sense::Place);
        matches!(mention.value, Said::Name(_))
            && is_free
            && self.known.slots.iter().any(|other| is_land(other.sense))
            || self.is_choice_elsewhere(mention, slot)
    }

    /// Whether a name or a code is one of the choices of another slot.
    fn is_choice_elsewhere(&self, mention: &Mention, slot: &Slot) -> bool {
        let says = |value: &Value| {
            let text = value.as_str();
            text.is_some_and(|text| text.eq_ignore_ascii_case(&mention.text))
        };
        let is_spelled = matches!(mention.value, Said::Name(_) | Said::Code);
        let offers = |other: &Slot| match other.shape.item() {
            Shape::Choice(values) => other.path != slot.path && values.iter().any(says),
            _ => false,
        };
        is_spelled && self.known.slots.iter().any(offers)
    }

    /// Whether a name is but what the task or the slot is called: of a DNA sequence, "DNA" is no value.
    fn is_of_task_itself(&self, mention: &Mention, slot: &Slot) -> bool {
        let lexemes = &self.goal.lexemes[mention.range.clone()];
        let is_own =
            |lexeme: &Lexeme| self.known.titles.contains(&lexeme.stem) || slot.name.contains(&lexeme.stem);
        matches!(mention.value, Said::Name(_)) && lexemes.iter().all(is_own)
    }

    /// What is said beside a mention for a slot.
    pub(super) fn cue(&self, mention: &Mention, slot: &Slot) -> f64 {
        let own = self.beside(mention, slot) + self.led(mention, slot);
        // "The users 17 and 23": what is said for the first is said for the second.
        match self
            .joined_to(mention)
            .filter(|_| own == 0.0 && !slot.is_required)
        {
            Some(former) => self.cue(former, slot),
            None => own,
        }
    }

    /// The mention of the same kind that nothing but a comma or "and" keeps apart from the one after it.
    fn joined_to(&self, mention: &Mention) -> Option<&Mention> {
        let is_joint =
            |lexeme: &Lexeme| lexeme.is_mark(',') || ["and", "or", "&"].contains(&lexeme.lower.as_str());
        let start = mention.range.start;
        let joints = self.goal.lexemes[self.range.start.min(start)..start].iter().rev();
        let end = start - joints.take_while(|lexeme| is_joint(lexeme)).count();
        let mut mentions = self.goal.mentions.iter();
        mentions.find(|other| {
            let is_alike = discriminant(&other.value) == discriminant(&mention.value);
            end < start && other.range.end == end && is_alike
        })
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
                // "The last four digits" are not 4.
                _ if quantity.is_word => Some(-1.2),
                Sense::Place if measured.is_empty() && slot.tells(&["zip", "postal"]) => Some(0.9),
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
            Some(Dimension::Count) if measured.is_empty() && self.numbers_a_thing(mention, slot) => -0.8,
            Some(Dimension::Count) if measured.is_empty() && self.is_counted(mention, slot) => 1.7,
            Some(Dimension::Count) if measured.is_empty() && self.counts_what_it_tells(mention, slot) => 1.3,
            Some(Dimension::Count) if measured.is_empty() => 0.5,
            Some(Dimension::Count | Dimension::Money)
                if slot.is_called(&["quantity", "value", "amount", "number"]) =>
            {
                0.3
            }
            Some(_) if !measured.is_empty() => -1.5,
            None if !measured.is_empty() => 0.2,
            _ => 0.3,
        };
        if ["st", "nd", "rd", "th"].contains(&unit.as_str()) && slot.dimension != Some(Dimension::Count) {
            score -= 0.3;
        }
        Some(score)
    }

    /// Whether a number tells which one of its kind is meant rather than how many: "ticket 55".
    fn numbers_a_thing(&self, mention: &Mention, slot: &Slot) -> bool {
        let Some(noun) = self.before(mention).next() else {
            return false;
        };
        let is_beside = self.goal.lexemes[..mention.range.start]
            .last()
            .is_some_and(Lexeme::is_word);
        let after = self
            .goal
            .lexemes
            .get(mention.range.end)
            .map(Lexeme::word)
            .unwrap_or_default();
        let word = noun.word();
        let says_how_many =
            ["top", "latest", "most", "least", "limit", "max", "maximum", "min"].contains(&word);
        let is_noun =
            !is_function_word(word) && !is_small_talk(word) && !is_request(word) && !opens_order(word);
        is_beside
            && is_noun
            && !says_how_many
            && !slot.name.contains(&noun.stem)
            && (after.is_empty() || is_function_word(after))
    }

    /// Whether a number counts what the slot's description says it counts: "20 characters" for a length in characters.
    fn counts_what_it_tells(&self, mention: &Mention, slot: &Slot) -> bool {
        let after = self.goal.lexemes.get(mention.range.end);
        after.is_some_and(|noun| {
            noun.is_word() && !is_function_word(&noun.lower) && slot.about.contains(&noun.stem)
        })
    }

    /// Whether a number counts what the task is about, as in "5 museums" and "top 3".
    fn is_counted(&self, mention: &Mention, slot: &Slot) -> bool {
        let limits = slot.is_called(&[
            "limit", "max", "maximum", "count", "num", "number", "top", "results", "n", "k",
        ]);
        let after = self.goal.lexemes[mention.range.end..]
            .iter()
            .take(4)
            .take_while(|lexeme| lexeme.is_word());
        let after: Vec<&Lexeme> = after.filter(|lexeme| !is_function_word(&lexeme.lower)).collect();
        let is_said = |stem: &String| {
            self.known
                .vocabulary
                .get(stem)
                .is_some_and(|strength| *strength >= 0.4)
                || slot.name.contains(stem)
        };
        // "Key words" may be "keywords" to the task.
        let joined = after
            .windows(2)
            .map(|pair| stem(&format!("{}{}", pair[0].lower, pair[1].lower)));
        let is_object = after.iter().take(2).any(|lexeme| is_said(&lexeme.stem))
            || joined.into_iter().any(|stem| is_said(&stem));
        let before = self.before(mention).next().map(Lexeme::word).unwrap_or_default();
        limits && (is_object || ["top", "first", "last", "latest", "least", "most"].contains(&before))
    }

    /// What the words beside a value say for the slot: its name, or what describes it.
    fn beside(&self, mention: &Mention, slot: &Slot) -> f64 {
        let mut best: f64 = 0.0;
        let mut share = 1.0;
        for (distance, lexeme) in self.before(mention).take(REACH).enumerate() {
            if ["and", "or", "with", "by"].contains(&lexeme.word()) && distance > 0 || lexeme.word() == "and"
            {
                // What stands before "and" is rather said of what is before it.
                share *= 0.5;
            }
            if distance == 0 && slot.path.last().is_some_and(|name| *name == lexeme.lower) {
                best = best.max(2.0);
            }
            best = best.max(share * self.says(lexeme, slot) * (1.0 - 0.12 * steps(distance)));
        }
        let after = self.goal.lexemes[mention.range.end..self.range.end.max(mention.range.end)].iter();
        let own = |lexeme: &&Lexeme| lexeme.is_word() && lexeme.lower != "and";
        for (distance, lexeme) in after.take_while(own).take(REACH - 1).enumerate() {
            let is_led = is_preposition(&lexeme.lower) && !["of", "in"].contains(&lexeme.lower.as_str());
            if is_led {
                break;
            }
            best = best.max(self.says(lexeme, slot) * (0.9 - 0.18 * steps(distance)));
        }
        best
    }

    /// How strongly a word names a slot: less, the more slots of the task share the word.
    fn says(&self, lexeme: &Lexeme, slot: &Slot) -> f64 {
        // A description mentions much; it tells most of what a number counts.
        let strength = if slot.dimension.is_some() { 0.8 } else { 0.5 };
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
        let alike = |slot: &Slot| {
            lexeme
                .kin()
                .any(|synonym| slot.name.iter().any(|own| own == synonym))
        };
        if alike(slot) {
            return 1.3 * share(shared(&alike));
        }
        let told = |slot: &Slot| {
            slot.about.contains(&lexeme.stem)
                || slot.about.iter().any(|own| likeness(own, &lexeme.stem) > 0.5)
        };
        if told(slot) {
            strength * share(shared(&told))
        } else {
            0.0
        }
    }

    /// What the preposition before a value says for the slot.
    fn led(&self, mention: &Mention, slot: &Slot) -> f64 {
        let (mut contents, mut is_compared) = (0, false);
        for lexeme in self.before(mention).take(REACH) {
            let word = lexeme.word();
            if word.is_empty() || contents > 1 {
                break;
            }
            // "Fewer than 20" says what "under 20" does.
            match word {
                "fewer" | "less" | "lower" | "cheaper" if is_compared => return role("under", slot),
                "more" | "higher" | "greater" | "longer" if is_compared => return role("over", slot),
                _ => is_compared = word == "than",
            }
            if is_compared {
                continue;
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
