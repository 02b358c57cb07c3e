//! Mentions: the values that a goal spells out, each with the lexemes that it takes.

mod date;
mod name;
mod street;
mod time;

use std::{collections::BTreeSet, ops::Range};

use orch_core::Timestamp;
use serde_json::Value;

pub(in crate::catalog_planner) use date::Day;
pub(super) use time::clock_time;

use super::{
    gazetteer,
    lexeme::{Kind, Lexeme, Quantity, lexemes},
    slot::unit::is_unit,
};

/// A goal, read.
#[derive(Clone, Debug)]
pub(in crate::catalog_planner) struct ReadGoal {
    /// Its text.
    pub(in crate::catalog_planner) text: String,
    /// Its lexemes.
    pub(in crate::catalog_planner) lexemes: Vec<Lexeme>,
    /// The values that it spells out, in order and apart from each other; but "in 3 days" is a day and a number.
    pub(in crate::catalog_planner) mentions: Vec<Mention>,
    /// The lexemes of sentences that ask for nothing.
    pub(super) framing: BTreeSet<usize>,
    /// The day on which it is told, if that is known.
    pub(super) today: Option<Day>,
}

/// A value that a goal spells out.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::catalog_planner) struct Mention {
    /// The lexemes that it takes.
    pub(in crate::catalog_planner) range: Range<usize>,
    /// As it is written.
    pub(super) text: String,
    /// What it is.
    pub(in crate::catalog_planner) value: Said,
}

/// What a mention is.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::catalog_planner) enum Said {
    /// A number, and the word or sign for what it counts, in lower case.
    Number(Quantity, String),
    /// A day.
    Day(Day),
    /// A time of the day.
    Time,
    /// A proper name; with the place of its comma, as in "Lisbon, Portugal".
    Name(Option<usize>),
    /// Quoted text.
    Quote,
    /// A web address.
    Url,
    /// Where a file lies.
    Path,
    /// An e-mail address.
    Email,
    /// A code or a formula.
    Code,
    /// An array or an object.
    Json(Value),
}

impl ReadGoal {
    /// Reads a goal that is told at a time.
    pub(in crate::catalog_planner) fn new(text: &str, now: Option<Timestamp>) -> Self {
        let lexemes = lexemes(text);
        let today = now.map(Day::of);
        let mut reader = Reader {
            text,
            lexemes: &lexemes,
            today,
            mentions: Vec::new(),
        };
        let mut at = 0;
        while at < lexemes.len() {
            at = reader.step(at);
        }
        let mentions = reader.mentions;
        let mut goal = Self {
            text: text.to_owned(),
            lexemes,
            mentions,
            framing: BTreeSet::new(),
            today,
        };
        goal.framing = super::wish::framing(&goal);
        goal
    }

    /// What lexemes say, as it is written.
    pub(super) fn written(&self, range: Range<usize>) -> &str {
        match (
            self.lexemes.get(range.start),
            range.end.checked_sub(1).and_then(|end| self.lexemes.get(end)),
        ) {
            (Some(first), Some(last)) if range.start < range.end => {
                let end = if last.kind == Kind::Owner {
                    last.span.start + last.text.len()
                } else {
                    last.span.end
                };
                &self.text[first.span.start..end]
            }
            _ => "",
        }
    }
}

pub(super) fn begins_sentence(lexemes: &[Lexeme], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| lexemes.get(before));
    before.is_none_or(|before| {
        before.ends_sentence() || before.is_mark(':') || before.is_mark('-') || before.kind == Kind::Quote
    })
}

struct Reader<'t> {
    text: &'t str,
    lexemes: &'t [Lexeme],
    today: Option<Day>,
    mentions: Vec<Mention>,
}

