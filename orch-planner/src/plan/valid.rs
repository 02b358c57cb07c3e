use std::{collections::BTreeMap, sync::Arc, time::Duration};

use orch_core::{AgentId, Amount, Currency, Version};
use serde::{Deserialize, Serialize, de::Error as _};
use serde_json::{Map, Value};

use super::{
    OnFailure, Parameter, ResultPointer, StepId,
    graph::{Edges, Graph, Indexes},
};
use crate::orchestration::Alternative;

/// A plan that can be run: its agents exist, its order has no cycle, and what it may cost is known.
///
/// Versions and prices are pinned, so that nothing a developer publishes changes a run. Cheap to clone.
#[derive(Clone, Debug, PartialEq)]
pub struct ValidPlan(Arc<Parts>);

#[derive(Clone, Debug, PartialEq)]
struct Parts {
    steps: Vec<PlannedStep>,
    indexes: Indexes,
    /// For each step, those that it comes before.
    after: Edges,
    output: Option<Parameter>,
    price: Amount,
}

/// A step whose agent is known.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedStep {
    /// Its name in the plan.
    pub id: StepId,
    /// Who does it.
    pub agent: AgentId,
    /// That agent's slug, for people.
    pub slug: Arc<str>,
    /// In which version.
    pub version: Version,
    /// Which task.
    pub task: String,
    /// With what.
    pub arguments: BTreeMap<String, Parameter>,
    /// The steps that come before it, by their index; sorted.
    pub before: Vec<usize>,
    /// The most that it may cost.
    pub price: Amount,
    /// Whether doing it twice is as good as doing it once.
    pub repeatable: bool,
    /// The longest that it may take.
    pub timeout: Duration,
    /// What becomes of the run when it fails.
    pub on_failure: OnFailure,
}

impl ValidPlan {
    /// The caller vouches that the steps have an order without cycles, that `indexes` names them, that `after` says for each
    /// those that it comes before, and that `price` is the sum of theirs.
    pub(super) fn new(
        steps: Vec<PlannedStep>,
        indexes: Indexes,
        after: Edges,
        output: Option<Parameter>,
        price: Amount,
    ) -> Self {
        Self(Arc::new(Parts {
            steps,
            indexes,
            after,
            output,
            price,
        }))
    }

    /// No step at all, in that currency: of a goal that no plan was made of.
    pub(crate) fn none(currency: Currency) -> Self {
        let Graph { after, .. } = Graph::new(Vec::new());
        Self::new(
            Vec::new(),
            Indexes::default(),
            after,
            None,
            Amount::zero(currency),
        )
    }

    /// The same plan, with another agent for a step.
    pub(crate) fn with_alternative(&self, index: usize, by: &Alternative) -> Result<Self, String> {
        let mut parts = Parts::clone(&self.0);
        if !by.more.is_zero() {
            parts.price = parts.price.plus(by.more).map_err(|error| error.to_string())?;
        }
        if let Some(step) = parts.steps.get_mut(index) {
            step.agent = by.agent;
            step.slug = by.slug.as_str().into();
            step.version = by.version;
            step.price = by.price;
            step.repeatable = by.repeatable;
            step.timeout = by.timeout;
        }
        Ok(Self(Arc::new(parts)))
    }

    /// Both plans, of which only what follows answers. Where they have a name in common, there is none.
    pub(crate) fn followed_by(&self, next: &Self) -> Result<Self, String> {
        let mut parts = Parts::clone(&self.0);
        let n_before = parts.steps.len();
        for (index, step) in next.steps().iter().enumerate() {
            if parts.indexes.insert(step.id.clone(), n_before + index).is_some() {
                return Err(format!("a plan before has a step {}", step.id));
            }
            let mut step = step.clone();
            step.before.iter_mut().for_each(|before| *before += n_before);
            parts.steps.push(step);
        }
        parts.after.append(&next.0.after);
        parts.output = next.output().cloned();
        if !next.price().is_zero() {
            parts.price = parts
                .price
                .plus(next.price())
                .map_err(|error| error.to_string())?;
        }
        Ok(Self(Arc::new(parts)))
    }

    /// The index of the step of that name.
    pub fn index(&self, id: &StepId) -> Option<usize> {
        self.0.indexes.get(id).copied()
    }

    /// The steps; others name them by their index.
    pub fn steps(&self) -> &[PlannedStep] {
        &self.0.steps
    }

