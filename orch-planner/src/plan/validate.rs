//! Makes a plan one that can be run: finds its agents, pins versions and prices, checks what is known of arguments.

use std::{
    collections::{HashSet, hash_map::Entry},
    sync::Arc,
    time::Duration,
};

use ahash::AHashMap;
use orch_a2a::{CheckedTask, InvokeError, Invoker};
use orch_core::{
    Agent, AgentId, Amount, Caller, MoneyError, Version,
    catalog::{Catalog, Resolved},
};

use super::{InvalidPlan, Plan, PlannedStep, Step, ValidPlan, graph::Graph};
use crate::OrchestrationError;

/// Agents that were looked up just now, each by the name that a plan has for it.
pub(crate) type KnownAgents = AHashMap<String, Resolved>;

impl Plan {
    /// Checks the plan against the catalog, as the caller sees it.
    ///
    /// # Errors
    ///
    /// [`Invalid`](OrchestrationError::Invalid) for a step named twice, a cycle, a pointer at no step, arguments that
    /// miss their schema, prices in different currencies; [`UnknownAgent`](OrchestrationError::UnknownAgent) and
    /// [`UnknownTask`](OrchestrationError::UnknownTask). Each names the member at fault.
    pub async fn validate(
        self,
        catalog: &Catalog,
        invoker: &Invoker,
        caller: &Caller,
    ) -> Result<ValidPlan, OrchestrationError> {
        let known = KnownAgents::default();
        self.validate_among(catalog, invoker, caller, &known).await
    }

    /// The same, where some agents were looked up just now.
    pub(crate) async fn validate_among(
        self,
        catalog: &Catalog,
        invoker: &Invoker,
        caller: &Caller,
        known: &KnownAgents,
    ) -> Result<ValidPlan, OrchestrationError> {
        let (Graph { before, after }, indexes) = self.graph()?;
        let (offers, which) = self.offers(catalog, invoker, caller, known).await?;
        let mut steps = Vec::with_capacity(self.steps.len());
        for ((step, before), offer) in self.steps.into_iter().zip(before).zip(which) {
            let offer = &offers[offer];
            check_arguments(steps.len(), &step, &offer.task)?;
            steps.push(offer.pin(step, before));
        }
        let price = total(&steps)?;
        Ok(ValidPlan::new(steps, indexes, after, self.output, price))
    }

    /// What the steps ask for, each looked up once, and for each step which of it.
    async fn offers(
        &self,
        catalog: &Catalog,
        invoker: &Invoker,
        caller: &Caller,
        known: &KnownAgents,
    ) -> Result<(Vec<Offer>, Vec<usize>), OrchestrationError> {
        let known = known.iter().map(|(name, agent)| (name.as_str(), agent.clone()));
        let mut agents: AHashMap<&str, Resolved> = known.collect();
        let mut places: AHashMap<(&str, &str), usize> = AHashMap::new();
        let (mut offers, mut which) = (Vec::new(), Vec::with_capacity(self.steps.len()));
        for (index, step) in self.steps.iter().enumerate() {
            let place = match places.entry((&step.agent, &step.task)) {
                Entry::Occupied(known) => *known.get(),
                Entry::Vacant(new) => {
                    let agent = match agents.entry(&step.agent) {
                        Entry::Occupied(known) => known.into_mut(),
                        Entry::Vacant(new) => new.insert(resolve(catalog, caller, index, &step.agent).await?),
                    };
                    offers.push(Offer::new(invoker, agent, index, &step.task)?);
                    *new.insert(offers.len() - 1)
                }
            };
            which.push(place);
        }
        Ok((offers, which))
    }
}

/// A task of an agent, as far as it is the same for all steps that ask for it.
struct Offer {
    agent: AgentId,
    slug: Arc<str>,
    version: Version,
    task: CheckedTask,
    price: Amount,
    repeatable: bool,
    timeout: Duration,
}