impl Reader<'_> {
    /// Reads the mention that begins at `at`, if one does; returns where to read on.
    fn step(&mut self, at: usize) -> usize {
        let lexemes = self.lexemes;
        if let Some((day, end)) = date::counted(lexemes, at, self.today) {
            self.push(at..end, Said::Day(day));
        }
        if let Some((day, end)) = date::read(lexemes, at, self.today) {
            return self.push(at..end, Said::Day(day));
        }
        if let Some(end) = time::read(lexemes, at) {
            return self.push(at..end, Said::Time);
        }
        let said = match &lexemes[at].kind {
            Kind::Number(quantity) => {
                return match street::read(lexemes, at) {
                    Some(end) => self.push(at..end, Said::Name(None)),
                    None => self.number(at, quantity),
                };
            }
            Kind::Quote => Said::Quote,
            Kind::Url => Said::Url,
            Kind::Path => Said::Path,
            Kind::Email => Said::Email,
            Kind::Code => Said::Code,
            Kind::Json(value) => Said::Json(value.clone()),
            _ => {
                return match name::read(lexemes, at) {
                    Some((end, comma)) => self.push(at..end, Said::Name(comma)),
                    None => at + 1,
                };
            }
        };
        self.push(at..at + 1, said)
    }

    fn number(&mut self, at: usize, quantity: &Quantity) -> usize {
        let words: Vec<&str> = self.lexemes[at + 1..].iter().take(3).map(Lexeme::word).collect();
        let per = |above: &str, below: &str| is_unit(&format!("{above}/{below}"));
        let unit = match words.as_slice() {
            [above, "per", below] if per(above, below) => format!("{above}/{below}"),
            ["per", below, ..] if per(&quantity.unit, below) => format!("{}/{below}", quantity.unit),
            _ if !quantity.unit.is_empty() => quantity.unit.clone(),
            [first, ..] if is_unit(first) || gazetteer::currency(first).is_some() => (*first).to_owned(),
            // "5 square feet" and "5 US dollars" are counted in what comes second.
            [first, second, ..]
                if !first.is_empty()
                    && (is_unit(second) || gazetteer::currency(&format!("{first} {second}")).is_some()) =>
            {
                match *first {
                    "square" | "sq" | "cubic" => format!("{first} {second}"),
                    _ => (*second).to_owned(),
                }
            }
            [first, ..] => (*first).to_owned(),
            [] => String::new(),
        };
        self.push(at..at + 1, Said::Number(quantity.clone(), unit))
    }

    fn push(&mut self, range: Range<usize>, value: Said) -> usize {
        let (first, last) = (&self.lexemes[range.start], &self.lexemes[range.end - 1]);
        let text = if range.len() == 1 {
            first.text.clone()
        } else {
            let end = if last.kind == Kind::Owner {
                last.span.start + last.text.len()
            } else {
                last.span.end
            };
            self.text[first.span.start..end].to_owned()
        };
        let end = range.end;
        self.mentions.push(Mention { range, text, value });
        end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let goal = ReadGoal::new(text, None);
        let show = |mention: &Mention| match &mention.value {
            Said::Number(quantity, unit) => format!("{} {unit}", quantity.value),
            Said::Name(_) => format!("Name {}", mention.text),
            other => format!(
                "{} {}",
                format!("{other:?}").split('(').next().unwrap_or_default(),
                mention.text
            ),
        };
        goal.mentions.iter().map(show).collect()
    }

    #[test]
    fn values_are_told_apart() {
        assert_eq!(
            shown("Book a table for 4 people at Casa Luna in San Francisco, CA on March 5, 2024 at 7:30 pm"),
            [
                "4 people",
                "Name Casa Luna",
                "Name San Francisco, CA",
                "Day March 5, 2024",
                "Time 7:30 pm"
            ]
        );
        assert_eq!(
            shown(
                "What did Marie Curie's team publish in 1903? Find \"the paper\" by Lord of the Rings fans"
            ),
            [
                "Name Marie Curie",
                "1903 ",
                "Quote the paper",
                "Name Lord of the Rings"
            ]
        );
        assert_eq!(
            shown("Send 20 US dollars tomorrow"),
            ["20 dollars", "Name US", "Day tomorrow"]
        );
        assert_eq!(
            shown("Paris and Rome or Oslo"),
            ["Name Paris", "Name Rome", "Name Oslo"]
        );
    }
}