    /// The most that all steps together may cost, which is what a run holds. Where a step went to another agent, what
    /// was set aside for the first one counts on.
    pub fn price(&self) -> Amount {
        self.0.price
    }

    /// What the run answers; `None` for the results of the steps on which no other depends.
    pub fn output(&self) -> Option<&Parameter> {
        self.0.output.as_ref()
    }

    /// The steps that a step comes before, by their index.
    pub fn dependents(&self, index: usize) -> &[usize] {
        self.0.after.of(index)
    }
}

impl PlannedStep {
    /// What the step is called with, given the results so far; the pointer that points at nothing otherwise.
    pub fn resolve<'r>(
        &self,
        find: &dyn Fn(&ResultPointer) -> Option<&'r Value>,
    ) -> Result<Map<String, Value>, ResultPointer> {
        let arguments = self.arguments.iter();
        arguments
            .map(|(name, argument)| Ok((name.clone(), argument.resolve(find)?)))
            .collect()
    }
}

/// The stored form, version 1: part of the event `planned`.
#[derive(Serialize, Deserialize)]
struct StoredPlan<S> {
    steps: Vec<S>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    output: Option<Value>,
    price: Amount,
}

#[derive(Serialize)]
struct StepToStore<'s> {
    id: &'s StepId,
    agent: AgentId,
    slug: &'s str,
    version: Version,
    task: &'s str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    arguments: &'s BTreeMap<String, Parameter>,
    #[serde(skip_serializing_if = "<[usize]>::is_empty")]
    before: &'s [usize],
    price: Amount,
    repeatable: bool,
    timeout_ms: u64,
    on_failure: OnFailure,
}

#[derive(Deserialize)]
struct StoredStep {
    id: StepId,
    agent: AgentId,
    slug: String,
    version: Version,
    task: String,
    #[serde(default)]
    arguments: BTreeMap<String, Value>,
    #[serde(default)]
    before: Vec<usize>,
    price: Amount,
    repeatable: bool,
    timeout_ms: u64,
    on_failure: OnFailure,
}

impl Serialize for ValidPlan {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let steps = self.steps().iter().map(|step| StepToStore {
            id: &step.id,
            agent: step.agent,
            slug: &step.slug,
            version: step.version,
            task: &step.task,
            arguments: &step.arguments,
            before: &step.before,
            price: step.price,
            repeatable: step.repeatable,
            timeout_ms: u64::try_from(step.timeout.as_millis()).unwrap_or(u64::MAX),
            on_failure: step.on_failure,
        });
        let output = self.output().map(serde_json::to_value).transpose();
        let stored = StoredPlan {
            steps: steps.collect(),
            output: output.map_err(serde::ser::Error::custom)?,
            price: self.price(),
        };
        stored.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ValidPlan {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let stored = StoredPlan::<StoredStep>::deserialize(deserializer)?;
        let n_steps = stored.steps.len();
        let steps = stored.steps.into_iter().map(|step| {
            if let Some(index) = step.before.iter().find(|&&index| index >= n_steps) {
                return Err(D::Error::custom(format!(
                    "step {} comes after step {index}, which there is not",
                    step.id
                )));
            }
            let arguments = step.arguments.into_iter().map(|(name, argument)| {
                let argument = Parameter::parse(argument, &name).map_err(D::Error::custom)?;
                Ok((name, argument))
            });
            Ok(PlannedStep {
                arguments: arguments.collect::<Result<_, _>>()?,
                id: step.id,
                agent: step.agent,
                slug: step.slug.into(),
                version: step.version,
                task: step.task,
                before: step.before,
                price: step.price,
                repeatable: step.repeatable,
                timeout: Duration::from_millis(step.timeout_ms),
                on_failure: step.on_failure,
            })
        });
        let steps: Vec<PlannedStep> = steps.collect::<Result<_, _>>()?;
        let graph = Graph::new(steps.iter().map(|step| step.before.clone()).collect());
        if !graph.unreachable().is_empty() {
            return Err(D::Error::custom("a step of the plan waits for itself"));
        }
        let output = stored.output.map(|output| Parameter::parse(output, "output"));
        let output = output.transpose().map_err(D::Error::custom)?;
        let named = steps.iter().enumerate();
        let indexes = named.map(|(index, step)| (step.id.clone(), index)).collect();
        Ok(Self::new(steps, indexes, graph.after, output, stored.price))
    }
}
