//! The words of a wish, weighed: how much of what is asked an offer says.

use std::collections::BTreeSet;

use super::{
    literal::{Literal, extension, names_of},
    offer::{Offer, Pool},
    profile::{NAMED, STRONG},
    stem::stem,
    thesaurus::{SYNONYM, synonyms},
    token::Token,
    word::{is_action, is_maker, is_preposition, is_request},
};

/// How strongly an offer says a verb that it does; what is said of its answer is not enough.
const DOES: f64 = 0.42;

/// Words after which no verb stands.
const DETERMINERS: &[&str] = &[
    "a", "an", "its", "my", "our", "that", "the", "their", "this", "what", "which",
];

/// How strongly an offer must say two words as one for them to count as one.
const STRONG_PAIR: f64 = 0.35;

/// A word of a wish that counts when offers are compared.
#[derive(Clone, Debug)]
pub(super) struct Term {
    /// Its stem.
    stem: String,
    /// The stem of it and the next word written as one: "time stamp" for "timestamp".
    joined: Option<String>,
    /// How much it counts.
    weight: f64,
    /// What an offer that does not say it does not do.
    role: Role,
    /// How much it tells that an offer says it; `None` if no offer does.
    rarity: Option<f64>,
}

/// What a word does in its clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// The verb that says what to do: "translate".
    Action,
    /// The noun for what is wanted: the "chart" of "a pretty chart of prices".
    Head,
    /// Anything else before the first preposition.
    Detail,
    /// Anything after it.
    Object,
    /// The verb that asks to make something out: it counts in full where it names the task.
    Maker,
    /// What a value hints at; an offer need not say it.
    Hint,
}

/// The terms of a clause: what is asked for counts most, what it is done to less, courtesy nothing.
pub(super) fn terms(tokens: &[Token], pool: &Pool) -> Vec<Term> {
    let mut terms: Vec<Term> = Vec::new();
    let mut head: Option<usize> = None;
    // "The letters in letters.txt" are what the file holds, not what is wanted.
    let names: BTreeSet<String> = tokens
        .iter()
        .filter_map(Token::literal)
        .flat_map(names_of)
        .collect();
    let mut in_object = false;
    for (at, token) in tokens.iter().enumerate() {
        if let Some(literal) = token.literal() {
            let hints = hints(literal).into_iter();
            terms.extend(hints.map(|(word, weight)| Term::new(&word, None, weight, Role::Hint, pool)));
            continue;
        }
        if let Some(asked) = measure(tokens, at) {
            terms.push(Term::new(asked, None, 0.6, Role::Detail, pool));
            continue;
        }
        if token.word().is_some_and(is_preposition) {
            in_object = !terms.is_empty();
        }
        let is_measured = at > 0 && measure(tokens, at - 1).is_some();
        let Some(word) = token.content().filter(|_| !is_measured) else {
            continue;
        };
        let is_determined = at > 0
            && tokens[at - 1]
                .word()
                .is_some_and(|word| DETERMINERS.contains(&word));
        let is_verb = terms.is_empty() && !is_determined;
        let (role, weight) = if is_request(word) {
            (Role::Detail, 0.15)
        } else if is_verb && is_maker(word) {
            (Role::Maker, 0.35)
        } else if is_verb && is_action(word) {
            (Role::Action, 1.0)
        } else if in_object || names.contains(&stem(word)) {
            (Role::Object, 0.4)
        } else {
            head = Some(terms.len());
            (Role::Detail, 1.0)
        };
        let next = tokens.get(at + 1).and_then(Token::content);
        terms.push(Term::new(word, next, weight, role, pool));
    }
    let has_action = terms.iter().any(|term| term.role == Role::Action);
    let opens = tokens.iter().find_map(Token::word).unwrap_or_default();
    let is_question = ["are", "did", "do", "does", "how", "is", "was", "were"].contains(&opens);
    if let Some(head) = head.filter(|_| !has_action && !is_question) {
        terms[head].role = Role::Head;
    }
    terms
}

