//! Composes a draft: an offer for each wish, and the steps that they need before them.

mod chain;
mod make;

use std::collections::BTreeSet;

use orch_core::AgentId;

use super::{
    draft::{Argument, Draft},
    fill::fill,
    literal::LiteralKind,
    offer::{Offer, Pool},
    parameter::Parameter,
    reading::ReadGoal,
    shape::Shape,
    stem::stem,
    token::Token,
    wish::{FITS, Wish, span},
    wishes::nothing_fits,
    word::is_preposition,
};
use crate::planner::PlanError;

/// How many offers are tried for one purpose.
pub(super) const MAX_TRIED: usize = 8;
/// An offer is tried in place of the best if it fits at least so well beside it.
const COMPARABLE: f64 = 0.75;
/// The most values over which one wish is spread.
const MAX_SPREAD: usize = 20;

/// Which of several offers that fit is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Taste<'t> {
    /// The cheapest of those that fit comparably well, rather than the one that fits best.
    pub(super) is_thrifty: bool,
    /// One of an agent that works on the goal already.
    pub(super) is_faithful: bool,
    /// None but these agents' for a wish; what must be made before it may come from others.
    pub(super) among: Option<&'t BTreeSet<AgentId>>,
}

/// A goal's wishes on their way to a draft.
pub(super) struct Composer<'p> {
    pool: &'p Pool,
    goal: &'p ReadGoal,
    context: Option<&'p str>,
    tokens: &'p [Token],
    wishes: &'p [Wish],
    taste: Taste<'p>,
    draft: Draft,
    /// The step that does the wish before the present one.
    latest: Option<usize>,
    /// How many steps were tried so far.
    effort: usize,
}

/// A step being made.
struct Making<'m> {
    wish: usize,
    tokens: &'m [Token],
    /// Where tokens begin that went into arguments already.
    claimed: BTreeSet<usize>,
    /// The offers of the steps that wait for this one.
    waiting: Vec<usize>,
}

impl<'p> Composer<'p> {
    pub(super) fn new(
        pool: &'p Pool,
        goal: &'p ReadGoal,
        context: Option<&'p str>,
        tokens: &'p [Token],
        wishes: &'p [Wish],
        taste: Taste<'p>,
    ) -> Self {
        let draft = Draft::default();
        Self {
            pool,
            goal,
            context,
            tokens,
            wishes,
            taste,
            draft,
            latest: None,
            effort: 0,
        }
    }

    /// The draft that does all wishes.
    pub(super) fn compose(mut self) -> Result<Draft, PlanError> {
        for wish in 0..self.wishes.len() {
            self.latest = Some(self.grant(wish)?);
        }
        Ok(self.draft)
    }

    /// Adds what does one wish; returns its last step.
    fn grant(&mut self, wish: usize) -> Result<usize, PlanError> {
        let mut refusal = None;
        for offer in self.candidates(&self.wishes[wish]) {
            let before = self.draft.clone();
            match self.try_offer(wish, offer) {
                Ok(step) => return Ok(step),
                Err(error) => {
                    self.draft = before;
                    refusal.get_or_insert(error);
                }
            }
        }
        Err(refusal.unwrap_or_else(|| nothing_fits(&self.goal.text, &self.wishes[wish].tokens)))
    }

    /// The offers that fit a wish, in the order in which they are tried.
    fn candidates(&self, wish: &Wish) -> Vec<usize> {
        let agents = self.draft.agents(self.pool);
        let mut scored: Vec<(f64, usize)> = Vec::new();
        for (place, offer) in self.pool.offers.iter().enumerate() {
            let (score, agent) = (wish.score(offer), offer.agent().id);
            let is_known = self.taste.is_faithful && agents.contains(&agent);
            if score >= FITS && self.taste.among.is_none_or(|among| among.contains(&agent)) {
                scored.push((score + if is_known { 0.3 } else { 0.0 }, place));
            }
        }
        let best = scored.iter().map(|(score, _)| *score).fold(0.0, f64::max);
        scored.retain(|(score, _)| *score >= COMPARABLE * best);
        self.sort(&mut scored);
        scored
            .into_iter()
            .map(|(_, place)| place)
            .take(MAX_TRIED)
            .collect()
    }

    /// The best first, of equals the cheapest; or the cheapest first. The pool's order settles the rest.
    fn sort(&self, scored: &mut [(f64, usize)]) {
        let price = |place: usize| self.pool.offers[place].price().minor();
        scored.sort_by(|left, right| {
            let by_score = right.0.total_cmp(&left.0);
            let by_price = price(left.1).cmp(&price(right.1));
            if self.taste.is_thrifty {
                by_price.then(by_score)
            } else {
                by_score.then(by_price)
            }
        });
    }

