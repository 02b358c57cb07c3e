//! Counts what a text is made of.

use std::collections::HashSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    AgentError,
    error::check_text,
    text::{rounded, sentences, words},
};

/// What an adult reads silently, in words per minute: the mean of 190 studies of English non-fiction (Brysbaert 2019,
/// "How many words do we read per minute?").
const WORDS_PER_MINUTE: u64 = 238;

/// A text to count.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The text to count, at most 1,000,000 bytes.
    #[schemars(length(max = 1_000_000))]
    pub text: String,
}

/// The counts of a text.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
pub struct Output {
    /// Characters, white space included.
    pub characters: usize,
    /// Words, as Unicode defines them: `don't` and `3.5` are one each.
    pub words: usize,
    /// Different words, whatever their case.
    pub unique_words: usize,
    /// Sentences; a line end ends one as well.
    pub sentences: usize,
    /// Words per sentence, to two decimals; 0 when there is no sentence.
    pub average_words_per_sentence: f64,
    /// The longest word, the first of several; empty when there is no word.
    pub longest_word: String,
    /// Seconds an adult takes to read it silently, at 238 words per minute, rounded up.
    pub reading_time_seconds: u64,
}

/// Counts the characters, words and sentences of a text and estimates how long it takes to read.
///
/// # Errors
///
/// When the text is longer than [`MAX_TEXT_BYTES`](super::MAX_TEXT_BYTES).
pub fn text_statistics(input: Input) -> Result<Output, AgentError> {
    let Input { text } = input;
    check_text(&text)?;
    let mut count = 0;
    let mut unique = HashSet::new();
    let (mut longest, mut longest_length) = ("", 0);
    for word in words(&text) {
        count += 1;
        unique.insert(word.to_lowercase());
        let length = word.chars().count();
        if length > longest_length {
            (longest, longest_length) = (word, length);
        }
    }
    let sentences = sentences(&text).count();
    Ok(Output {
        characters: text.chars().count(),
        words: count,
        unique_words: unique.len(),
        sentences,
        average_words_per_sentence: rounded(count as f64 / sentences.max(1) as f64, 2),
        longest_word: longest.to_owned(),
        reading_time_seconds: (count as u64 * 60).div_ceil(WORDS_PER_MINUTE),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn statistics(text: &str) -> Output {
        text_statistics(Input {
            text: text.to_owned(),
        })
        .unwrap()
    }

    #[test]
    fn a_short_text_is_counted() {
        assert_eq!(
            statistics("The café isn't open. The bar, however, is!"),
            Output {
                characters: 42,
                words: 8,
                unique_words: 7,
                sentences: 2,
                average_words_per_sentence: 4.0,
                longest_word: "however".to_owned(),
                reading_time_seconds: 3,
            }
        );
    }

    #[test]
    fn nothing_counts_as_nothing() {
        for text in ["", " \n\t "] {
            let output = statistics(text);
            assert_eq!(
                (output.words, output.sentences, output.reading_time_seconds),
                (0, 0, 0),
                "{text:?}"
            );
            assert_eq!(
                (output.average_words_per_sentence, output.longest_word.as_str()),
                (0.0, ""),
                "{text:?}"
            );
        }
    }

    #[test]
    fn a_minute_holds_as_many_words_as_are_read_in_it() {
        assert_eq!(statistics(&"word ".repeat(238)).reading_time_seconds, 60);
        assert_eq!(statistics(&"word ".repeat(239)).reading_time_seconds, 61);
    }

    #[test]
    fn a_text_beyond_the_bound_is_refused() {
        let text = "a".repeat(super::super::MAX_TEXT_BYTES + 1);
        assert_eq!(text_statistics(Input { text }).unwrap_err().field(), "text");
    }

    proptest! {
        #[test]
        fn the_counts_of_any_text_agree_with_each_other(text in any::<String>()) {
            let output = statistics(&text);
            prop_assert!(output.unique_words <= output.words && output.words <= output.characters);
            prop_assert_eq!(output.longest_word.is_empty(), output.words == 0);
            prop_assert!(text.contains(&output.longest_word));
        }

        #[test]
        fn a_text_twice_has_twice_the_words_and_no_new_ones(text in "[a-z ]{0,100}") {
            let (once, twice) = (statistics(&text), statistics(&format!("{text}\n{text}")));
            prop_assert_eq!((twice.words, twice.unique_words), (2 * once.words, once.unique_words));
        }
    }
}
