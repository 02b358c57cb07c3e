//! Addresses: a number and a street, perhaps with its city.

use crate::catalog_planner::reading::lexeme::Lexeme;

/// Words at the end of a street's name.
const STREETS: &[&str] = &[
    "alley",
    "ave",
    "avenue",
    "blvd",
    "boulevard",
    "circle",
    "court",
    "crescent",
    "drive",
    "highway",
    "lane",
    "ln",
    "parkway",
    "place",
    "plaza",
    "rd",
    "road",
    "square",
    "st",
    "street",
    "terrace",
    "way",
];
/// The most words of a street's name.
const MAX_WORDS: usize = 4;

/// Where the address ends that begins with a house's number at `at`: "12 Hill Road", "12 Hill Road, Leeds".
pub(super) fn read(lexemes: &[Lexeme], at: usize) -> Option<usize> {
    let number = lexemes[at].quantity()?;
    if number.is_word || number.unit.len() > 1 {
        return None;
    }
    let names = |from: usize| {
        lexemes[from..]
            .iter()
            .take_while(|lexeme| lexeme.is_capitalized())
            .count()
    };
    let length = names(at + 1).min(MAX_WORDS);
    let last = lexemes[at + 1..at + 1 + length]
        .iter()
        .rposition(|lexeme| STREETS.contains(&lexeme.lower.trim_end_matches('.')))
        .filter(|place| *place > 0)?;
    let mut end = at + 2 + last;
    // "Leeds" and "Austin, TX" after it belong to it.
    while lexemes.get(end).is_some_and(|next| next.is_mark(',')) && names(end + 1) > 0 {
        end += 1 + names(end + 1);
    }
    Some(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog_planner::reading::lexeme::lexemes;

    #[test]
    fn an_address_is_a_number_and_a_street() {
        let read = |text: &str| read(&lexemes(text), 0);
        assert_eq!(read("12 Hill Road to go"), Some(3));
        assert_eq!(read("12 Hill Road, Leeds"), Some(5));
        assert_eq!((read("12 Angry Men"), read("12 roads")), (None, None));
    }
}