impl Offer {
    /// The error names the step at `index`, the first that asks for it.
    fn new(
        invoker: &Invoker,
        agent: &Resolved,
        index: usize,
        name: &str,
    ) -> Result<Self, OrchestrationError> {
        let task = invoker.task(agent, name).map_err(|error| match error {
            InvokeError::TaskNotFound { agent, task } => OrchestrationError::UnknownTask {
                field: format!("steps[{index}].task"),
                agent,
                task,
            },
            other => InvalidPlan::new(format!("steps[{index}].task"), other.to_string()).into(),
        })?;
        let price = agent.version.pricing.ceiling();
        let price =
            price.map_err(|error| InvalidPlan::new(format!("steps[{index}].agent"), error.to_string()))?;
        let timeout = task.task().and_then(|task| task.timeout);
        Ok(Self {
            agent: agent.agent.id,
            slug: agent.agent.slug.as_str().into(),
            version: agent.version.version,
            price,
            repeatable: task.task().is_some_and(|task| task.repeatable),
            timeout: timeout.unwrap_or(Agent::DEFAULT_TIMEOUT),
            task,
        })
    }

    fn pin(&self, step: Step, before: Vec<usize>) -> PlannedStep {
        PlannedStep {
            id: step.id,
            agent: self.agent,
            slug: self.slug.clone(),
            version: self.version,
            arguments: step.arguments,
            before,
            price: self.price,
            repeatable: self.repeatable,
            timeout: self.timeout,
            on_failure: step.on_failure,
            task: step.task,
        }
    }
}

async fn resolve(
    catalog: &Catalog,
    caller: &Caller,
    index: usize,
    agent: &str,
) -> Result<Resolved, OrchestrationError> {
    let resolved = catalog.resolve(caller, agent).await;
    resolved.map_err(|cause| OrchestrationError::UnknownAgent {
        field: format!("steps[{index}].agent"),
        cause,
    })
}

fn check_arguments(index: usize, step: &Step, task: &CheckedTask) -> Result<(), InvalidPlan> {
    task.check(&step.arguments).map_err(|error| match error {
        InvokeError::Refused { field, reason } => {
            let field = field.replace('/', ".").replace("~1", "/").replace("~0", "~");
            // The field is named before the reason.
            let reason = reason.strip_prefix("it ").unwrap_or(&reason).to_owned();
            InvalidPlan::new(format!("steps[{index}].arguments{field}"), reason)
        }
        other => InvalidPlan::new(format!("steps[{index}].task"), other.to_string()),
    })
}

impl ValidPlan {
    /// How many different agents work on it.
    pub fn n_agents(&self) -> usize {
        let agents: HashSet<AgentId> = self.steps().iter().map(|step| step.agent).collect();
        agents.len()
    }

    /// Whether it takes no more agents and can cost no more than that.
    ///
    /// # Errors
    ///
    /// [`TooManyAgents`](OrchestrationError::TooManyAgents), [`OverBudget`](OrchestrationError::OverBudget), and
    /// [`Budget`](OrchestrationError::Budget) for one in another currency.
    pub fn check_limits(
        &self,
        max_agents: Option<u32>,
        budget: Option<Amount>,
    ) -> Result<(), OrchestrationError> {
        if let Some(allowed) = max_agents {
            let required = self.n_agents();
            if required > allowed as usize {
                return Err(OrchestrationError::TooManyAgents { required, allowed });
            }
        }
        if let Some(available) = budget.filter(|_| !self.price().is_zero()) {
            let required = self.price();
            // Comparing as well refuses a budget of another currency.
            match available.minus(required) {
                Ok(_) => {}
                Err(MoneyError::Negative) => {
                    return Err(OrchestrationError::OverBudget { required, available });
                }
                Err(error) => return Err(OrchestrationError::Budget(error)),
            }
        }
        Ok(())
    }
}

/// The sum of the prices. What costs nothing may be counted in any currency; all else is in one.
fn total(steps: &[PlannedStep]) -> Result<Amount, InvalidPlan> {
    let mut total: Option<Amount> = None;
    for (index, step) in steps.iter().enumerate() {
        total = Some(match total {
            Some(total) if step.price.is_zero() => total,
            Some(total) if !total.is_zero() => total.plus(step.price).map_err(|error| {
                InvalidPlan::new(
                    format!("steps[{index}].agent"),
                    format!("is paid otherwise: {error}"),
                )
            })?,
            _ => step.price,
        });
    }
    total.ok_or_else(|| InvalidPlan::new("steps", "is empty"))
}
