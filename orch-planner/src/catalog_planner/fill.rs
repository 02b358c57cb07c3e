//! Fills a task's parameters with what a wish spells out, as the reader of goals reads it.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use serde_json::{Number, Value};

use super::{
    offer::Offer,
    reading::{ReadGoal, Said, fill::fill as read},
    token::Token,
};

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

/// What the tokens of a wish say for the parameters of an offer; tokens in `claimed` are taken already.
pub(super) fn fill(offer: &Offer, goal: &ReadGoal, tokens: &[Token], claimed: &BTreeSet<usize>) -> Filled {
    let mut filled = Filled {
        claimed: claimed.clone(),
        ..Filled::default()
    };
    let is_free = |token: &&Token| !claimed.contains(&token.span.start);
    let free: BTreeSet<usize> = tokens
        .iter()
        .filter(is_free)
        .flat_map(|token| places(goal, &token.span))
        .collect();
    let (Some(first), Some(last)) = (free.first(), free.last()) else {
        return filled;
    };
    let range = *first..last + 1;
    let taken: BTreeSet<usize> = range.clone().filter(|at| !free.contains(at)).collect();
    let known = offer.known();
    let mut said = read(known, goal, range, &taken);
    // What a task works on is quoted or made by another task, never guessed from plain words and names.
    let is_material = |slot: usize| {
        let name = &known.slots[slot].path[0];
        let mut own = offer
            .profile
            .parameters
            .iter()
            .filter(|parameter| parameter.name == *name);
        own.any(|parameter| parameter.is_material)
    };
    let is_announced = |words: &Range<usize>| {
        let mut literals = tokens.iter().filter(|token| token.literal().is_some());
        literals.any(|token| places(goal, &token.span).contains(&words.start))
    };
    let guessed = std::mem::take(&mut said.guessed);
    let guessed = guessed.into_iter().filter(|(_, words)| !is_announced(words));
    let named = said.mentions.iter().filter_map(|(slot, mention)| {
        let mention = &goal.mentions[*mention];
        matches!(mention.value, Said::Name(_)).then(|| (*slot, mention.range.clone()))
    });
    let guessed: Vec<_> = guessed
        .chain(named)
        .filter(|(slot, _)| is_material(*slot))
        .collect();
    for (slot, words) in guessed {
        said.values.remove(&slot);
        words.for_each(|at| _ = said.claimed.remove(&at));
    }
    filled.arguments = said.arguments(known).into_iter().collect();
    for token in tokens {
        if places(goal, &token.span).any(|at| said.claimed.contains(&at)) {
            filled.claimed.insert(token.span.start);
        }
    }
    filled.unfit = offer.profile.parameters.iter().find_map(|parameter| {
        let value = filled.arguments.get(&parameter.name)?.as_number()?.clone();
        let reason = parameter.refusal(&value)?;
        let argument = parameter.name.clone();
        Some(Unfit {
            argument,
            value,
            reason,
        })
    });
    filled
}

/// The lexemes of a goal that stand in a part of its text.
fn places(goal: &ReadGoal, span: &Range<usize>) -> Range<usize> {
    let start = goal
        .lexemes
        .partition_point(|lexeme| lexeme.span.end <= span.start);
    let end = goal
        .lexemes
        .partition_point(|lexeme| lexeme.span.start < span.end);
    start..end.max(start)
}
