//! Values that are words of the wish: named arguments, choices, and yes or no.

use serde_json::Value;

use super::Filler;
use crate::catalog_planner::{
    literal::{Literal, LiteralKind},
    parameter::Parameter,
    shape::Shape,
    stem::stem,
    token::Token,
    word::{is_function_word, is_preposition, words},
};

/// Words that may stand between a parameter's name and its value.
const COPULAS: &[&str] = &["as", "be", "called", "equal", "equals", "is", "named", "of", "to"];
/// Words that turn a claim into its opposite.
const NEGATIONS: &[&str] = &[
    "disable",
    "don't",
    "drop",
    "exclude",
    "excluding",
    "ignore",
    "ignoring",
    "no",
    "not",
    "omit",
    "skip",
    "without",
];
/// Words of a switch's name that say only that it is one.
const SWITCHES: &[&str] = &[
    "allow", "do", "enable", "include", "is", "keep", "should", "use", "with",
];
/// Parameters whose value may be a bare word beside their name, as in "the column notes" and "the notes column".
const LABELS: &[&str] = &["column", "field"];

impl Filler<'_> {
    /// Takes what follows a parameter's name: `column notes`, `limit: 10`, `subject "Hello"`.
    pub(super) fn named(&mut self) {
        for parameter in self.open(|parameter| !parameter.name_stems.is_empty()) {
            let length = parameter.name_stems.len();
            for at in 0..self.tokens.len().saturating_sub(length) {
                if self.names(at, parameter) && self.take_after(at + length, parameter) {
                    break;
                }
            }
            if !self.filled.arguments.contains_key(&parameter.name) {
                self.take_before(parameter);
            }
        }
    }

    fn names(&self, at: usize, parameter: &Parameter) -> bool {
        let stems = self.tokens[at..].iter().map(|token| token.word().map(stem));
        stems
            .zip(&parameter.name_stems)
            .all(|(said, own)| said.as_ref() == Some(own))
    }

    /// Takes the value that stands at `at` or after a copula there.
    fn take_after(&mut self, at: usize, parameter: &Parameter) -> bool {
        let is_colon = |token: &Token| token.is_mark(':') || token.is_mark('=');
        let mut place = at;
        let mut is_said = false;
        while let Some(token) = self.tokens.get(place) {
            if is_colon(token) {
                is_said = true;
            } else if !token.word().is_some_and(|word| COPULAS.contains(&word)) || place > at {
                break;
            }
            place += 1;
        }
        let Some(token) = self.tokens.get(place) else {
            return false;
        };
        if !self.is_free(place) {
            return false;
        }
        match token.literal() {
            Some(literal) if takes(parameter, literal, is_said) => {
                let value = literal.value();
                self.claim(place);
                self.set(parameter, value);
                true
            }
            Some(_) => false,
            None => (is_said || is_label(parameter)) && self.take_word(place, parameter),
        }
    }

    /// Takes the word before the name of a column: "the notes column".
    fn take_before(&mut self, parameter: &Parameter) {
        if !is_label(parameter) {
            return;
        }
        let place = (1..self.tokens.len())
            .find(|&at| self.names(at, parameter))
            .map(|at| at - 1);
        let Some(place) = place.filter(|&place| self.is_free(place)) else {
            return;
        };
        match self.tokens[place].literal() {
            Some(literal) if takes(parameter, literal, false) => {
                let value = literal.value();
                self.claim(place);
                self.set(parameter, value);
            }
            Some(_) => {}
            None => {
                self.take_word(place, parameter);
            }
        }
    }

    fn take_word(&mut self, place: usize, parameter: &Parameter) -> bool {
        let token = &self.tokens[place];
        let is_value = token
            .word()
            .is_some_and(|word| !is_function_word(word) && !is_preposition(word));
        if !is_value
            || parameter.is_material
            || parameter.made_for.is_some()
            || !matches!(parameter.shape.item(), Shape::Text(_))
        {
            return false;
        }
        let value = self.text[token.span.clone()].to_owned();
        self.claim(place);
        self.set(parameter, Value::String(value));
        true
    }

    /// Takes choices whose words are said.
    pub(super) fn choices(&mut self) {
        for parameter in self.open(|parameter| matches!(parameter.shape.item(), Shape::Choice(_))) {
            let Shape::Choice(values) = parameter.shape.item() else {
                continue;
            };
            if let ([only], true) = (values.as_slice(), parameter.is_required) {
                self.set(parameter, only.clone());
                continue;
            }
            let mut said: Vec<(usize, usize, &Value)> = values
                .iter()
                .filter_map(|value| {
                    let words = words(value.as_str()?);
                    Some((words.len(), self.place_of(&words, parameter)?, value))
                })
                .collect();
            // The longest choice is the most precise; of equals, the first that is said.
            said.sort_by_key(|(length, at, _)| (std::cmp::Reverse(*length), *at));
            if let Shape::List(_) = parameter.shape {
                let values: Vec<Value> = said.iter().map(|(.., value)| (*value).clone()).collect();
                if !values.is_empty() {
                    self.set(parameter, Value::Array(values));
                }
            } else if let Some((length, at, value)) = said.first() {
                (*at..at + length).for_each(|at| self.claim(at));
                self.set(parameter, (*value).clone());
            }
        }
    }

    /// Where the words of a choice are said, unless they are what the task is about anyway.
    fn place_of(&self, words: &[String], parameter: &Parameter) -> Option<usize> {
        let says_nothing = words.iter().all(|word| is_function_word(word));
        let is_the_task = words
            .iter()
            .all(|word| self.offer.name_stems.contains(&stem(word)));
        if words.is_empty() || says_nothing || (is_the_task && !parameter.is_required) {
            return None;
        }
        (0..self.tokens.len()).find(|&at| {
            let said = self.tokens[at..].iter().map(|token| match &token.literal() {
                Some(Literal::Quote(quote)) => Some(quote.to_lowercase()),
                _ => token.word().map(str::to_owned),
            });
            let matched = said.zip(words).take_while(|(said, word)| {
                said.as_ref()
                    .is_some_and(|said| said == *word || (word.len() > 3 && stem(said) == stem(word)))
            });
            self.is_free(at) && matched.count() == words.len()
        })
    }

    /// Sets switches whose names are said: "case sensitive", "without a header".
    pub(super) fn booleans(&mut self) {
        for parameter in self.open(|parameter| parameter.shape == Shape::Boolean) {
            let is_switch = |own: &String| SWITCHES.iter().any(|word| stem(word) == *own);
            let name: Vec<&String> = parameter
                .name_stems
                .iter()
                .filter(|own| !is_switch(own))
                .collect();
            let said = |own: &String| {
                self.tokens
                    .iter()
                    .position(|token| token.word().is_some_and(|word| stem(word) == *own))
            };
            let places: Option<Vec<usize>> = name.iter().map(|own| said(own)).collect();
            let is_the_task = name.iter().all(|own| self.offer.name_stems.contains(own));
            if let Some(first) = places
                .and_then(|places| places.into_iter().min())
                .filter(|_| !is_the_task)
            {
                let is_denied = self
                    .words_before(first)
                    .take(3)
                    .any(|word| NEGATIONS.contains(&word));
                self.set(parameter, Value::Bool(!is_denied));
            }
        }
    }
}

fn is_label(parameter: &Parameter) -> bool {
    matches!(parameter.name_stems.as_slice(), [.., last] if LABELS.iter().any(|label| stem(label) == *last))
}

/// Whether a value beside a parameter's name can be its value; after a colon, any text can.
fn takes(parameter: &Parameter, literal: &Literal, is_said: bool) -> bool {
    match (literal, parameter.made_for) {
        (Literal::Number(number), Some(LiteralKind::Number)) => parameter.refusal(number).is_none(),
        (_, Some(kind)) => literal.kind() == kind,
        (Literal::Number(_), None) => false,
        (_, None) => parameter.takes_text() && (is_said || literal.kind() == LiteralKind::Quote),
    }
}
