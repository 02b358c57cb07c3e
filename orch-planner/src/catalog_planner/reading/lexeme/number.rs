//! Numbers in words, and words that multiply the digits before them.

use serde_json::Number;

use super::{Kind, Lexeme, Quantity};
use crate::catalog_planner::number::{of_word, of_words};

/// Words that say how often the number before them is meant.
const SCALES: &[(&str, f64)] = &[
    ("hundred", 1e2),
    ("thousand", 1e3),
    ("million", 1e6),
    ("billion", 1e9),
    ("trillion", 1e12),
];

/// A number so many times.
pub(super) fn times(value: &Number, scale: f64) -> Option<Number> {
    let product = value.as_f64()? * scale;
    let whole = product.round();
    if (product - whole).abs() < 1e-6 && whole.abs() < 9e15 {
        format!("{whole:.0}").parse::<i64>().ok().map(Number::from)
    } else {
        Number::from_f64(product)
    }
}

/// The lexemes with numbers in words joined: "two hundred", "2.5 million", "a dozen".
pub(super) fn joined(lexemes: Vec<Lexeme>) -> Vec<Lexeme> {
    let mut read: Vec<Lexeme> = Vec::with_capacity(lexemes.len());
    let mut lexemes = lexemes.into_iter().peekable();
    while let Some(mut lexeme) = lexemes.next() {
        if let Kind::Number(quantity) = &mut lexeme.kind {
            let next = lexemes.peek().map(|next| next.lower.clone()).unwrap_or_default();
            if let Some((scale, value)) = SCALES
                .iter()
                .find(|(word, _)| *word == next)
                .and_then(|(_, scale)| Some((*scale, times(&quantity.value, *scale)?)))
                .filter(|_| quantity.unit.is_empty() || "$€£¥₹".contains(&quantity.unit))
                && scale > 0.0
                && let Some(word) = lexemes.next()
            {
                quantity.value = value;
                lexeme.span.end = word.span.end;
                lexeme.text = format!("{} {}", lexeme.text, word.text);
            }
            read.push(lexeme);
            continue;
        }
        let Some(first) = Some(lexeme.word())
            .filter(|word| !word.is_empty())
            .and_then(of_word)
        else {
            read.push(lexeme);
            continue;
        };
        let before = read.last().map(Lexeme::word).unwrap_or_default();
        let is_thing = [
            "this", "that", "the", "each", "every", "which", "no", "any", "another", "last", "other", "new",
        ]
        .contains(&before);
        let goes_on = lexemes.peek().is_some_and(|next| of_word(next.word()).is_some());
        let after = lexemes
            .peek()
            .map(|next| next.word().to_owned())
            .unwrap_or_default();
        let is_pronoun = first == 1
            && (is_thing || ["of", "for", "with", "that", "in", "from", ""].contains(&after.as_str()));
        // "Hundreds of" is no number, and "One" in a name such as "Formula One" neither.
        let is_name = lexeme.is_capitalized() && read.last().is_some_and(Lexeme::is_capitalized);
        if (is_pronoun && !goes_on) || is_name {
            read.push(lexeme);
            continue;
        }
        let mut numbers = vec![first];
        let mut span = lexeme.span.clone();
        let mut text = lexeme.text.clone();
        loop {
            let is_number = |lexeme: &Lexeme| of_word(lexeme.word()).is_some();
            let joins = lexemes.peek().is_some_and(|next| next.word() == "and")
                && numbers.iter().any(|number| *number >= 100);
            if joins {
                // "Two hundred and five" goes on; "two hundred and more" does not.
                let mut ahead = lexemes.clone();
                ahead.next();
                if !ahead.peek().is_some_and(is_number) {
                    break;
                }
                lexemes.next();
            }
            let last = numbers.last().copied().unwrap_or_default();
            // "Twenty five" is one number, "two six-sided dice" are two.
            let goes_on = |lexeme: &Lexeme| {
                of_word(lexeme.word())
                    .is_some_and(|next| last >= 100 || next == 12 || next >= 100 || (last >= 20 && next < 10))
            };
            let Some(next) = lexemes.next_if(goes_on) else {
                break;
            };
            numbers.extend(of_word(next.word()));
            span.end = next.span.end;
            text = format!("{text} {}", next.text);
        }
        match of_words(&numbers) {
            Some(number) => {
                let quantity = Quantity {
                    value: number.into(),
                    unit: String::new(),
                    is_word: true,
                };
                read.push(Lexeme::new(&text, span, Kind::Number(quantity)));
            }
            None => read.push(lexeme),
        }
    }
    read
}
