//! Another plan for what is left, when a step fails for good and nobody takes it over.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use async_trait::async_trait;
use orch_a2a::testing::Script;
use orch_core::{Caller, Catalog, SeededEntropy};
use orch_planner::{
    Goal, GoalLimits, Orchestration, OrchestrationOptions, Orchestrations, Plan, PlanError, Planner,
    RunStatus, StepState,
};
use serde_json::{Value, json};

use super::fallback::hire;
use crate::house::{House, PRICE, algo, caller, drive, options, plan};

/// Plans with the first agent that the goal does not exclude, and counts how often.
#[derive(Debug)]
struct Choosy {
    agents: &'static [&'static str],
    catalog: Catalog,
    n_plans: AtomicU32,
}

fn steps(agent: &str) -> Value {
    json!([
        { "id": "a", "agent": agent, "task": "translate", "arguments": { "id": "a" } },
        { "id": "b", "agent": "echo", "task": "do", "arguments": { "id": { "$result": "/a/id" } } },
    ])
}

#[async_trait]
impl Planner for Choosy {
    async fn plan(&self, _caller: &Caller, goal: &Goal) -> Result<Plan, PlanError> {
        self.n_plans.fetch_add(1, Ordering::Relaxed);
        assert_eq!(goal.context.as_deref(), Some("a text"));
        for name in self.agents {
            let agent = self.catalog.find(&caller(), name).await.unwrap();
            if !goal
                .limits
                .excluded
                .iter()
                .any(|excluded| agent.goes_by(excluded))
            {
                return Ok(plan(steps(name)));
            }
        }
        let wish = goal.text.clone();
        Err(PlanError::NothingFits { wish })
    }
}

struct Replanning {
    house: Arc<House>,
    planner: Arc<Choosy>,
    service: Orchestrations,
}

impl Replanning {
    /// Agents that fail, but the last.
    async fn new(agents: &'static [&'static str], replans: u32, is_repeatable: bool) -> Self {
        let house = Arc::new(House::new().await);
        for (index, name) in agents.iter().enumerate() {
            hire(&house, name, PRICE, |agent| {
                agent.version.tasks[0].repeatable = is_repeatable;
            })
            .await;
            if index + 1 < agents.len() {
                house
                    .transport
                    .always(&format!("{name}/translate"), Script::fail("out of ink"));
            }
        }
        let planner = Arc::new(Choosy {
            agents,
            catalog: house.catalog.clone(),
            n_plans: AtomicU32::new(0),
        });
        let service = Orchestrations::new(
            house.store.clone(),
            None,
            house.invoker.clone(),
            house.catalog.clone(),
            house.billing.clone(),
            planner.clone(),
            house.clock.clone(),
            Arc::new(SeededEntropy::new(77)),
            OrchestrationOptions {
                fallbacks: 0,
                replans,
                ..options()
            },
        );
        Self {
            house,
            planner,
            service,
        }
    }

    async fn run(&self, limits: GoalLimits) -> Orchestration {
        let worker = self.service.begin_worker().await.unwrap();
        let goal = Goal::new("Translate").unwrap().with_context("a text").unwrap();
        let goal = goal.with_limits(limits).unwrap();
        let started = self.service.start(&caller(), goal, None).await.unwrap();
        drive(&self.service, &worker).await;
        self.house.find(started.run).await
    }
}

#[tokio::test]
async fn a_run_goes_on_with_another_plan() {
    let it = Replanning::new(&["first", "second"], 1, true).await;
    let run = it.run(GoalLimits::default()).await;
    assert_eq!(run.status(), RunStatus::Completed, "{:?}", run.failure());
    let history = [
        "planned",
        "step_started a",
        "replanned",
        "step_started again1-a",
        "step_succeeded again1-a",
        "step_started again1-b",
        "step_succeeded again1-b",
        "completed",
    ];
    assert_eq!(it.house.history(run.id()).await, history);
    assert_eq!(run.output(), Some(&json!({ "again1-b": { "id": "a" } })));
    assert!(matches!(run.steps()[1], StepState::Skipped));
    it.house.assert_paid(2).await;
}

#[tokio::test]
async fn replans_are_bounded() {
    for (replans, status) in [
        (0, RunStatus::Failed),
        (1, RunStatus::Failed),
        (2, RunStatus::Completed),
    ] {
        let it = Replanning::new(&["first", "second", "third"], replans, true).await;
        let run = it.run(GoalLimits::default()).await;
        assert_eq!((run.status(), run.n_replans()), (status, replans));
        assert_eq!(it.planner.n_plans.load(Ordering::Relaxed), replans + 1);
        it.house.assert_paid(if replans == 2 { 2 } else { 0 }).await;
    }
}

#[tokio::test]
async fn what_may_not_be_done_twice_is_not_planned_twice() {
    let it = Replanning::new(&["first", "second"], 1, false).await;
    let run = it.run(GoalLimits::default()).await;
    assert_eq!((run.status(), run.n_replans()), (RunStatus::Failed, 0));
    it.house.assert_paid(0).await;
}

#[tokio::test]
async fn the_budget_and_the_number_of_agents_hold() {
    let limits = |budget, max_agents| GoalLimits {
        budget: Some(algo(budget)),
        max_agents,
        ..GoalLimits::default()
    };
    for (limits, status) in [
        (limits(4 * PRICE - 1, 5), RunStatus::Failed),
        (limits(4 * PRICE, 5), RunStatus::Completed),
        (limits(4 * PRICE, 2), RunStatus::Failed),
        (limits(4 * PRICE, 3), RunStatus::Completed),
    ] {
        let it = Replanning::new(&["first", "second"], 1, true).await;
        let run = it.run(limits).await;
        assert_eq!(run.status(), status);
        it.house
            .assert_paid(if status == RunStatus::Completed { 2 } else { 0 })
            .await;
    }
}

#[tokio::test]
async fn without_another_plan_the_failure_stands() {
    let it = Replanning::new(&["first"], 1, true).await;
    it.house
        .transport
        .always("first/translate", Script::fail("out of ink"));
    let run = it.run(GoalLimits::default()).await;
    assert_eq!(run.status(), RunStatus::Failed);
    assert_eq!(run.failure().unwrap().failure.code, "agent_failed");
    it.house.assert_paid(0).await;
}
