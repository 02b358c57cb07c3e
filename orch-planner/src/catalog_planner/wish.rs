//! What a clause asks for, and how well an offer does it.

use std::{collections::BTreeSet, ops::Range};

use super::{
    clause::{Clause, Joint},
    literal::{Literal, LiteralKind},
    offer::{Offer, Pool},
    profile::NAMED,
    stem::stem,
    term::{Term, said, terms},
    token::{Token, TokenKind},
    word::{is_action, is_maker, is_pronoun, is_request},
};

/// The least score with which an offer fits a wish.
pub(super) const FITS: f64 = 0.3;

/// One thing asked for: a clause, with the clauses that only go on with it.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    /// All its tokens.
    pub(super) tokens: Vec<Token>,
    /// How it joins the wish before it.
    pub(super) joint: Joint,
    /// Whether it begins with a verb.
    pub(super) is_order: bool,
    /// The tokens of each clause that only goes on with the first.
    pub(super) additions: Vec<Vec<Token>>,
    /// What it says.
    terms: Vec<Term>,
}

impl Wish {
    /// What one clause asks for.
    pub(super) fn new(clause: &Clause, pool: &Pool) -> Self {
        Self {
            terms: terms(&clause.tokens, pool),
            tokens: clause.tokens.clone(),
            joint: clause.joint,
            is_order: clause.is_order(),
            additions: Vec::new(),
        }
    }

    /// Goes on with another clause.
    pub(super) fn add(&mut self, clause: &Clause, text: &str, pool: &Pool) {
        let start = span(&clause.tokens).start;
        if text[start..].starts_with(char::is_uppercase) {
            self.tokens.extend(break_at(start)); // "Oslo and Rome" are two places, "cats and dogs" one topic
        }
        self.tokens.extend(clause.tokens.iter().cloned());
        self.additions.push(clause.tokens.clone());
        self.terms = terms(&self.tokens, pool);
    }

    /// Where it stands in the goal's text.
    pub(super) fn span(&self) -> Range<usize> {
        span(&self.tokens)
    }

    /// The literals that it spells out, each with its token.
    pub(super) fn literals(&self) -> impl Iterator<Item = (&Token, &Literal)> {
        self.tokens
            .iter()
            .filter_map(|token| Some((token, token.literal()?)))
    }

    /// The stems of what it says besides what the offer itself is about or mentions: what it refers to.
    pub(super) fn references(&self, offer: &Offer) -> BTreeSet<String> {
        let verb = self
            .is_order
            .then(|| self.tokens.iter().find_map(Token::content))
            .flatten()
            .map(stem);
        references(&self.tokens, offer)
            .into_iter()
            .filter(|stem| Some(stem) != verb.as_ref())
            .collect()
    }

    /// Whether it says on what it is to be done: by a value, a pronoun, or words that the offer does not say itself.
    pub(super) fn has_object(&self, offer: &Offer) -> bool {
        let has_pronoun = self
            .tokens
            .iter()
            .filter_map(Token::word)
            .any(|word| is_pronoun(word) || word == "its" || word == "their");
        let has_verb = self
            .tokens
            .iter()
            .find_map(Token::content)
            .is_some_and(|word| is_maker(word) || is_action(word));
        has_pronoun || !self.object().is_empty() || (has_verb && !self.references(offer).is_empty())
    }

    /// Whether it is a verb alone, such as the first of "summarize and translate it".
    pub(super) fn is_bare_verb(&self) -> bool {
        self.is_order && self.tokens.iter().filter_map(Token::content).count() == 1
    }

    /// Goes on within a clause that asks for nothing, such as "for the file a.csv"; what it asks for stays the same.
    pub(super) fn frame(&mut self, clause: &Clause) {
        self.tokens.extend(clause.tokens.iter().cloned());
        self.tokens.extend(break_at(span(&clause.tokens).end));
        self.tokens
            .sort_by_key(|token| (token.span.start, token.span.end));
    }

    /// Whether it asks to do something with what was just made: "translate it", "of the result".
    pub(super) fn points_back(&self) -> bool {
        let words: Vec<&str> = self.tokens.iter().filter_map(Token::word).collect();
        let verb_and_pronoun = words.windows(2).any(|pair| {
            is_pronoun(pair[1]) && pair[1] != "that" && (is_action(pair[0]) || is_maker(pair[0]))
        });
        verb_and_pronoun
            || words
                .iter()
                .any(|word| ["result", "results", "output", "outcome"].contains(word))
    }

    /// What it is done to, as far as another wish may share it: from the first preposition or value on.
    pub(super) fn object(&self) -> &[Token] {
        let shares = |token: &Token| match token.literal() {
            Some(literal) => matches!(
                literal.kind(),
                LiteralKind::Path | LiteralKind::Url | LiteralKind::Quote
            ),
            None => token
                .word()
                .is_some_and(|word| ["of", "in", "from", "for", "on", "about", "at"].contains(&word)),
        };
        let start = self.tokens.iter().position(shares).unwrap_or(self.tokens.len());
        &self.tokens[start..]
    }

    /// How well an offer does what is asked, from 0.0 to a little above 1.0; from [`FITS`] on, it does.
    pub(super) fn score(&self, offer: &Offer) -> f64 {
        let said = said(&self.terms, offer);
        if said < FITS {
            return said;
        }
        let mut score = said + 0.05 * offer.rank;
        if offer.is_preferred {
            score += 0.15;
        }
        let typed = [
            LiteralKind::Path,
            LiteralKind::Url,
            LiteralKind::Email,
            LiteralKind::Date,
        ];
        let given: Vec<LiteralKind> = self
            .literals()
            .map(|(_, literal)| literal.kind())
            .filter(|kind| typed.contains(kind))
            .collect();
        for kind in typed {
            let takes = offer
                .profile
                .parameters
                .iter()
                .any(|parameter| parameter.made_for == Some(kind));
            let can_be_read = offer
                .profile
                .parameters
                .iter()
                .any(|parameter| parameter.is_material);
            if given.contains(&kind) {
                score += if takes {
                    0.05
                } else if can_be_read {
                    0.0
                } else {
                    -0.2
                };
            }
        }
        score
    }
}

/// A mark that keeps words apart which do not stand beside each other.
pub(super) fn break_at(place: usize) -> Option<Token> {
    Some(Token {
        span: place..place,
        kind: TokenKind::Mark('\n'),
    })
}

/// Where tokens stand in the goal's text.
pub(super) fn span(tokens: &[Token]) -> Range<usize> {
    let start = tokens.first().map_or(0, |token| token.span.start);
    start..tokens.last().map_or(start, |token| token.span.end)
}

/// The stems of what tokens say besides what the offer itself says; what names the offer and is said twice, too.
pub(super) fn references(tokens: &[Token], offer: &Offer) -> BTreeSet<String> {
    let contents = tokens
        .iter()
        .filter_map(Token::content)
        .filter(|word| !is_request(word));
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut is_reference =
        |stem: &String| offer.says(stem) < 0.3 || (!seen.insert(stem.clone()) && offer.says(stem) >= NAMED);
    contents.map(stem).filter(|stem| is_reference(stem)).collect()
}
