//! Fills a task's parameters with what a wish spells out. Nothing is made up: what is not said stays empty.

mod number;
mod phrase;
mod typed;
mod word;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Number, Value};

use super::{offer::Offer, parameter::Parameter, shape::Shape, token::Token};

/// What a wish says for an offer's parameters.
#[derive(Clone, Debug, Default)]
pub(super) struct Filled {
    /// The arguments by name.
    pub(super) arguments: BTreeMap<String, Value>,
    /// Where the tokens begin that went into them.
    pub(super) claimed: BTreeSet<usize>,
    /// A value that is meant for a parameter, which does not take it.
    pub(super) unfit: Option<Unfit>,
}

/// A value that a parameter does not take.
#[derive(Clone, Debug)]
pub(super) struct Unfit {
    /// The parameter's name.
    pub(super) argument: String,
    /// The value.
    pub(super) value: Number,
    /// What is wrong with it.
    pub(super) reason: String,
}

/// An offer's parameters, a wish's tokens, and how far they have found each other.
struct Filler<'a> {
    offer: &'a Offer,
    /// The goal's text.
    text: &'a str,
    tokens: &'a [Token],
    filled: Filled,
}

/// What the tokens of a wish say for the parameters of an offer; tokens in `claimed` are taken already.
pub(super) fn fill(offer: &Offer, text: &str, tokens: &[Token], claimed: &BTreeSet<usize>) -> Filled {
    let claimed = claimed.clone();
    let filled = Filled {
        claimed,
        ..Filled::default()
    };
    let mut filler = Filler {
        offer,
        text,
        tokens,
        filled,
    };
    // What is said most plainly comes first, so that what is guessed at last has the least to choose from.
    filler.named();
    filler.typed();
    filler.numbers();
    filler.choices();
    filler.booleans();
    filler.quotes();
    filler.last_number();
    filler.phrases();
    filler.filled
}

impl<'a> Filler<'a> {
    /// Parameters without a value yet, the required ones first.
    fn open(&self, wanted: impl Fn(&Parameter) -> bool) -> Vec<&'a Parameter> {
        let is_open = |parameter: &&Parameter| {
            !self.filled.arguments.contains_key(&parameter.name) && wanted(parameter)
        };
        let mut open: Vec<&Parameter> = self.offer.parameters.iter().filter(is_open).collect();
        open.sort_by_key(|parameter| !parameter.is_required);
        open
    }

    fn is_free(&self, at: usize) -> bool {
        !self.filled.claimed.contains(&self.tokens[at].span.start)
    }

    fn claim(&mut self, at: usize) {
        self.filled.claimed.insert(self.tokens[at].span.start);
    }

    /// Sets a parameter to a value, within a list where it takes one.
    fn set(&mut self, parameter: &Parameter, value: Value) {
        let value = match parameter.shape {
            Shape::List(_) if !value.is_array() => Value::Array(vec![value]),
            _ => value,
        };
        self.filled.arguments.insert(parameter.name.clone(), value);
    }

    /// The words just before a token, the nearest first, up to a literal or a mark other than a hyphen.
    fn words_before(&self, at: usize) -> impl Iterator<Item = &'a str> {
        let tokens = self.tokens;
        tokens[..at]
            .iter()
            .rev()
            .filter(|token| !token.is_mark('-'))
            .map_while(Token::word)
    }

    /// The words just after a token, up to a literal or a mark other than a hyphen.
    fn words_after(&self, at: usize) -> impl Iterator<Item = &'a str> {
        let tokens = self.tokens;
        tokens[at + 1..]
            .iter()
            .filter(|token| !token.is_mark('-'))
            .map_while(Token::word)
    }
}
