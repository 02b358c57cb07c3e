//! What every agent of text shares: the bound, its words and its sentences.

use unicode_segmentation::UnicodeSegmentation;

/// The longest text that an agent reads, in bytes of UTF-8.
pub const MAX_TEXT_BYTES: usize = 1_000_000;

/// The words of a text, as Unicode defines them (UAX 29).
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.unicode_words()
}

/// The sentences of a text that say something: trimmed, each with a letter or a digit in it.
pub(super) fn sentences(text: &str) -> impl Iterator<Item = &str> {
    pieces(text).filter(|piece| piece.chars().any(char::is_alphanumeric))
}

/// The pieces into which line ends and ends of sentences cut a text, trimmed and not empty.
///
/// A period ends a sentence before white space, unless a lowercase letter follows; `!` and `?` end one before white
/// space, the full-width marks always. The sentence rules of UAX 29 say much the same, but the implementation at hand
/// looks ahead anew from each closing mark: 20 kB of `)` after a period take it a minute. This one is linear.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = &str> {
    text.split(is_line_end)
        .flat_map(|line| Pieces { rest: line })
        .map(str::trim)
        .filter(|piece| !piece.is_empty())
}

struct Pieces<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Pieces<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        if self.rest.is_empty() {
            return None;
        }
        let (piece, rest) = self.rest.split_at(end_of_sentence(self.rest));
        self.rest = rest;
        Some(piece)
    }
}

/// Where the first sentence of a line ends, past the white space behind it.
fn end_of_sentence(line: &str) -> usize {
    let mut ending = None; // the strongest mark since the last character that was neither mark, closer nor space
    let mut is_spaced = false;
    for (at, character) in line.char_indices() {
        match character {
            _ if character.is_whitespace() => is_spaced = ending.is_some(),
            _ if is_spaced && !(ending == Some(Ending::Period) && character.is_lowercase()) => return at,
            '。' | '！' | '？' => (ending, is_spaced) = (Some(Ending::FullWidth), false),
            '!' | '?' => (ending, is_spaced) = (Some(Ending::Mark), false),
            '.' | '…' => (ending, is_spaced) = (Some(ending.unwrap_or(Ending::Period)), false),
            ')' | ']' | '}' | '"' | '\'' | '”' | '’' | '»' | '」' | '』'
                if ending.is_some() && !is_spaced => {}
            _ if ending == Some(Ending::FullWidth) => return at,
            _ => (ending, is_spaced) = (None, false),
        }
    }
    line.len()
}

#[derive(Clone, Copy, PartialEq)]
enum Ending {
    Period,
    Mark,
    FullWidth,
}

fn is_line_end(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// A ratio for people to read: rounded to this many decimals, and never a negative zero.
pub(super) fn rounded(value: f64, decimals: i32) -> f64 {
    let scale = 10_f64.powi(decimals);
    (value * scale).round() / scale + 0.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cut(text: &str) -> Vec<&str> {
        sentences(text).collect()
    }

    #[test]
    fn sentences_end_where_a_reader_would_end_them() {
        assert_eq!(
            cut("It rained. We stayed! Did you? Yes"),
            ["It rained.", "We stayed!", "Did you?", "Yes"]
        );
        assert_eq!(
            cut("He said \"stop.\" Then he left."),
            ["He said \"stop.\"", "Then he left."]
        );
        assert_eq!(
            cut("Well... maybe. Or not?! no"),
            ["Well... maybe.", "Or not?!", "no"]
        );
        assert_eq!(
            cut("first line\r\nsecond line\u{2028}third"),
            ["first line", "second line", "third"]
        );
        assert_eq!(cut("雨が降った。家にいた。"), ["雨が降った。", "家にいた。"]);
    }

    #[test]
    fn a_period_within_a_sentence_does_not_end_it() {
        assert_eq!(cut("It costs 3.50 at example.com, e.g. in May.").len(), 1);
    }

    #[test]
    fn what_has_no_letter_and_no_digit_is_no_sentence() {
        assert_eq!(cut(" ... \n\n --- \n?! "), [""; 0]);
        assert_eq!(pieces("Fine. :)").collect::<Vec<_>>(), ["Fine.", ":)"]);
    }

    #[test]
    fn a_megabyte_of_closing_marks_is_cut_at_once() {
        let text = format!("a.{}", ")".repeat(MAX_TEXT_BYTES));
        assert_eq!(pieces(&text).count(), 1);
    }

    proptest! {
        #[test]
        fn cutting_loses_nothing_but_white_space(text in r#"[a-zA-Z .!?。)"\n\u{2028}é👍]{0,200}"#) {
            let solid = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(pieces(&text).map(solid).collect::<String>(), solid(&text));
        }

        #[test]
        fn any_text_can_be_cut(text in any::<String>()) {
            prop_assert!(pieces(&text).all(|piece| !piece.is_empty() && piece.trim() == piece));
        }
    }
}
