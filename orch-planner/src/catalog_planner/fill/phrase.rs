//! Words that go into a parameter as they stand: the city of "the weather in New York".

use std::ops::Range;

use serde_json::Value;

use super::Filler;
use crate::catalog_planner::{
    offer::STRONG,
    parameter::Parameter,
    shape::Shape,
    stem::stem,
    token::{Token, TokenKind},
    word::{is_action, is_function_word, is_maker, is_preposition, is_request},
};

/// Groups of parameters by what they look up, with the prepositions that lead to it.
const AFFINITIES: &[(&[&str], &[&str])] = &[
    (
        &[
            "address", "area", "city", "country", "county", "place", "location", "region", "state", "town",
            "venue", "where",
        ],
        &["around", "at", "for", "from", "in", "near", "of", "within"],
    ),
    (&["destination", "target", "to"], &["into", "to"]),
    (
        &["currency", "format", "language", "unit"],
        &["as", "in", "into", "to"],
    ),
    (&["departure", "from", "origin", "source"], &["from"]),
    (
        &[
            "about", "keyword", "phrase", "query", "question", "search", "subject", "term", "theme", "topic",
            "what",
        ],
        &["about", "for", "of", "on", "regarding"],
    ),
    (
        &["artist", "author", "by", "creator", "director"],
        &["by", "from", "of"],
    ),
    (
        &[
            "company", "name", "person", "product", "symbol", "team", "ticker", "title", "user",
        ],
        &["about", "at", "by", "for", "from", "of"],
    ),
];
/// With less than this, words do not go into a required parameter.
const FITS_REQUIRED: f64 = 0.5;
/// With less than this, words do not go into a parameter that may stay empty.
const FITS_OPTIONAL: f64 = 0.9;

/// Some words of a wish, and what leads to them.
struct Phrase<'a> {
    tokens: Range<usize>,
    lead: Lead<'a>,
    is_name: bool,
}

#[derive(PartialEq)]
enum Lead<'a> {
    /// A preposition.
    Preposition(&'a str),
    /// The verb of the wish.
    Verb,
}

impl<'a> Filler<'a> {
    /// Gives phrases to the parameters that look something up.
    pub(super) fn phrases(&mut self) {
        let phrases = self.all_phrases();
        let open = self.open(|parameter| {
            !parameter.is_material
                && parameter.made_for.is_none()
                && *parameter.shape.item() == Shape::Text(None)
        });
        let required = open.iter().filter(|parameter| parameter.is_required).count();
        let mut pairs: Vec<(f64, &Parameter, &Phrase<'_>)> = Vec::new();
        for parameter in &open {
            let is_alone = required == 1 && parameter.is_required;
            let least = if parameter.is_required {
                FITS_REQUIRED
            } else {
                FITS_OPTIONAL
            };
            for phrase in &phrases {
                let score = affinity(parameter, phrase, is_alone);
                if score >= least {
                    pairs.push((score, parameter, phrase));
                }
            }
        }
        pairs.sort_by(|left, right| right.0.total_cmp(&left.0));
        for (_, parameter, phrase) in pairs {
            let is_open = !self.filled.arguments.contains_key(&parameter.name);
            if is_open && phrase.tokens.clone().all(|at| self.is_free(at)) {
                let (first, last) = (
                    &self.tokens[phrase.tokens.start],
                    &self.tokens[phrase.tokens.end - 1],
                );
                let text = &self.text[first.span.start..last.span.end];
                phrase.tokens.clone().for_each(|at| self.claim(at));
                self.set(parameter, Value::String(text.trim_end_matches("'s").to_owned()));
            }
        }
    }

    /// What follows each preposition and the verb, up to the next preposition, mark or value.
    fn all_phrases(&self) -> Vec<Phrase<'a>> {
        let mut phrases = Vec::new();
        let verb = self
            .tokens
            .iter()
            .position(|token| token.content().is_some())
            .filter(|&at| {
                self.tokens[at].content().is_some_and(|word| {
                    is_request(word)
                        || is_maker(word)
                        || is_action(word)
                        || self.offer.says(&stem(word)) >= 0.8
                })
            });
        for (at, token) in self.tokens.iter().enumerate() {
            let lead = match token.word() {
                Some(word) if is_preposition(word) => Lead::Preposition(word),
                _ if Some(at) == verb => Lead::Verb,
                _ => continue,
            };
            phrases.extend(self.phrase(at + 1, lead));
        }
        phrases
    }

    fn phrase(&self, from: usize, lead: Lead<'a>) -> Option<Phrase<'a>> {
        let is_article = |token: &Token| {
            token
                .word()
                .is_some_and(|word| ["a", "an", "me", "my", "our", "the", "us"].contains(&word))
        };
        let start = (from..self.tokens.len()).find(|&at| !is_article(&self.tokens[at]))?;
        let ends = |token: &Token| match &token.kind {
            TokenKind::Word(word) => is_preposition(word),
            TokenKind::Mark(mark) => !"-'’.&/".contains(*mark),
            TokenKind::Literal(_) => true,
        };
        let mut end = (start..self.tokens.len())
            .find(|&at| ends(&self.tokens[at]))
            .unwrap_or(self.tokens.len());
        while end > start
            && self.tokens[end - 1]
                .word()
                .is_none_or(|word| ["today", "now", "please"].contains(&word))
        {
            end -= 1;
        }
        let (start, end) = self.without_task_words(start, end);
        let says_something = self.tokens[start..end]
            .iter()
            .any(|token| token.word().is_some_and(|word| !is_function_word(word)));
        let first = self.text[self.tokens.get(start)?.span.clone()].chars().next();
        let is_name = first.is_some_and(char::is_uppercase);
        says_something.then_some(Phrase {
            tokens: start..end,
            lead,
            is_name,
        })
    }
}

impl Filler<'_> {
    /// The phrase without words at its ends that only say what the task does: "ACME" of "ACME share".
    fn without_task_words(&self, start: usize, end: usize) -> (usize, usize) {
        let is_of_task = |at: usize| {
            let token = &self.tokens[at];
            let is_lower = self.text[token.span.clone()]
                .chars()
                .next()
                .is_some_and(char::is_lowercase);
            is_lower
                && token
                    .word()
                    .is_some_and(|word| self.offer.says(&stem(word)) >= STRONG)
        };
        let first = (start..end).find(|&at| !is_of_task(at));
        let last = (start..end).rev().find(|&at| !is_of_task(at));
        first
            .zip(last)
            .map_or((start, end), |(first, last)| (first, last + 1))
    }
}

/// How much speaks for a phrase as the value of a parameter.
fn affinity(parameter: &Parameter, phrase: &Phrase<'_>, is_alone: bool) -> f64 {
    let named = |names: &[&str]| {
        names.contains(&parameter.name.as_str())
            || parameter
                .name_stems
                .iter()
                .any(|own| names.iter().any(|name| stem(name) == *own))
    };
    let groups: Vec<_> = AFFINITIES.iter().filter(|(names, _)| named(names)).collect();
    let mut score = match &phrase.lead {
        Lead::Preposition(word) if groups.iter().any(|(_, prepositions)| prepositions.contains(word)) => 0.6,
        Lead::Preposition("of" | "for" | "about") if groups.is_empty() => 0.4,
        Lead::Verb if groups.iter().any(|(names, _)| names.contains(&"query")) || groups.is_empty() => 0.4,
        _ => 0.0,
    };
    if score > 0.0 && phrase.is_name {
        score += 0.3;
    }
    if score > 0.0 && is_alone {
        score += 0.15;
    }
    score
}
