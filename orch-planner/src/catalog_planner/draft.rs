//! A plan while it is being made: steps that know their offers.

use std::collections::{BTreeMap, BTreeSet};

use orch_core::{AgentId, Amount, MoneyError};
use serde_json::Value;

use super::{
    literal::{Literal, names_of},
    offer::Pool,
    shape::Handover,
};
use crate::plan::{Parameter, Plan, Step, StepId};

/// Steps in an order in which each comes after those whose results it takes.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    pub(super) steps: Vec<DraftStep>,
}

/// A step of a draft.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct DraftStep {
    /// The offer that it takes, by its place in the pool.
    pub(super) offer: usize,
    /// Its arguments.
    pub(super) arguments: BTreeMap<String, Argument>,
    /// The stems of the values it works on, by which a wish may refer to it.
    pub(super) names: BTreeSet<String>,
}

/// An argument of a step.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Argument {
    /// A value of the goal.
    Value(Value),
    /// A part of what an earlier step answers.
    Result {
        /// The step, by its place.
        step: usize,
        /// A JSON Pointer into its answer.
        pointer: String,
        /// How it is handed on.
        handover: Handover,
    },
}

impl Draft {
    /// Adds a step, unless there is one just like it; returns its place.
    pub(super) fn add(&mut self, offer: usize, arguments: BTreeMap<String, Argument>) -> usize {
        if let Some(same) = self
            .steps
            .iter()
            .position(|step| step.offer == offer && step.arguments == arguments)
        {
            return same;
        }
        let texts = arguments.values().filter_map(|argument| match argument {
            Argument::Value(Value::String(text)) => Some(Literal::read(text)?.0),
            _ => None,
        });
        let names = texts.flat_map(|literal| names_of(&literal)).collect();
        self.steps.push(DraftStep {
            offer,
            arguments,
            names,
        });
        self.steps.len() - 1
    }

    /// The distinct agents that it takes.
    pub(super) fn agents(&self, pool: &Pool) -> BTreeSet<AgentId> {
        self.steps
            .iter()
            .map(|step| pool.offers[step.offer].agent().id)
            .collect()
    }

    /// The most that it costs; nothing costs nothing in any currency. `None` for a draft that is free throughout.
    pub(super) fn price(&self, pool: &Pool) -> Result<Option<Amount>, MoneyError> {
        let prices = self
            .steps
            .iter()
            .map(|step| pool.offers[step.offer].price())
            .filter(|price| !price.is_zero());
        let mut sum: Option<Amount> = None;
        for price in prices {
            sum = Some(sum.map_or(Ok(price), |sum| sum.plus(price))?);
        }
        Ok(sum)
    }

    /// The plan.
    pub(super) fn plan(&self, pool: &Pool) -> Plan {
        let mut ids: Vec<StepId> = Vec::with_capacity(self.steps.len());
        let mut taken: BTreeSet<String> = BTreeSet::new();
        for step in &self.steps {
            ids.extend(step_id(&pool.offers[step.offer].task().name, &mut taken));
        }
        let steps = self.steps.iter().zip(&ids).map(|(step, id)| {
            let offer = &pool.offers[step.offer];
            let mut made = Step::new(
                id.clone(),
                offer.agent().slug.to_string(),
                offer.task().name.clone(),
            );
            for (name, argument) in &step.arguments {
                made = made.argument(name.clone(), argument.parameter(&ids));
            }
            made
        });
        Plan {
            steps: steps.collect(),
            output: None,
        }
    }
}

impl Argument {
    fn parameter(&self, ids: &[StepId]) -> Parameter {
        match self {
            Self::Value(value) => Parameter::literal(value.clone()),
            Self::Result {
                step,
                pointer,
                handover,
            } => {
                let result = Parameter::result(ids[*step].clone(), pointer.clone());
                match handover {
                    Handover::Direct => result,
                    Handover::Wrapped => Parameter::list(vec![result]),
                }
            }
        }
    }
}

/// An id made of a task's name, with a number behind it where the name is taken.
fn step_id(name: &str, taken: &mut BTreeSet<String>) -> Option<StepId> {
    let fits = |char: char| char.is_ascii_alphanumeric() || char == '_' || char == '-';
    let name: String = name
        .chars()
        .map(|char| {
            if fits(char) {
                char.to_ascii_lowercase()
            } else {
                '_'
            }
        })
        .take(56)
        .collect();
    let name = if name.is_empty() { "step".to_owned() } else { name };
    let numbered = (2..).map(|number| format!("{name}-{number}"));
    let id = std::iter::once(name.clone())
        .chain(numbered)
        .find(|id| !taken.contains(id))?;
    taken.insert(id.clone());
    id.parse().ok()
}
