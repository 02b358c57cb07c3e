//! Makes a step of an offer: its arguments, and where those come from that the wish does not spell out.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Composer, Making, chain::Need, is_source};
use crate::{
    catalog_planner::{
        clause::Joint,
        draft::Argument,
        fill::{Filled, fill},
        literal::LiteralKind,
        offer::Offer,
        parameter::Parameter,
        shape::Shape,
        source::from_steps,
        token::Token,
        wish::{Wish, break_at, references},
    },
    planner::PlanError,
};

impl<'p> Composer<'p> {
    /// Makes a step of an offer, with the steps that it needs before it; returns its place.
    pub(super) fn make(&mut self, place: usize, making: &mut Making<'_>) -> Result<usize, PlanError> {
        let offer = &self.pool.offers[place];
        let Filled {
            arguments,
            claimed,
            unfit,
        } = fill(offer, self.goal, making.tokens, &making.claimed);
        if let Some(unfit) = unfit {
            let (argument, value, reason) = (unfit.argument, unfit.value.to_string(), unfit.reason);
            return Err(PlanError::UnfitArgument {
                task: offer.title(),
                argument,
                value,
                reason,
            });
        }
        making.claimed = claimed;
        let mut arguments: BTreeMap<String, Argument> = arguments
            .into_iter()
            .map(|(name, value)| (name, Argument::Value(value)))
            .collect();
        for parameter in wanted(offer, &arguments) {
            making.waiting.push(place);
            let source = self.source(parameter, offer, making);
            making.waiting.pop();
            match source {
                Some(argument) => {
                    arguments.insert(parameter.name.clone(), argument);
                }
                None if parameter.is_required || needs_one_of_several(offer) => {
                    let argument = parameter.name.clone();
                    return Err(PlanError::MissingArgument {
                        task: offer.title(),
                        argument,
                    });
                }
                None => {}
            }
        }
        Ok(self.draft.add(place, arguments))
    }

    /// Where a parameter's value comes from that the wish does not spell out.
    fn source(&mut self, parameter: &Parameter, offer: &Offer, making: &mut Making<'_>) -> Option<Argument> {
        let mut tokens = making.tokens.to_vec();
        let shared = self.shared_object(making.wish, offer);
        tokens.extend(shared.first().and_then(|first| break_at(first.span.start)));
        tokens.extend(shared.iter().cloned());
        if parameter.is_material {
            self.material(parameter, offer, &tokens, making)
        } else {
            self.detail(parameter, offer, &tokens, making)
        }
    }

    /// What a task works on.
    fn material(
        &mut self,
        parameter: &Parameter,
        offer: &Offer,
        tokens: &[Token],
        making: &mut Making<'_>,
    ) -> Option<Argument> {
        let asked = &self.wishes[making.wish];
        let referred = references(tokens, offer);
        let data: Vec<&Token> = tokens
            .iter()
            .filter(|token| is_source(token) && !making.claimed.contains(&token.span.start))
            .collect();
        let has_own = !data.is_empty();
        let latest = self
            .latest
            .filter(|_| asked.points_back() && making.waiting.len() == 1);
        if !has_own
            && let Some(argument) = from_steps(parameter, &self.draft, self.pool, &referred, latest, true)
        {
            return Some(argument);
        }
        if let Some(argument) = self.chain(parameter, tokens, &referred, making, Need::Referred) {
            return Some(argument);
        }
        if has_own {
            return self.chain(parameter, tokens, &referred, making, Need::Datum);
        }
        let nearest = from_steps(parameter, &self.draft, self.pool, &referred, latest, false);
        if nearest.is_some() || parameter.takes_text() {
            // Two wishes about the same text both take the text, not the second what the first makes of it.
            let same = match &nearest {
                Some(Argument::Result { step, .. }) if latest.is_none() => self.text_of(*step),
                None => (0..self.draft.steps.len())
                    .rev()
                    .find_map(|step| self.text_of(step)),
                _ => None,
            };
            let context = self.context.map(|context| Value::String(context.to_owned()));
            let said = same.or(context.filter(|_| nearest.is_none()));
            if let Some(text) = said.filter(|_| parameter.takes_text()) {
                let is_list = matches!(parameter.shape, Shape::List(_));
                return Some(Argument::Value(if is_list && !text.is_array() {
                    Value::Array(vec![text])
                } else {
                    text
                }));
            }
            if nearest.is_some() {
                return nearest;
            }
        }
        let elsewhere = self.elsewhere(making, is_source)?;
        self.chain(parameter, &elsewhere, &referred, making, Need::Datum)
    }