/// What "how many" and its like ask for.
fn measure(tokens: &[Token], at: usize) -> Option<&'static str> {
    let next = tokens.get(at + 1).and_then(Token::word)?;
    match (tokens[at].word()?, next) {
        ("how", "many") => Some("count"),
        ("how", "long") => Some("time"),
        ("how", "far") => Some("distance"),
        ("how", "old") => Some("age"),
        _ => None,
    }
}

impl Term {
    fn new(word: &str, next: Option<&str>, weight: f64, role: Role, pool: &Pool) -> Self {
        let stem = stem(word);
        let rarity = pool.rarity(&stem).or_else(|| {
            synonyms(&stem)
                .filter_map(|synonym| pool.rarity(synonym))
                .reduce(f64::min)
        });
        Self {
            joined: next.map(|next| self::stem(&format!("{word}{next}"))),
            weight,
            role,
            rarity,
            stem,
        }
    }

    /// How strongly an offer says the word or a synonym of it: 0.0 to 1.0.
    fn said_by(&self, offer: &Offer) -> f64 {
        let other = synonyms(&self.stem).map(|synonym| SYNONYM * offer.says_exactly(synonym));
        other.fold(offer.says(&self.stem), f64::max)
    }
}

/// What a value hints at, with how much that counts: the kind of a file, an address.
fn hints(literal: &Literal) -> Vec<(String, f64)> {
    match literal {
        Literal::Path(path) => {
            let extension = extension(path).map(|extension| (extension, 0.15));
            extension.into_iter().chain([("file".to_owned(), 0.05)]).collect()
        }
        Literal::Url(_) => vec![("url".to_owned(), 0.1), ("web".to_owned(), 0.1)],
        Literal::Email(_) => vec![("email".to_owned(), 0.1)],
        _ => Vec::new(),
    }
}

/// How much of what the terms ask for the offer says: 0.0 to 1.0.
pub(super) fn said(terms: &[Term], offer: &Offer) -> f64 {
    let (mut said, mut all) = (0.0, 0.0);
    let (mut lacks_action, mut lacks_head, mut has_core) = (false, false, false);
    let mut joined_before: Option<f64> = None;
    let is_hinted_only = terms.iter().all(|term| term.role == Role::Hint);
    for (at, term) in terms.iter().enumerate() {
        let joined = term.joined.as_deref().map(|joined| offer.says_exactly(joined));
        let is_answer = terms
            .get(at + 1)
            .is_some_and(|next| offer.profile.answers(&term.stem, &next.stem));
        let joined = if is_answer {
            Some(NAMED)
        } else {
            joined.filter(|strength| *strength >= STRONG_PAIR)
        };
        let pair = joined.or(joined_before);
        let strength = term.said_by(offer).max(pair.unwrap_or(0.0));
        let rarity = match term.rarity {
            Some(rarity) => rarity,
            None if pair.is_some() || matches!(term.role, Role::Action | Role::Head) => 1.0,
            None => 0.3,
        };
        if term.role == Role::Hint && strength == 0.0 && !is_hinted_only {
            continue;
        }
        let weight = if term.role == Role::Maker && strength >= NAMED {
            1.0
        } else {
            term.weight
        };
        all += weight * rarity;
        said += weight * rarity * strength;
        lacks_action |= term.role == Role::Action && strength < DOES;
        lacks_head |= term.role == Role::Head && strength == 0.0;
        has_core |= !matches!(term.role, Role::Object | Role::Hint) && strength >= STRONG;
        joined_before = joined;
    }
    if all == 0.0 {
        return 0.0;
    }
    let named = offer
        .profile
        .name_stems
        .iter()
        .filter(|own| terms.iter().any(|term| term.stem == **own));
    #[expect(clippy::cast_precision_loss, reason = "a name has few words")]
    let named = named.count() as f64 / offer.profile.name_stems.len().max(1) as f64;
    let score = 0.75 * said / all + 0.25 * named;
    if lacks_action || (lacks_head && !has_core) {
        score * 0.5
    } else if lacks_head {
        score * 0.75
    } else {
        score
    }
}
