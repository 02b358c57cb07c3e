//! How a run comes to be: planned, validated, its price held, durable, and only then acknowledged.

mod bundle;
mod unplanned;

use std::time::Duration;

use orch_billing::BillingError;
use orch_core::{AccountId, Amount, Caller, MoneyError, RunId};

use super::{
    Estimate, Orchestrations, Preview, StartOptions, Started, desk::Place, key::run_key, worker::Fresh,
};
use crate::{
    Goal, GoalLimits, Orchestration, OrchestrationError, OrchestrationEvent, Plan, PlanError, Proposal,
    ValidPlan,
    orchestration::{Planned, ReplanPolicy},
    plan::KnownAgents,
    store::{Insertion, RunHandle, RunKey, RunName, RunRecord, RunSummary},
    synthesis::SynthesisOrder,
    telemetry,
};
use bundle::Bundle;

/// How long a run's hold lasts at least; while the run lives, it does not expire at all.
const HOLD_TTL: Duration = Duration::from_secs(600);

impl Orchestrations {
    /// What the goal would come to: nothing is stored, and no agent is called. A model that is asked is paid.
    pub async fn plan(&self, caller: &Caller, goal: &Goal) -> Result<Preview, OrchestrationError> {
        goal.check()?;
        self.check_switch(caller).await?;
        self.check_named(caller, &goal.limits).await?;
        let proposal = self.think(caller, goal).await?;
        let mut options = options_of(goal, None, 0);
        options.budget = without(options.budget, proposal.cost())?;
        let valid = self
            .validate(caller, proposal.plan.clone(), &KnownAgents::default(), &options)
            .await?;
        Ok(Preview {
            estimate: self.estimate(caller, &valid).await?,
            plan: proposal.plan,
            valid,
            planning: proposal.planning,
        })
    }

    /// What a plan would take, as far as the catalog knows.
    async fn estimate(&self, caller: &Caller, plan: &ValidPlan) -> Result<Estimate, OrchestrationError> {
        let estimate = Estimate::of(plan, &self.0.catalog, caller).await;
        // Its agents were there a moment ago.
        estimate.map_err(|cause| OrchestrationError::UnknownAgent {
            field: "steps".to_owned(),
            cause,
        })
    }

    /// Makes a plan for the goal and starts it; the key makes starting the same goal twice the same as once.
    ///
    /// That holds of a goal, too, that a planner finds no plan for: under a key it is a run without steps, which has failed with
    /// the code `no_plan`, so that no model is asked and paid for it again (`the_same_goal_is_not_planned_twice`). Where a
    /// planner says that an agent or its model is away, or that a budget does not suffice, it is refused alone, as
    /// everything is without a key, and nothing is stored. (A model is not shown who is away: what it says without them
    /// stands.)
    ///
    /// # Errors
    ///
    /// What a planner refuses, and what [`start_plan`](Self::start_plan) does.
    pub async fn start(
        &self,
        caller: &Caller,
        goal: Goal,
        key: Option<String>,
    ) -> Result<Started, OrchestrationError> {
        self.start_as(caller, goal, key, None).await
    }

    /// As [`start`](Self::start), for a surface that names the run and has something to remember of the request.
    pub async fn start_as(
        &self,
        caller: &Caller,
        goal: Goal,
        key: Option<String>,
        handle: Option<RunHandle>,
    ) -> Result<Started, OrchestrationError> {
        goal.check()?;
        let fallbacks = self.0.options.fallbacks.min(StartOptions::MAX_FALLBACKS);
        let options = StartOptions {
            handle,
            ..options_of(&goal, key, fallbacks)
        };
        let key = run_key(
            &options,
            &(
                goal.text.as_str(),
                &goal.context,
                &goal.limits.preferred,
                &goal.limits.excluded,
            ),
        )?;
        // Whoever asks again while the first is still thought about waits for what comes of it.
        let name = key
            .as_ref()
            .map(|key| (caller.account().clone(), key.key.clone()));
        let place = name.and_then(|name| self.0.turns.stand(&name, usize::MAX));
        let _turn = match &place {
            Some(place) => Some(place.turn().await),
            None => None,
        };
        if let Some(started) = self.replay(caller.account(), key.as_ref()).await? {
            return Ok(started);
        }
        self.check_switch(caller).await?;
        self.check_named(caller, &goal.limits).await?;
        let proposal = match self.think(caller, &goal).await {
            Ok(proposal) => proposal,
            Err(error) => return self.unplanned(caller, &goal, options, key, error).await,
        };
        let replan = self.0.options.replan_policy(&goal);
        self.start_valid(caller, proposal, &KnownAgents::default(), options, key, replan)
            .await
    }

