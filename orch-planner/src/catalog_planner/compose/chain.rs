//! Puts a step before another, because it makes what the other takes.

use std::collections::BTreeSet;

use super::{COMPARABLE, Composer, MAX_TRIED, Making, is_source};
use crate::catalog_planner::{
    draft::Argument,
    literal::{LiteralKind, names_of},
    parameter::Parameter,
    source::best_member,
    token::Token,
};

/// How many steps may be put before another for its sake, one before the other.
const MAX_DEPTH: usize = 4;
/// How many steps are tried for one draft before no more are put before others.
const MAX_EFFORT: usize = 2_000;

/// Why a step is put before another.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// It takes a path or an address that the wish spells out.
    Datum,
    /// The wish refers to its answer by name.
    Referred,
    /// It answers the very thing that the parameter is called.
    Named,
}

impl Composer<'_> {
    /// A step of another offer whose answer goes into the parameter.
    pub(super) fn chain(
        &mut self,
        parameter: &Parameter,
        tokens: &[Token],
        referred: &BTreeSet<String>,
        making: &mut Making<'_>,
        need: Need,
    ) -> Option<Argument> {
        if making.waiting.len() > MAX_DEPTH || (need == Need::Referred && referred.is_empty()) {
            return None;
        }
        for (_, place) in self.producers(parameter, tokens, referred, making, need) {
            let offer = &self.pool.offers[place];
            let Some(fit) = best_member(parameter, offer, referred) else {
                continue;
            };
            let (pointer, handover) = (fit.member.pointer.clone(), fit.handover);
            if self.effort >= MAX_EFFORT {
                return None;
            }
            self.effort += 1;
            let before = self.draft.clone();
            let (wish, claimed, waiting) = (making.wish, making.claimed.clone(), making.waiting.clone());
            let mut within = Making {
                wish,
                tokens,
                claimed,
                waiting,
            };
            let uses_something = |within: &Making<'_>| {
                need == Need::Named || need == Need::Referred || within.claimed.len() > making.claimed.len()
            };
            match self.make(place, &mut within) {
                Ok(step) if uses_something(&within) => {
                    making.claimed = within.claimed;
                    return Some(Argument::Result {
                        step,
                        pointer,
                        handover,
                    });
                }
                _ => self.draft = before,
            }
        }
        None
    }

    /// Offers whose answer can go into the parameter, the best first.
    fn producers(
        &self,
        parameter: &Parameter,
        tokens: &[Token],
        referred: &BTreeSet<String>,
        making: &Making<'_>,
        need: Need,
    ) -> Vec<(f64, usize)> {
        let kinds: Vec<LiteralKind> = tokens
            .iter()
            .filter(|token| is_source(token) && !making.claimed.contains(&token.span.start))
            .filter_map(|token| Some(token.literal()?.kind()))
            .collect();
        let hints = tokens
            .iter()
            .filter(|token| is_source(token))
            .filter_map(Token::literal);
        let hints: BTreeSet<String> = hints.flat_map(names_of).collect();
        let mut scored: Vec<(f64, usize)> = Vec::new();
        for (place, offer) in self
            .pool
            .offers
            .iter()
            .enumerate()
            .filter(|(place, _)| !making.waiting.contains(place))
        {
            let Some(fit) = best_member(parameter, offer, referred) else {
                continue;
            };
            let takes = offer
                .profile
                .parameters
                .iter()
                .any(|parameter| parameter.made_for.is_some_and(|kind| kinds.contains(&kind)));
            let is_referred = fit.member.name_stems.iter().any(|stem| referred.contains(stem));
            let serves = match need {
                Need::Datum => takes,
                Need::Referred => is_referred,
                Need::Named => true,
            };
            if serves {
                let hinted = hints.iter().map(|stem| offer.says(stem)).fold(0.0, f64::max);
                let preferred = if offer.is_preferred { 0.15 } else { 0.0 };
                scored.push((fit.score + 0.4 * hinted + preferred, place));
            }
        }
        if self.taste.is_thrifty {
            let best = scored.iter().map(|(score, _)| *score).fold(0.0, f64::max);
            scored.retain(|(score, _)| *score >= COMPARABLE * best);
        }
        self.sort(&mut scored);
        scored.truncate(MAX_TRIED);
        scored
    }
}