    fn try_offer(&mut self, wish: usize, offer: usize) -> Result<usize, PlanError> {
        let asked = &self.wishes[wish];
        let mut claimed = BTreeSet::new();
        let mut last = None;
        for tokens in spread(asked, &self.pool.offers[offer]) {
            let mut making = Making {
                wish,
                tokens: &tokens,
                claimed: BTreeSet::new(),
                waiting: Vec::new(),
            };
            last = Some(self.make(offer, &mut making)?);
            claimed.extend(making.claimed);
        }
        let Some(last) = last else {
            return Err(nothing_fits(&self.goal.text, &asked.tokens));
        };
        for addition in &asked.additions {
            if !self.minds(addition, offer, &claimed) && !self.repeat(last, asked, addition, &mut claimed) {
                return Err(nothing_fits(&self.goal.text, addition));
            }
        }
        let is_ignored = |token: &Token| is_datum(token) && !claimed.contains(&token.span.start);
        if asked.tokens.iter().any(is_ignored) {
            return Err(nothing_fits(&self.goal.text, &asked.tokens));
        }
        Ok(last)
    }

    /// Adds a step like another but for what an addition says: the second of "the weather in Oslo and Rome".
    fn repeat(
        &mut self,
        step: usize,
        wish: &Wish,
        addition: &[Token],
        claimed: &mut BTreeSet<usize>,
    ) -> bool {
        let offer = self.draft.steps[step].offer;
        let start = span(addition).start;
        let opens = addition.first().and_then(Token::word).is_some_and(is_preposition);
        let mut lead = wish
            .tokens
            .iter()
            .filter(|token| token.span.start < start && token.word().is_some_and(is_preposition));
        let mut tokens: Vec<Token> = lead.next_back().filter(|_| !opens).cloned().into_iter().collect();
        tokens.extend(addition.iter().cloned());
        let filled = fill(&self.pool.offers[offer], self.goal, &tokens, claimed);
        if filled.arguments.is_empty() || filled.unfit.is_some() {
            return false;
        }
        let mut arguments = self.draft.steps[step].arguments.clone();
        arguments.extend(
            filled
                .arguments
                .into_iter()
                .map(|(name, value)| (name, Argument::Value(value))),
        );
        claimed.extend(filled.claimed);
        self.draft.add(offer, arguments);
        true
    }

    /// Whether what goes on with a wish is of any consequence to what is done for it.
    fn minds(&self, addition: &[Token], offer: usize, claimed: &BTreeSet<usize>) -> bool {
        let used = addition.iter().any(|token| claimed.contains(&token.span.start));
        let mut contents = addition.iter().filter_map(Token::content).map(stem);
        used || contents.any(|stem| {
            let named =
                self.draft.steps.iter().any(|step| {
                    step.names.contains(&stem) || self.pool.offers[step.offer].says(&stem) >= 0.6
                });
            named || self.pool.offers[offer].says(&stem) > 0.0
        })
    }
}

/// The tokens for each call of an offer: several, where a wish spells out more paths or addresses than one call takes.
fn spread(wish: &Wish, offer: &Offer) -> Vec<Vec<Token>> {
    for kind in [LiteralKind::Path, LiteralKind::Url] {
        let is_one = |token: &Token| token.literal().is_some_and(|literal| literal.kind() == kind);
        let given: Vec<usize> = wish
            .tokens
            .iter()
            .filter(|token| is_one(token))
            .map(|token| token.span.start)
            .collect();
        let takers: Vec<&Parameter> = offer
            .profile
            .parameters
            .iter()
            .filter(|parameter| parameter.made_for == Some(kind))
            .collect();
        let takes_all = takers
            .iter()
            .any(|parameter| matches!(parameter.shape, Shape::List(_)));
        if given.len() > takers.len().max(1) && !takes_all {
            let but = |kept: &usize| {
                wish.tokens
                    .iter()
                    .filter(|token| !is_one(token) || token.span.start == *kept)
                    .cloned()
                    .collect()
            };
            return given.iter().take(MAX_SPREAD).map(but).collect();
        }
    }
    vec![wish.tokens.clone()]
}

/// Whether a token tells where data lies.
fn is_source(token: &Token) -> bool {
    token
        .literal()
        .is_some_and(|literal| matches!(literal.kind(), LiteralKind::Path | LiteralKind::Url))
}

/// Whether a token is a value that no plan may ignore.
fn is_datum(token: &Token) -> bool {
    is_source(token)
        || token
            .literal()
            .is_some_and(|literal| literal.kind() == LiteralKind::Email)
}
