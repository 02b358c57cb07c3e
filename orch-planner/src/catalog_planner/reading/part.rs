//! A part of a goal, read once for all the tasks that may answer it.

use std::{collections::BTreeMap, ops::Range};

use super::{
    Library,
    evidence::ANSWER,
    lexeme::Lexeme,
    mention::{ReadGoal, Said},
    verb::{asked, is_small_talk, opens_order, opens_question},
    wish::is_lead,
};
use crate::catalog_planner::{
    stem::stem,
    word::{is_function_word, is_maker, is_request},
};

/// How much a word counts in a sentence that asks for nothing.
const FRAMED: f64 = 0.4;

/// What a part of a goal asks.
#[derive(Debug)]
pub(super) struct Part<'g> {
    /// The goal.
    pub(super) goal: &'g ReadGoal,
    /// Where the part stands in it.
    pub(super) range: Range<usize>,
    /// The words that say something.
    pub(super) contents: Vec<Content<'g>>,
    /// The words that are said side by side.
    pub(super) pairs: Vec<Pair>,
    /// The stems of what it asks for as a question: of "when" the date.
    pub(super) answers: Vec<String>,
    /// The verb that says what it wants done, if it opens it and asks for something definite.
    pub(super) deed: Option<&'g Lexeme>,
    /// Whether a word opens it that asks what is so, and not that something is done.
    pub(super) is_question: bool,
}

/// A word that says something.
#[derive(Debug)]
pub(super) struct Content<'g> {
    /// Its place among the goal's lexemes.
    pub(super) at: usize,
    /// The word.
    pub(super) lexeme: &'g Lexeme,
    /// How telling it is where it stands.
    pub(super) weight: f64,
    /// How rare it is by Okapi BM25.
    pub(super) rarity: f64,
    /// Whether it only asks for what follows it.
    pub(super) asks: bool,
    /// Whether it is part of a value rather than of what is asked.
    pub(super) is_spelled_out: bool,
}

/// Words that are said side by side.
#[derive(Debug)]
pub(super) struct Pair {
    /// Their stems, as a task would say them.
    pub(super) said: String,
    /// The other way round, where a word between them may turn them.
    pub(super) turned: Option<String>,
    /// How telling they are.
    pub(super) weight: f64,
}

/// Stems that stand side by side.
pub(super) fn paired(first: &str, second: &str) -> String {
    format!("{first} {second}")
}

impl Library {
    /// A part of a goal.
    pub(super) fn part<'g>(&self, goal: &'g ReadGoal, range: Range<usize>) -> Part<'g> {
        let lexemes = &goal.lexemes[range.clone()];
        let mut telling = Vec::new();
        let mut contents = Vec::new();
        for (at, lexeme) in contents_of(goal, range.clone()) {
            let own = self.index.rarity(&lexeme.stem, &lexeme.lower);
            telling.push(own);
            contents.push(Content {
                at,
                lexeme,
                weight: if goal.framing.contains(&at) {
                    FRAMED * own
                } else {
                    own
                },
                rarity: self.index.plain_rarity(&lexeme.stem),
                asks: is_request(&lexeme.lower),
                is_spelled_out: is_spelled_out(goal, at),
            });
        }
        let beside = contents.windows(2).zip(telling.windows(2));
        let pairs = beside.filter_map(|(pair, telling)| {
            let (first, second) = (&pair[0], &pair[1]);
            let between = second.at - first.at;
            let (left, right) = (&first.lexeme.stem, &second.lexeme.stem);
            (between <= 2).then(|| Pair {
                said: paired(left, right),
                turned: (between == 2).then(|| paired(right, left)),
                weight: telling.iter().sum(),
            })
        });
        let words: Vec<&str> = lexemes.iter().map(Lexeme::word).collect();
        Part {
            goal,
            pairs: pairs.collect(),
            answers: asked(&words).into_iter().map(stem).collect(),
            deed: deed(lexemes),
            is_question: opening(lexemes).is_some_and(|word| opens_question(&word.lower)),
            contents,
            range,
        }
    }

    /// The stems that a part of a goal says, each with how telling it is.
    pub(super) fn telling(&self, part: &Part<'_>) -> BTreeMap<String, f64> {
        let rarity = |lexeme: &Lexeme| self.index.rarity(&lexeme.stem, &lexeme.lower);
        let contents = part.contents.iter();
        let mut stems: BTreeMap<String, f64> = contents
            .map(|content| (content.lexeme.stem.clone(), rarity(content.lexeme)))
            .collect();
        for stem in &part.answers {
            stems.entry(stem.clone()).or_insert(ANSWER);
        }
        stems
    }
}

/// The words of a part of a goal that say something, with their places.
fn contents_of(goal: &ReadGoal, range: Range<usize>) -> impl Iterator<Item = (usize, &Lexeme)> {
    let lexemes = range.clone().zip(&goal.lexemes[range]);
    // "How long" asks for a duration, and "long" says no more.
    let measures = |at: usize| {
        let how = at.checked_sub(1).map(|before| goal.lexemes[before].word());
        how == Some("how") && !asked(&["how", goal.lexemes[at].word()]).is_empty()
    };
    lexemes.filter(move |(at, lexeme)| says_something(lexeme) && !measures(*at))
}

/// Whether lexemes say anything that a task could say too, or ask a question.
pub(super) fn says_anything(lexemes: &[Lexeme]) -> bool {
    lexemes
        .iter()
        .any(|lexeme| says_something(lexeme) || ["when", "where", "who", "how"].contains(&lexeme.word()))
}

fn says_something(lexeme: &Lexeme) -> bool {
    lexeme.is_word() && !is_function_word(&lexeme.lower) && !is_small_talk(&lexeme.lower)
}

/// The first word of lexemes that says more than that something is wanted.
fn opening(lexemes: &[Lexeme]) -> Option<&Lexeme> {
    let mut words = lexemes.iter().filter(|lexeme| lexeme.is_word());
    words.find(|lexeme| !is_lead(lexeme.word()))
}

/// The verb that says what lexemes want done, if it opens them and asks for something definite.
fn deed(lexemes: &[Lexeme]) -> Option<&Lexeme> {
    let verb = opening(lexemes)?;
    let is_definite = opens_order(&verb.lower) && !is_request(&verb.lower) && !is_maker(&verb.lower);
    is_definite.then_some(verb)
}

/// Whether a lexeme is part of a value rather than of what is asked.
fn is_spelled_out(goal: &ReadGoal, at: usize) -> bool {
    let holds = |said: &Said| !matches!(said, Said::Number(..));
    goal.mentions
        .iter()
        .any(|mention| mention.range.contains(&at) && holds(&mention.value))
}
