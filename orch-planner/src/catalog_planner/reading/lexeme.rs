//! Reads a goal as lexemes: words, numbers, quotations, addresses and marks, each with its place in the text.

mod number;
mod scan;

use std::ops::Range;

use serde_json::{Number, Value};

use super::kin;
use crate::catalog_planner::stem::stem;

/// The smallest part of a goal that means something.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::catalog_planner) struct Lexeme {
    /// Where it stands, in bytes of the goal's text.
    pub(in crate::catalog_planner) span: Range<usize>,
    /// As it is written, an owner's `'s` left out.
    pub(super) text: String,
    /// The same in lower case.
    pub(super) lower: String,
    /// What it shares with its inflections; of words alone.
    pub(super) stem: String,
    /// The stems of words that are said of the same things.
    kin: &'static [String],
    /// What it is.
    pub(super) kind: Kind,
}

/// What a lexeme is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// A word.
    Word,
    /// A word that owns the next, as in "the dog's tail".
    Owner,
    /// A number with what is written at it.
    Number(Quantity),
    /// Text in quotation marks.
    Quote,
    /// Where a file lies.
    Path,
    /// A web address.
    Url,
    /// An e-mail address.
    Email,
    /// A day as ISO 8601 writes it, or with slashes.
    Date,
    /// A time of the day.
    Time,
    /// An array or an object, written out.
    Json(Value),
    /// Letters mixed with digits or signs: an order's number, a formula.
    Code,
    /// A punctuation mark.
    Mark(char),
}

/// A number as people write it.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::catalog_planner) struct Quantity {
    /// How much.
    pub(super) value: Number,
    /// The sign or letters right at it, in lower case: `$`, `%`, `km`, `°c`, `th`.
    pub(super) unit: String,
    /// Whether it is written in words.
    pub(super) is_word: bool,
}

impl Lexeme {
    fn new(text: &str, span: Range<usize>, kind: Kind) -> Self {
        let lower = text.to_lowercase();
        let stem = match kind {
            Kind::Word | Kind::Owner => stem(&lower),
            _ => String::new(),
        };
        Self {
            span,
            text: text.to_owned(),
            lower,
            kin: kin::listed(&stem),
            stem,
            kind,
        }
    }

    /// The lower-case word; empty if it is none.
    pub(super) fn word(&self) -> &str {
        match self.kind {
            Kind::Word | Kind::Owner => &self.lower,
            _ => "",
        }
    }

    /// The stems of words that are said of the same things.
    pub(super) fn kin(&self) -> impl Iterator<Item = &'static str> {
        self.kin.iter().map(String::as_str)
    }

    /// Whether it is a word.
    pub(super) fn is_word(&self) -> bool {
        matches!(self.kind, Kind::Word | Kind::Owner)
    }

    /// Whether it is this mark.
    pub(in crate::catalog_planner) fn is_mark(&self, mark: char) -> bool {
        self.kind == Kind::Mark(mark)
    }

    /// Whether it ends a sentence.
    pub(super) fn ends_sentence(&self) -> bool {
        matches!(self.kind, Kind::Mark('.' | '!' | '?' | '\n' | ';'))
    }

    /// The number, if it is one.
    pub(super) fn quantity(&self) -> Option<&Quantity> {
        match &self.kind {
            Kind::Number(quantity) => Some(quantity),
            _ => None,
        }
    }

    /// Whether it is a word that begins with a capital letter.
    pub(super) fn is_capitalized(&self) -> bool {
        self.is_word() && self.text.starts_with(char::is_uppercase)
    }
}

/// The lexemes of a goal, in order.
pub(super) fn lexemes(text: &str) -> Vec<Lexeme> {
    number::joined(scan::scan(text))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let show = |lexeme: &Lexeme| match &lexeme.kind {
            Kind::Number(quantity) => format!("{}{}", quantity.value, quantity.unit),
            Kind::Word => lexeme.lower.clone(),
            Kind::Mark(mark) => mark.to_string(),
            other => format!("{other:?}:{}", lexeme.text),
        };
        lexemes(text).iter().map(show).collect()
    }

    #[test]
    fn numbers_keep_what_is_written_at_them() {
        assert_eq!(
            shown("$1,500.50, 5% or 5 percent of 3km at 25°C"),
            [
                "1500.5$", ",", "5%", "or", "5", "percent", "of", "3km", "at", "25°c"
            ]
        );
        assert_eq!(shown("two hundred and five"), ["205"]);
        assert_eq!(shown("2.5 million people"), ["2500000", "people"]);
        assert_eq!(
            shown("a 5-day trip, 10k"),
            ["a", "5", "day", "trip", ",", "10000"]
        );
        assert_eq!(shown("one of the 3rd"), ["one", "of", "the", "3rd"]);
        assert_eq!(shown("-4 to -2"), ["-4", "to", "-2"]);
    }

    #[test]
    fn names_and_codes_stay_whole() {
        assert_eq!(
            shown("Dr. Smith-Jones's order AB-1234 and J.K. Rowling"),
            [
                "dr",
                "Owner:Smith-Jones",
                "order",
                "Code:AB-1234",
                "and",
                "j.k.",
                "rowling"
            ]
        );
        assert_eq!(shown("see example.com."), ["see", "Url:example.com", "."]);
        assert_eq!(
            shown("1Z999AA1012, +4915112345678, 88-1234, 2:19-cv-04577, 10-20"),
            [
                "Code:1Z999AA1012",
                ",",
                "Code:+4915112345678",
                ",",
                "Code:88-1234",
                ",",
                "Code:2:19-cv-04577",
                ",",
                "10",
                "20"
            ]
        );
    }

    #[test]
    fn times_dates_and_lists_are_read() {
        assert_eq!(shown("at 10:30 am"), ["at", "Time:10:30 am"]);
        assert_eq!(
            shown("at 5pm on 03/05/2024"),
            ["at", "Time:5pm", "on", "Date:03/05/2024"]
        );
        assert_eq!(shown("[1, 2]"), ["Json(Array [Number(1), Number(2)]):[1, 2]"]);
        assert_eq!(
            shown("['a', 'b']"),
            ["Json(Array [String(\"a\"), String(\"b\")]):['a', 'b']"]
        );
    }

    #[test]
    fn a_unit_that_is_longer_in_lower_case_is_read() {
        assert_eq!(scan::scan("0\u{23a}\u{111e1} ").len(), 2);
    }

    proptest! {
        #[test]
        fn any_text_is_read_in_order(text in "\\PC{0,60}|[a-zA-Z0-9 .,:;'\"$%/\\n\\[\\]-]{0,60}|(one |two |5 |\"|'|-|million |\\n)*") {
            let lexemes = lexemes(&text);
            prop_assert!(lexemes.is_sorted_by(|left, right| left.span.end <= right.span.start));
            prop_assert!(lexemes.iter().all(|lexeme| text.get(lexeme.span.clone()).is_some()));
        }
    }
}
