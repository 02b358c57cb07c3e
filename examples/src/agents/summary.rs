//! Picks the sentences that say best what a text is about.
//!
//! A sentence is a vector of its terms, each weighed by how often it occurs in the sentence and how few sentences have
//! it; a sentence scores by its cosine with the sum of all (centroid summarization: Radev, Jing, Styś and Tam 2004).
//! That takes time linear in the text, where comparing every two sentences would not.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, HashMap},
    ops::RangeInclusive,
};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    AgentError,
    error::{check_range, check_text},
    terms::terms,
    text,
};

const SENTENCES: RangeInclusive<usize> = 1..=50;

/// Sentences this alike say the same; only the better one is taken.
const SAME: f64 = 0.9;

fn default_sentences() -> usize {
    3
}

/// A text to summarize.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The English text to summarize, at most 1,000,000 bytes.
    #[schemars(length(max = 1_000_000))]
    pub text: String,
    /// How many sentences the summary has at most, from 1 to 50.
    #[serde(default = "default_sentences")]
    #[schemars(range(min = 1, max = 50))]
    pub sentences: usize,
}

/// A summary in the text's own words.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Output {
    /// The chosen sentences as one text, in the order in which they stand in the original.
    pub summary: String,
    /// The chosen sentences one by one.
    pub sentences: Vec<String>,
}

/// Summarizes a text by its most telling sentences, in their original order.
///
/// # Errors
///
/// When the text is longer than [`MAX_TEXT_BYTES`](super::MAX_TEXT_BYTES), or the number of sentences is not from 1 to
/// 50.
pub fn summarize_text(input: Input) -> Result<Output, AgentError> {
    let Input {
        text,
        sentences: count,
    } = input;
    check_text(&text)?;
    check_range("sentences", count, &SENTENCES)?;
    let all: Vec<&str> = text::sentences(&text).collect();
    let chosen = choose(&vectors(&all), count);
    let sentences: Vec<String> = chosen.into_iter().map(|at| all[at].to_owned()).collect();
    Ok(Output {
        summary: sentences.join(" "),
        sentences,
    })
}

/// A sentence as weights by term number, of length 1 (or 0, if it has no terms).
type Vector = BTreeMap<usize, f64>;

fn vectors(sentences: &[&str]) -> Vec<Vector> {
    let mut numbers: HashMap<String, usize> = HashMap::new();
    let mut n_sentences_with: Vec<usize> = Vec::new();
    let mut vectors = Vec::with_capacity(sentences.len());
    for sentence in sentences {
        let mut vector = Vector::new();
        for term in terms(sentence) {
            let next = numbers.len();
            *vector
                .entry(*numbers.entry(term.stem).or_insert(next))
                .or_insert(0.0) += 1.0;
        }
        n_sentences_with.resize(numbers.len(), 0);
        for term in vector.keys() {
            n_sentences_with[*term] += 1;
        }
        vectors.push(vector);
    }
    for vector in &mut vectors {
        for (term, weight) in vector.iter_mut() {
            // One is added so that a term in every sentence still tells that a sentence is about the text.
            *weight *= (sentences.len() as f64 / n_sentences_with[*term] as f64).ln() + 1.0;
        }
        let length = vector.values().map(|weight| weight * weight).sum::<f64>().sqrt();
        vector.values_mut().for_each(|weight| *weight /= length);
    }
    vectors
}

/// The places of the best sentences, in order; of equally good ones the earlier is better.
fn choose(vectors: &[Vector], count: usize) -> Vec<usize> {
    let mut centroid = Vector::new();
    for (term, weight) in vectors.iter().flatten() {
        *centroid.entry(*term).or_insert(0.0) += weight;
    }
    let scores: Vec<f64> = vectors.iter().map(|vector| dot(vector, &centroid)).collect();
    let mut ranking: Vec<usize> = (0..vectors.len()).collect();
    ranking.sort_by(|one, other| {
        scores[*other]
            .partial_cmp(&scores[*one])
            .unwrap_or(Ordering::Equal)
    });
    let mut chosen: Vec<usize> = Vec::new();
    for at in ranking {
        if chosen.len() == count {
            break;
        }
        if chosen
            .iter()
            .all(|taken| dot(&vectors[at], &vectors[*taken]) < SAME)
        {
            chosen.push(at);
        }
    }
    chosen.sort_unstable();
    chosen
}

/// The cosine, where both vectors have length 1.
fn dot(one: &Vector, other: &Vector) -> f64 {
    one.iter()
        .filter_map(|(term, weight)| Some(weight * other.get(term)?))
        .sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn summarize(text: &str, sentences: usize) -> Vec<String> {
        summarize_text(Input {
            text: text.to_owned(),
            sentences,
        })
        .unwrap()
        .sentences
    }

    const PUMPS: &str = "The harbor has an old pump. Yesterday it rained. The pump keeps the harbor dry. \
        Lunch was late. Without the pump the harbor would flood.";

    #[test]
    fn the_sentences_about_the_subject_are_chosen_in_their_order() {
        let pumps = [
            "The harbor has an old pump.",
            "The pump keeps the harbor dry.",
            "Without the pump the harbor would flood.",
        ];
        assert_eq!(summarize(PUMPS, 3), pumps);
        let output = summarize_text(Input {
            text: PUMPS.to_owned(),
            sentences: 3,
        })
        .unwrap();
        assert_eq!(output.summary, pumps.join(" "));
    }

    #[test]
    fn a_shorter_text_is_its_own_summary() {
        assert_eq!(
            summarize("One thing. Another matter.", 5),
            ["One thing.", "Another matter."]
        );
        assert_eq!(summarize("", 5), [""; 0]);
        assert_eq!(summarize(" ... ", 5), [""; 0]);
    }

    #[test]
    fn what_was_said_is_not_said_again() {
        let text = "The pump is broken. The pump is broken! The tank is empty.";
        assert_eq!(summarize(text, 3), ["The pump is broken.", "The tank is empty."]);
    }

    #[test]
    fn the_number_of_sentences_has_a_default_and_a_range() {
        let input: Input = serde_json::from_str(r#"{"text": "a"}"#).unwrap();
        assert_eq!(input.sentences, 3);
        for sentences in [0, 51] {
            let error = summarize_text(Input {
                text: String::new(),
                sentences,
            })
            .unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("sentences: {sentences} is not between 1 and 50")
            );
        }
    }

    #[test]
    fn a_text_beyond_the_bound_is_refused() {
        let text = "a".repeat(super::super::MAX_TEXT_BYTES + 1);
        assert_eq!(
            summarize_text(Input { text, sentences: 1 }).unwrap_err().field(),
            "text"
        );
    }

    proptest! {
        #[test]
        fn any_summary_is_cut_from_its_text(text in any::<String>(), count in 1_usize..=50) {
            let sentences = summarize(&text, count);
            prop_assert!(sentences.len() <= count);
            prop_assert!(sentences.iter().all(|sentence| text.contains(sentence)));
        }

        #[test]
        fn a_summary_keeps_order_and_repeats(words in prop::collection::vec("[a-f]{2}", 1..60), count in 1_usize..=5) {
            let text = words.chunks(4).map(|words| format!("X{}.", words.join(" "))).collect::<Vec<_>>().join(" ");
            let sentences = summarize(&text, count);
            let mut rest = text.as_str();
            for sentence in &sentences {
                let (_, after) = rest.split_once(sentence.as_str()).expect("in order");
                rest = after;
            }
            prop_assert_eq!(sentences, summarize(&text, count));
        }
    }
}