    /// Starts a plan: returns once the run is durable and its price is held.
    ///
    /// # Errors
    ///
    /// What [`Plan::validate`] refuses; too many agents; over its budget; credits that do not suffice; a key that was
    /// used for something else. Nothing is stored then.
    pub async fn start_plan(
        &self,
        caller: &Caller,
        plan: Plan,
        options: StartOptions,
    ) -> Result<Started, OrchestrationError> {
        let key = match options.fallbacks {
            0 => run_key(&options, &plan)?,
            fallbacks => run_key(&options, &(&plan, fallbacks, &options.excluded))?,
        };
        if let Some(started) = self.replay(caller.account(), key.as_ref()).await? {
            return Ok(started);
        }
        self.check_switch(caller).await?;
        self.start_valid(caller, plan.into(), &KnownAgents::default(), options, key, None)
            .await
    }

    async fn think(&self, caller: &Caller, goal: &Goal) -> Result<Proposal, PlanError> {
        let started_at = self.0.clock.now();
        let proposal = self.0.planner.propose(caller, goal).await;
        telemetry::planned(&proposal, self.0.clock.now().since(started_at));
        proposal
    }

    pub(super) async fn start_valid(
        &self,
        caller: &Caller,
        proposal: Proposal,
        known: &KnownAgents,
        mut options: StartOptions,
        key: Option<RunKey>,
        replan: Option<Box<ReplanPolicy>>,
    ) -> Result<Started, OrchestrationError> {
        let timeout = options.timeout.unwrap_or(GoalLimits::default().timeout);
        if !GoalLimits::TIMEOUT.contains(&timeout) {
            let reason = format!("of {timeout:?} is outside 1 second to 1 hour");
            return Err(OrchestrationError::Option {
                field: "timeout",
                reason,
            });
        }
        options.budget = without(options.budget, proposal.cost())?;
        let fallback = options.fallback()?;
        let Proposal { plan, planning } = proposal;
        let plan = self.validate(caller, plan, known, &options).await?;
        let (now, account) = (self.0.clock.now(), caller.account().clone());
        let id = RunId::generate(now, &*self.0.entropy);
        // What the steps can cost is set aside before what the answer can cost.
        let is_written = self.is_written(planning.is_some(), &options);
        let mut bundle = Bundle::new(self.0.paid_runs.as_ref().filter(|_| !is_written));
        let mut planned = Planned {
            account,
            goal: options.goal,
            budget: options.budget,
            timeout,
            plan,
            planning,
            synthesis: None,
            fallback,
            replan,
            is_one_call: false,
        };
        planned.is_one_call = bundle.is_joint() && planned.comes_to_one_call();
        let mut run = Orchestration::begin(id, planned.clone(), now);
        if let Err(refusal) = self.hold(&run, &mut bundle).await {
            // The credits may be short because the same start, made at the same time, has taken them.
            return self.replay(run.account(), key.as_ref()).await?.ok_or(refusal);
        }
        if is_written && let Some(order) = self.order_synthesis(&run).await? {
            planned.budget = without(planned.budget, order.reserved)?;
            planned.synthesis = Some(order);
            run = Orchestration::begin(id, planned.clone(), now);
        }
        bundle
            .events
            .push(OrchestrationEvent::Planned(planned).to_event(id, 1, now)?);
        let place = self.0.desk.reserve(id, self.0.options.inbox);
        if bundle.is_joint() && place.as_ref().is_some_and(Place::is_awaited) {
            self.begin_steps(&mut run, &mut bundle).await?;
        }
        let record = RunRecord {
            worker: place.as_ref().map(|place| place.lease().worker),
            epoch: place.as_ref().map_or(0, |place| place.lease().epoch),
            ..record(&run, key, options.handle)
        };
        match self.insert(&run, &record, &bundle).await? {
            Ok(Insertion::New) => {}
            Err(refusal) => {
                let first = self.replay(run.account(), record.key.as_ref()).await?;
                return first.ok_or(refusal.into());
            }
            Ok(Insertion::Taken(first)) => {
                self.give_back(id).await;
                self.give_back_synthesis(&run).await;
                return same(&first, record.key.as_ref());
            }
        }
        telemetry::started();
        match place {
            Some(place) => {
                let live = self.0.lives.of_own(id, run.account());
                place.fill(Fresh {
                    run,
                    held: bundle.calls,
                    live,
                });
            }
            None => self.0.desk.ring(),
        }
        Ok(Started {
            run: id,
            is_new: true,
        })
    }

