//! Makes wishes of clauses: which of them ask for something, and which only go on with another.

use super::{
    clause::{Clause, Joint, clauses},
    offer::{Offer, Pool},
    profile::NAMED,
    stem::stem,
    token::Token,
    wish::{FITS, Wish, span},
    word::is_preposition,
};
use crate::planner::PlanError;

/// The most wishes of a goal.
const MAX_WISHES: usize = 64;
/// The most characters of a wish that an error quotes.
const MAX_QUOTED: usize = 200;

/// The wishes of a goal, in order; each is fitted by some offer.
pub(super) fn wishes(text: &str, tokens: &[Token], pool: &Pool) -> Result<Vec<Wish>, PlanError> {
    let clauses = clauses(tokens);
    let mut wishes: Vec<Wish> = Vec::new();
    let mut frames: Vec<&Clause> = Vec::new();
    for (at, clause) in clauses.iter().enumerate() {
        if clause.is_empty_question() {
            return Err(nothing_fits(text, &clause.tokens));
        }
        let goes_on = clause.joint == Joint::Loose;
        let leads_on = clauses.get(at + 1).is_some_and(|next| next.joint == Joint::Loose);
        if clause.contents().next().is_none() || clause.is_introduction() {
            match wishes.last_mut().filter(|_| goes_on && clause.has_literal()) {
                Some(wish) => wish.frame(clause),
                None => frames.push(clause),
            }
            continue;
        }
        if !goes_on && leads_on && opens_with_preposition(clause) {
            frames.push(clause);
            continue;
        }
        let mut wish = Wish::new(clause, pool);
        let best = best_offer(&wish, pool);
        if let Some(offer) = best {
            let is_named = clause.contents().any(|word| offer.says(&stem(word)) >= NAMED);
            let last = wishes
                .last_mut()
                .filter(|_| goes_on && !clause.is_order() && !is_named);
            if let Some(last) =
                last.filter(|last| best_offer(last, pool).is_some_and(|before| std::ptr::eq(before, offer)))
            {
                last.add(clause, text, pool);
                continue;
            }
            frames.drain(..).for_each(|frame| wish.frame(frame));
            wishes.push(wish);
        } else if let Some(last) = wishes.last_mut().filter(|_| goes_on && !clause.is_order()) {
            last.add(clause, text, pool);
        } else if clause.is_statement()
            || clause.is_presentation()
            || (leads_on && opens_with_preposition(clause))
        {
            frames.push(clause);
        } else {
            return Err(nothing_fits(text, &clause.tokens));
        }
        if wishes.len() > MAX_WISHES {
            return Err(PlanError::TooManyWishes { limit: MAX_WISHES });
        }
    }
    if wishes.is_empty() {
        Err(nothing_fits(text, tokens))
    } else {
        Ok(wishes)
    }
}

/// The offer that fits a wish best; the first of equals.
fn best_offer<'p>(wish: &Wish, pool: &'p Pool) -> Option<&'p Offer> {
    let scored = pool
        .offers
        .iter()
        .map(|offer| (wish.score(offer), offer))
        .filter(|(score, _)| *score >= FITS);
    scored
        .reduce(|best, next| if next.0 > best.0 { next } else { best })
        .map(|(_, offer)| offer)
}

fn opens_with_preposition(clause: &Clause) -> bool {
    let first = clause.tokens.first().and_then(Token::word);
    first.is_some_and(|word| is_preposition(word) || ["after", "given", "having"].contains(&word))
}

/// Nothing fits what these tokens say.
pub(super) fn nothing_fits(text: &str, tokens: &[Token]) -> PlanError {
    let wish = text[span(tokens)].chars().take(MAX_QUOTED).collect();
    PlanError::NothingFits { wish }
}
