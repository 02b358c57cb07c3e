//! Finds the words that a text is about.

use std::{
    cmp::{Ordering, Reverse},
    collections::BTreeMap,
    ops::RangeInclusive,
};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    AgentError,
    error::{check_range, check_text},
    terms::terms,
    text::rounded,
};

const COUNT: RangeInclusive<usize> = 1..=100;

fn default_count() -> usize {
    10
}

/// A text to find keywords in.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The English text to find keywords in, at most 1,000,000 bytes.
    #[schemars(length(max = 1_000_000))]
    pub text: String,
    /// How many keywords to return at most, from 1 to 100.
    #[serde(default = "default_count")]
    #[schemars(range(min = 1, max = 100))]
    pub count: usize,
}

/// The keywords of a text.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
pub struct Output {
    /// The keywords, the most frequent first; equally frequent ones in alphabetical order.
    pub keywords: Vec<Keyword>,
}

/// A word that a text is about.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
pub struct Keyword {
    /// The word in lower case, in its most frequent form: `battery` stands for `batteries` as well.
    pub keyword: String,
    /// Its occurrences relative to the most frequent keyword's, from 0 to 1.
    pub score: f64,
    /// How often it occurs, in whatever form.
    pub occurrences: usize,
}

/// Finds the most frequent meaningful words of a text, inflections counted together and stop words left out.
///
/// # Errors
///
/// When the text is longer than [`MAX_TEXT_BYTES`](super::MAX_TEXT_BYTES), or the count is not from 1 to 100.
pub fn extract_keywords(input: Input) -> Result<Output, AgentError> {
    let Input { text, count } = input;
    check_text(&text)?;
    check_range("count", count, &COUNT)?;
    let mut forms: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    for term in terms(&text) {
        *forms.entry(term.stem).or_default().entry(term.word).or_default() += 1;
    }
    let mut keywords: Vec<Keyword> = forms.into_values().filter_map(keyword).collect();
    keywords.sort_unstable_by(by_rank);
    keywords.truncate(count);
    let most = keywords.first().map_or(1, |keyword| keyword.occurrences);
    for keyword in &mut keywords {
        keyword.score = rounded(keyword.occurrences as f64 / most as f64, 4);
    }
    Ok(Output { keywords })
}

/// The keyword of one stem: its most frequent form, of several the shortest, of these the first in the alphabet.
fn keyword(forms: BTreeMap<String, usize>) -> Option<Keyword> {
    let occurrences = forms.values().sum();
    let (keyword, _) = forms
        .into_iter()
        .min_by_key(|(form, count)| (Reverse(*count), form.len(), form.clone()))?;
    Some(Keyword {
        keyword,
        score: 0.0,
        occurrences,
    })
}

fn by_rank(one: &Keyword, other: &Keyword) -> Ordering {
    other
        .occurrences
        .cmp(&one.occurrences)
        .then_with(|| one.keyword.cmp(&other.keyword))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn extract(text: &str, count: usize) -> Vec<(String, usize, f64)> {
        let output = extract_keywords(Input {
            text: text.to_owned(),
            count,
        })
        .unwrap();
        output
            .keywords
            .into_iter()
            .map(|k| (k.keyword, k.occurrences, k.score))
            .collect()
    }

    #[test]
    fn the_most_frequent_word_comes_first_and_ties_follow_the_alphabet() {
        let text =
            "The pump feeds the tank. Pumps leak; a leak empties the tank. Check the pump, then a valve.";
        assert_eq!(
            extract(text, 3),
            [
                ("pump".to_owned(), 3, 1.0),
                ("leak".to_owned(), 2, 0.6667),
                ("tank".to_owned(), 2, 0.6667)
            ]
        );
    }

    #[test]
    fn the_most_frequent_form_stands_for_the_others() {
        assert_eq!(
            extract("Batteries! Batteries, battery.", 9),
            [("batteries".to_owned(), 3, 1.0)]
        );
        assert_eq!(extract("batteries battery", 9), [("battery".to_owned(), 2, 1.0)]);
    }

    #[test]
    fn a_text_without_meaningful_words_has_no_keywords() {
        assert_eq!(extract("", 10), []);
        assert_eq!(extract("It is what it is. 42!", 10), []);
    }

    #[test]
    fn the_count_has_a_default_and_a_range() {
        let input: Input = serde_json::from_str(r#"{"text": "a"}"#).unwrap();
        assert_eq!(input.count, 10);
        for count in [0, 101] {
            let error = extract_keywords(Input {
                text: String::new(),
                count,
            })
            .unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("count: {count} is not between 1 and 100")
            );
        }
    }

    #[test]
    fn a_text_beyond_the_bound_is_refused() {
        let text = "a".repeat(super::super::MAX_TEXT_BYTES + 1);
        assert_eq!(
            extract_keywords(Input { text, count: 1 }).unwrap_err().field(),
            "text"
        );
    }

    proptest! {
        #[test]
        fn any_text_has_at_most_as_many_keywords_as_asked_in_order(text in any::<String>(), count in 1_usize..=100) {
            let keywords = extract(&text, count);
            prop_assert!(keywords.len() <= count);
            prop_assert!(keywords.is_sorted_by(|a, b| (Reverse(a.1), &a.0) < (Reverse(b.1), &b.0)));
        }

        #[test]
        fn the_order_of_the_words_does_not_matter(mut words in prop::collection::vec("[a-e]{2,3}", 0..40)) {
            let forward = extract(&words.join(" "), 100);
            words.reverse();
            prop_assert_eq!(forward, extract(&words.join(" "), 100));
        }
    }
}
