//! Says whether a text is positive, neutral or negative.
//!
//! The scores are VADER's (Hutto and Gilbert, "VADER: A Parsimonious Rule-based Model for Sentiment Analysis of Social
//! Media Text", ICWSM 2014), a model of single sentences; a longer text is the mean of its sentences, as its authors
//! advise.

use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vader_parity::{SentimentIntensityAnalyzer, SentimentScores};

use super::{
    AgentError,
    error::check_text,
    text::{pieces, rounded},
};

/// The compound score from which on a text is positive, and below whose negative it is negative: VADER's own.
const THRESHOLD: f64 = 0.05;

/// Parsing the lexicon takes some 25 ms, so it is done once.
static ANALYZER: LazyLock<SentimentIntensityAnalyzer> = LazyLock::new(SentimentIntensityAnalyzer::new);

/// A text to judge.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The English text to judge, at most 1,000,000 bytes; several texts are separated by line ends.
    #[schemars(length(max = 1_000_000))]
    pub text: String,
}

/// How a text feels.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
pub struct Output {
    /// The feeling of the whole text.
    pub sentiment: Sentiment,
    /// How far the text is from feeling otherwise: 0.5 at the border to another sentiment, 1 farthest from it, 0 for a
    /// text that says nothing.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub confidence: f64,
    /// The shares of the text that feel one way or the other; they add up to 1 but for rounding.
    pub scores: Scores,
    /// The feeling as one number, from -1 (all negative) to 1 (all positive): the mean over the sentences.
    #[schemars(range(min = -1.0, max = 1.0))]
    pub compound: f64,
    /// How many sentences feel one way or the other, each judged alone.
    pub breakdown: Breakdown,
}

/// A feeling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Sentiment {
    /// Pleased.
    Positive,
    /// Neither, or both alike.
    Neutral,
    /// Displeased.
    Negative,
}

/// The shares of a text by feeling, each from 0 to 1.
#[derive(Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Scores {
    /// The positive share.
    pub positive: f64,
    /// The neutral share.
    pub neutral: f64,
    /// The negative share.
    pub negative: f64,
}

/// The number of sentences by feeling.
#[derive(Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Breakdown {
    /// Positive sentences.
    pub positive: usize,
    /// Neutral sentences.
    pub neutral: usize,
    /// Negative sentences.
    pub negative: usize,
}

/// Judges whether a text is positive, neutral or negative, with scores.
///
/// # Errors
///
/// When the text is longer than [`MAX_TEXT_BYTES`](super::MAX_TEXT_BYTES).
pub fn analyze_sentiment(input: Input) -> Result<Output, AgentError> {
    let Input { text } = input;
    check_text(&text)?;
    let mut breakdown = Breakdown::default();
    let mut sum = SentimentScores {
        pos: 0.0,
        neu: 0.0,
        neg: 0.0,
        compound: 0.0,
    };
    let mut count = 0_usize;
    for scores in pieces(&text).filter_map(score) {
        match Sentiment::of(scores.compound) {
            Sentiment::Positive => breakdown.positive += 1,
            Sentiment::Neutral => breakdown.neutral += 1,
            Sentiment::Negative => breakdown.negative += 1,
        }
        sum.pos += scores.pos;
        sum.neu += scores.neu;
        sum.neg += scores.neg;
        sum.compound += scores.compound;
        count += 1;
    }
    let mean = |sum: f64| rounded(sum / count.max(1) as f64, 4);
    let compound = mean(sum.compound);
    Ok(Output {
        sentiment: Sentiment::of(compound),
        confidence: if count == 0 { 0.0 } else { confidence(compound) },
        scores: Scores {
            positive: mean(sum.pos),
            neutral: mean(sum.neu),
            negative: mean(sum.neg),
        },
        compound,
        breakdown,
    })
}

impl Sentiment {
    fn of(compound: f64) -> Self {
        if compound >= THRESHOLD {
            Self::Positive
        } else if compound <= -THRESHOLD {
            Self::Negative
        } else {
            Self::Neutral
        }
    }
}

/// The scores of one piece of text; `None` for dashes and the like, which would only dilute the mean. An emoticon or
/// an emoji alone does count.
fn score(piece: &str) -> Option<SentimentScores> {
    let scores = ANALYZER.polarity_scores(piece);
    (scores.compound != 0.0 || piece.chars().any(char::is_alphanumeric)).then_some(scores)
}