    async fn validate(
        &self,
        caller: &Caller,
        plan: Plan,
        known: &KnownAgents,
        options: &StartOptions,
    ) -> Result<ValidPlan, OrchestrationError> {
        let plan = plan
            .validate_among(&self.0.catalog, &self.0.invoker, caller, known)
            .await?;
        plan.check_limits(options.max_agents, options.budget)?;
        Ok(plan)
    }

    /// Whether the answer is written by one who was planned with.
    fn is_written(&self, is_from_a_goal: bool, options: &StartOptions) -> bool {
        is_from_a_goal && options.goal.is_some() && self.0.planner.synthesis().is_some()
    }

    /// Sets aside what writing the answer can cost, where the planner writes answers. What was held is given back where that
    /// fails.
    async fn order_synthesis(&self, run: &Orchestration) -> Result<Option<SynthesisOrder>, BillingError> {
        let (Some(synthesis), Some(goal)) = (self.0.planner.synthesis(), run.goal()) else {
            return Ok(None);
        };
        // What the steps can cost comes first.
        let price = run.plan().price();
        let available = match run.budget() {
            Some(budget) if !price.is_zero() => budget.minus(price).map(Some),
            budget => Ok(budget),
        };
        let ordered = match available {
            Ok(available) => {
                synthesis
                    .order(run.account(), run.id(), goal, available, HOLD_TTL)
                    .await
            }
            Err(error) => Err(error.into()),
        };
        if ordered.is_err() {
            self.give_back(run.id()).await;
        }
        ordered.map(Some)
    }

    /// The run that was started before under this key.
    pub(super) async fn replay(
        &self,
        account: &AccountId,
        key: Option<&RunKey>,
    ) -> Result<Option<Started>, OrchestrationError> {
        let Some(key) = key else {
            return Ok(None);
        };
        let first = self
            .0
            .store
            .find_by(account, &RunName::Key(key.key.clone()))
            .await?;
        first.map(|first| same(&first, Some(key))).transpose()
    }
}

/// The run that was there first, if it was started with the same content.
fn same(first: &RunRecord, key: Option<&RunKey>) -> Result<Started, OrchestrationError> {
    // Without a key of its own, what was there first was another start, whose handle or id this one bears by chance.
    if key.is_some() && first.key.as_ref() == key {
        Ok(Started {
            run: first.id,
            is_new: false,
        })
    } else {
        let key = key.map(|key| key.key.clone()).unwrap_or_default();
        Err(OrchestrationError::Conflict { key })
    }
}

/// What is left of a budget without what models take of it.
fn without(budget: Option<Amount>, cost: Option<Amount>) -> Result<Option<Amount>, OrchestrationError> {
    match (budget, cost.filter(|cost| !cost.is_zero())) {
        (Some(available), Some(required)) => match available.minus(required) {
            Ok(left) => Ok(Some(left)),
            Err(MoneyError::Negative) => Err(OrchestrationError::OverBudget { required, available }),
            Err(error) => Err(OrchestrationError::Budget(error)),
        },
        (budget, _) => Ok(budget),
    }
}

fn options_of(goal: &Goal, key: Option<String>, fallbacks: u32) -> StartOptions {
    StartOptions {
        goal: Some(goal.text.clone()),
        budget: goal.limits.budget,
        timeout: Some(goal.limits.timeout),
        max_agents: Some(goal.limits.max_agents),
        fallbacks,
        excluded: goal.limits.excluded.clone(),
        key,
        handle: None,
    }
}

/// A run as it is kept at first, with nobody who works on it.
fn record(run: &Orchestration, key: Option<RunKey>, handle: Option<RunHandle>) -> RunRecord {
    RunRecord {
        id: run.id(),
        account: run.account().clone(),
        status: run.status(),
        seq: run.seq(),
        worker: None,
        epoch: 0,
        key,
        handle,
        summary: summary(run),
        created_at: run.created_at(),
        ended_at: run.ended_at(),
    }
}

fn summary(run: &Orchestration) -> RunSummary {
    let goal = run
        .goal()
        // PostgreSQL keeps no NUL in a text; what lists show can do without it.
        .map(|goal| {
            goal.replace('\0', "\u{fffd}")
                .chars()
                .take(RunSummary::MAX_GOAL_CHARS)
                .collect()
        });
    RunSummary {
        goal,
        n_steps: run.plan().steps().len(),
        price: run.plan().price(),
    }
}
