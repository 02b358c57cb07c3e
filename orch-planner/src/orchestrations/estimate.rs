//! What a plan would take, and what that is known from.

use std::time::Duration;

use orch_core::{
    Agent, Amount, Caller,
    agent::BillingModel,
    catalog::{Catalog, CatalogError},
};

use crate::{PlannedStep, StepId, ValidPlan};

/// What a plan would take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// The most that its steps can cost together.
    pub cost: Amount,
    /// About how long it takes: as long as its longest chain of steps.
    pub time: Duration,
    /// What each step takes, in the order of the plan's.
    pub steps: Vec<StepEstimate>,
}

/// What a step would take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepEstimate {
    /// The step.
    pub step: StepId,
    /// The slug of its agent.
    pub agent: String,
    /// The most that it can cost.
    pub cost: Amount,
    /// How its price counts.
    pub cost_basis: BillingModel,
    /// About how long it takes.
    pub time: Duration,
    /// What that is known from.
    pub time_basis: TimeBasis,
}

/// What a time is known from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeBasis {
    /// The mean of so many answers of the agent.
    History {
        /// How many.
        answered: u64,
    },
    /// The agent has answered nobody yet; this is the longest that the task may take.
    Timeout,
}

impl Estimate {
    /// What a plan would take, as far as the catalog knows.
    pub(super) async fn of(
        plan: &ValidPlan,
        catalog: &Catalog,
        caller: &Caller,
    ) -> Result<Self, CatalogError> {
        let mut steps = Vec::with_capacity(plan.steps().len());
        for step in plan.steps() {
            let resolved = catalog.version(caller, step.agent, step.version).await?;
            let cost_basis = resolved.version.pricing.model.clone();
            steps.push(StepEstimate::of(step, &resolved.agent, cost_basis));
        }
        let times: Vec<Duration> = steps.iter().map(|step| step.time).collect();
        Ok(Self {
            cost: plan.price(),
            time: longest_chain(plan, &times),
            steps,
        })
    }
}

impl StepEstimate {
    fn of(step: &PlannedStep, agent: &Agent, cost_basis: BillingModel) -> Self {
        let answered = agent.performance.answered;
        let (time, time_basis) = if answered > 0 {
            let mean = agent.performance.average_time();
            (mean.min(step.timeout), TimeBasis::History { answered })
        } else {
            (step.timeout, TimeBasis::Timeout)
        };
        Self {
            step: step.id.clone(),
            agent: step.slug.to_string(),
            cost: step.price,
            cost_basis,
            time,
            time_basis,
        }
    }
}

/// How long the steps take when each begins as soon as it can.
fn longest_chain(plan: &ValidPlan, times: &[Duration]) -> Duration {
    let steps = plan.steps();
    let mut missing: Vec<usize> = steps.iter().map(|step| step.before.len()).collect();
    let mut ready: Vec<usize> = (0..steps.len()).filter(|&index| missing[index] == 0).collect();
    let mut ends = vec![Duration::ZERO; steps.len()];
    while let Some(index) = ready.pop() {
        let begins = steps[index].before.iter().map(|&before| ends[before]).max();
        ends[index] = begins.unwrap_or_default().saturating_add(times[index]);
        for &after in plan.dependents(index) {
            missing[after] -= 1;
            if missing[after] == 0 {
                ready.push(after);
            }
        }
    }
    ends.into_iter().max().unwrap_or_default()
}