/// 0.5 at the threshold, 1 at the far end: -1 or 1 for a feeling, 0 for none.
fn confidence(compound: f64) -> f64 {
    let strength = compound.abs();
    let distance = if strength >= THRESHOLD {
        (strength - THRESHOLD) / (1.0 - THRESHOLD)
    } else {
        (THRESHOLD - strength) / THRESHOLD
    };
    rounded(0.5 + distance / 2.0, 4)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn analyze(text: &str) -> Output {
        analyze_sentiment(Input {
            text: text.to_owned(),
        })
        .unwrap()
    }

    /// The examples that the README of the reference implementation (vaderSentiment, Python) publishes with their
    /// output, where they are one sentence and where its release 3.3.2 still prints what its README says.
    #[test]
    fn the_published_examples_score_as_published() {
        for (text, positive, neutral, negative, compound) in [
            ("VADER is smart, handsome, and funny.", 0.746, 0.254, 0.0, 0.8316),
            ("VADER is smart, handsome, and funny!", 0.752, 0.248, 0.0, 0.8439),
            (
                "VADER is very smart, handsome, and funny.",
                0.701,
                0.299,
                0.0,
                0.8545,
            ),
            (
                "VADER is VERY SMART, handsome, and FUNNY.",
                0.754,
                0.246,
                0.0,
                0.9227,
            ),
            (
                "VADER is VERY SMART, handsome, and FUNNY!!!",
                0.767,
                0.233,
                0.0,
                0.9342,
            ),
            (
                "VADER is VERY SMART, uber handsome, and FRIGGIN FUNNY!!!",
                0.706,
                0.294,
                0.0,
                0.9469,
            ),
            (
                "VADER is not smart, handsome, nor funny.",
                0.0,
                0.354,
                0.646,
                -0.7424,
            ),
            ("The book was good.", 0.492, 0.508, 0.0, 0.4404),
            ("The book was only kind of good.", 0.303, 0.697, 0.0, 0.3832),
            (
                "The plot was good, but the characters are uncompelling and the dialog is not great.",
                0.094,
                0.579,
                0.327,
                -0.7042,
            ),
            ("Today SUX!", 0.0, 0.221, 0.779, -0.5461),
            ("Make sure you :) or :D today!", 0.706, 0.294, 0.0, 0.8633),
            ("Not bad at all", 0.487, 0.513, 0.0, 0.431),
        ] {
            let output = analyze(text);
            assert_eq!(
                output.scores,
                Scores {
                    positive,
                    neutral,
                    negative
                },
                "{text}"
            );
            assert_eq!(output.compound, compound, "{text}");
        }
    }

    #[test]
    fn a_long_text_is_the_mean_of_its_sentences() {
        let output = analyze("The book was good. The book was only kind of good.\nIt has pages.");
        assert_eq!(output.compound, rounded((0.4404 + 0.3832 + 0.0) / 3.0, 4));
        assert_eq!(
            output.breakdown,
            Breakdown {
                positive: 2,
                neutral: 1,
                negative: 0
            }
        );
    }

    #[test]
    fn a_text_that_says_nothing_is_neutral_without_confidence() {
        for text in ["", " \n ", "--- ..."] {
            let output = analyze(text);
            assert_eq!(
                (output.sentiment, output.confidence),
                (Sentiment::Neutral, 0.0),
                "{text:?}"
            );
        }
    }

    #[test]
    fn a_picture_of_a_feeling_counts() {
        assert_eq!(analyze("😁").sentiment, Sentiment::Positive);
        assert_eq!(analyze(":(").sentiment, Sentiment::Negative);
    }

    #[test]
    fn the_borders_belong_to_the_feelings() {
        use Sentiment::{Negative, Neutral, Positive};
        let sentiments = [-0.05, -0.0499, 0.0, 0.0499, 0.05].map(Sentiment::of);
        assert_eq!(sentiments, [Negative, Neutral, Neutral, Neutral, Positive]);
    }

    #[test]
    fn confidence_grows_away_from_the_border() {
        assert_eq!(
            [0.0, 0.05, 1.0, -0.05, -1.0].map(confidence),
            [1.0, 0.5, 1.0, 0.5, 1.0]
        );
        assert!(confidence(0.9) > confidence(0.2));
        assert!(confidence(0.01) > confidence(-0.04));
    }

    #[test]
    fn a_text_beyond_the_bound_is_refused() {
        let text = "a".repeat(super::super::MAX_TEXT_BYTES + 1);
        assert_eq!(analyze_sentiment(Input { text }).unwrap_err().field(), "text");
    }

    proptest! {
        #[test]
        fn the_scores_of_any_text_are_in_their_ranges(text in any::<String>()) {
            let Output { confidence, scores, compound, .. } = analyze(&text);
            prop_assert!((-1.0..=1.0).contains(&compound) && (0.0..=1.0).contains(&confidence));
            let sum = scores.positive + scores.neutral + scores.negative;
            prop_assert!(sum == 0.0 || (sum - 1.0).abs() < 0.002, "{}", sum);
        }

        #[test]
        fn any_order_of_common_words_is_scored(
            text in "((not|never|so|this|but|least|at|very|GOOD|bad|kind|of|the|bomb|doubt|:\\)|!|😁)[ .]){0,20}"
        ) {
            prop_assert!((-1.0..=1.0).contains(&analyze(&text).compound));
        }
    }
}