    /// The text that a step works on, if it was spelled out.
    fn text_of(&self, step: usize) -> Option<Value> {
        let step = self.draft.steps.get(step)?;
        let mut parameters = self.pool.offers[step.offer]
            .profile
            .parameters
            .iter()
            .filter(|parameter| parameter.is_material);
        parameters.find_map(|parameter| match step.arguments.get(&parameter.name) {
            Some(Argument::Value(text @ Value::String(_))) => Some(text.clone()),
            _ => None,
        })
    }

    /// What a task goes by or looks up.
    fn detail(
        &mut self,
        parameter: &Parameter,
        offer: &Offer,
        tokens: &[Token],
        making: &mut Making<'_>,
    ) -> Option<Argument> {
        let said = |found: &Filled| found.arguments.get(&parameter.name).cloned().map(Argument::Value);
        let shared = fill(offer, self.goal, tokens, &making.claimed);
        if let Some(argument) = said(&shared) {
            return Some(argument);
        }
        let nothing = BTreeSet::new();
        if let Some(argument) = from_steps(parameter, &self.draft, self.pool, &nothing, None, false) {
            return Some(argument);
        }
        let kind = parameter.made_for.filter(|kind| *kind != LiteralKind::Number);
        if let Some(kind) = kind
            && let Some(elsewhere) = self.elsewhere(making, |token| {
                token.literal().is_some_and(|literal| literal.kind() == kind)
            })
            && let Some(argument) = said(&fill(offer, self.goal, &elsewhere, &BTreeSet::new()))
        {
            return Some(argument);
        }
        self.chain(parameter, tokens, &nothing, making, Need::Named)
    }

    /// What a wish without an object shares with the next ones of its sentence: "the size and the color of the car".
    fn shared_object(&self, wish: usize, offer: &Offer) -> &'p [Token] {
        let asked = &self.wishes[wish];
        if asked.has_object(offer) {
            return &[];
        }
        let is_bare = asked.is_bare_verb();
        let following = self.wishes[wish + 1..]
            .iter()
            .take_while(|next| next.joint == Joint::Loose);
        let listed = following.take_while(|next| is_bare || !next.is_order);
        listed
            .map(Wish::object)
            .find(|object| !object.is_empty())
            .unwrap_or(&[])
    }

    /// The nearest such token elsewhere in the goal: the last before the wish, else the first after it.
    fn elsewhere(&self, making: &Making<'_>, wanted: impl Fn(&Token) -> bool) -> Option<Vec<Token>> {
        let start = self.wishes[making.wish].span().start;
        let mut before = self
            .tokens
            .iter()
            .filter(|token| token.span.start < start && wanted(token));
        let mut after = self
            .tokens
            .iter()
            .filter(|token| token.span.start >= start && wanted(token));
        before
            .next_back()
            .or_else(|| after.next())
            .cloned()
            .map(|token| vec![token])
    }
}

/// Parameters whose value is to be found: the required ones, or what the task works on if it can do without.
fn wanted<'o>(offer: &'o Offer, arguments: &BTreeMap<String, Argument>) -> Vec<&'o Parameter> {
    let is_open = |parameter: &&Parameter| !arguments.contains_key(&parameter.name);
    let mut wanted: Vec<&Parameter> = offer
        .profile
        .parameters
        .iter()
        .filter(|parameter| parameter.is_required)
        .filter(is_open)
        .collect();
    let has_material = offer.profile.parameters.iter().any(|parameter| {
        parameter.is_material && (parameter.is_required || arguments.contains_key(&parameter.name))
    });
    if !has_material
        && offer
            .profile
            .parameters
            .iter()
            .all(|parameter| !parameter.is_required)
        && arguments.is_empty()
    {
        wanted.extend(
            offer
                .profile
                .parameters
                .iter()
                .find(|parameter| parameter.is_material),
        );
    }
    wanted
}

/// Whether the schema asks for one of several parameters, none of which is required alone.
fn needs_one_of_several(offer: &Offer) -> bool {
    let schema = &offer.task().parameters;
    schema.get("anyOf").is_some() || schema.get("oneOf").is_some()
}
