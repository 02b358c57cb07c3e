//! The words of a text that carry its meaning, grouped by stem.

use std::{collections::HashSet, sync::LazyLock};

use rust_stemmers::{Algorithm, Stemmer};

use super::text::words;

static STOP_WORDS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    stop_words::lookup("en")
        .unwrap_or_default()
        .iter()
        .copied()
        .collect()
});

/// Words longer than this are kept as they are: no English stem is hidden in them.
const MAX_STEMMED_BYTES: usize = 64;

/// A word that carries meaning.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Term {
    /// As it stands in the text, in lower case.
    pub(super) word: String,
    /// What it shares with its inflections: `batteri` for `battery` and `batteries`.
    pub(super) stem: String,
}

/// The terms of a text in reading order: its words without stop words, numbers and single characters.
pub(super) fn terms(text: &str) -> impl Iterator<Item = Term> {
    let stemmer = Stemmer::create(Algorithm::English);
    words(text).filter_map(move |word| {
        let word = word.to_lowercase().replace('’', "'");
        let is_term = word.chars().nth(1).is_some()
            && word.chars().any(char::is_alphabetic)
            && !STOP_WORDS.contains(word.as_str());
        is_term.then(|| {
            let stem = if word.len() > MAX_STEMMED_BYTES {
                word.clone()
            } else {
                stemmer.stem(&word).into_owned()
            };
            Term { word, stem }
        })
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn stems(text: &str) -> Vec<String> {
        terms(text).map(|term| term.stem).collect()
    }

    #[test]
    fn inflections_share_a_stem() {
        assert_eq!(stems("Battery batteries BATTERY’S"), ["batteri"; 3]);
        assert_eq!(stems("connect connected connecting connections"), ["connect"; 4]);
    }

    #[test]
    fn words_without_meaning_are_left_out() {
        assert_eq!(stems("It is 1984, and I don't, they’re not, a x"), [""; 0]);
    }

    proptest! {
        #[test]
        fn any_text_has_terms_or_none(text in any::<String>()) {
            prop_assert!(terms(&text).all(|term| term.word.chars().count() > 1));
        }

        #[test]
        fn words_near_english_ones_are_stemmed(text in "[a-z'yéß’\u{301}]{0,12}(ing|ed|ies|ly|ational|'s|s)?") {
            prop_assert!(terms(&text).all(|term| term.word.chars().count() > 1));
        }
    }
}
