//! The planner that asks a model, over a whole house and a model that follows a script.

mod answers;
mod auto;
mod hostile;
mod money;
mod plans;

use std::sync::Arc;

use orch_core::{Amount, Currency, SeededEntropy};
use orch_planner::{
    AutoPlanner, Goal, GoalLimits, LlmOptions, LlmPlanner, MeteredModel, Orchestration, Orchestrations, Plan,
    PlanError, Planner, TokenPrice,
    catalog_planner::CatalogPlanner,
    testing::{ScriptedProvider, Turn},
};
use serde_json::{Value, json};

use super::house::{House, algo, caller, drive, options};

/// What a token costs that the model of the tests reads, and one that it writes, in minor units: [`Turn::say`] costs 200.
const READ: i64 = 1;
const WRITTEN: i64 = 10;
/// What an answer of [`Turn::say`] costs.
const SAID: i64 = 100 * READ + 10 * WRITTEN;

pub(crate) fn price() -> TokenPrice {
    TokenPrice::per_million(algo(READ * 1_000_000), algo(WRITTEN * 1_000_000)).unwrap()
}

/// A house with a model.
struct Study {
    house: House,
    model: Arc<ScriptedProvider>,
    planner: LlmPlanner,
}

impl Study {
    async fn new(script: impl IntoIterator<Item = Turn>) -> Self {
        Self::with(
            script,
            LlmOptions {
                synthesis: None,
                ..LlmOptions::default()
            },
        )
        .await
    }

    async fn with(script: impl IntoIterator<Item = Turn>, options: LlmOptions) -> Self {
        Self::over(House::new().await, script, options)
    }

    fn over(house: House, script: impl IntoIterator<Item = Turn>, options: LlmOptions) -> Self {
        let model = Arc::new(ScriptedProvider::new(script));
        let metered = MeteredModel::new(
            model.clone(),
            price(),
            house.billing.clone(),
            house.clock.clone(),
            Arc::new(SeededEntropy::new(7)),
        );
        let planner = LlmPlanner::new(metered, house.catalog.clone(), house.invoker.clone(), options);
        Self {
            house,
            model,
            planner,
        }
    }

    fn auto(&self) -> AutoPlanner {
        let catalog = CatalogPlanner::new(self.house.catalog.clone());
        AutoPlanner::new(self.planner.clone(), Arc::new(catalog))
    }

    async fn plan(&self, goal: &Goal) -> Result<Plan, PlanError> {
        self.planner.plan(&caller(), goal).await
    }

    /// The service with this planner.
    fn service(&self, planner: Arc<dyn Planner>) -> Orchestrations {
        Orchestrations::new(
            self.house.store.clone(),
            None,
            self.house.invoker.clone(),
            self.house.catalog.clone(),
            self.house.billing.clone(),
            planner,
            self.house.clock.clone(),
            Arc::new(SeededEntropy::new(8)),
            options(),
        )
    }

    /// Runs a goal to its end.
    async fn run(&self, service: &Orchestrations, goal: Goal) -> Orchestration {
        let worker = service.begin_worker().await.unwrap();
        let started = service.start(&caller(), goal, None).await.unwrap();
        drive(service, &worker).await;
        service.find(&caller(), started.run).await.unwrap()
    }
}

fn goal(text: &str) -> Goal {
    Goal::new(text).unwrap()
}

fn budget(minor: i64) -> GoalLimits {
    let budget = Some(Amount::new(minor, Currency::Algo).unwrap());
    GoalLimits {
        budget,
        ..GoalLimits::default()
    }
}

/// An answer of one step.
fn one(task: &str, arguments: &Value) -> Turn {
    Turn::say(json!({"steps": [{"id": "a", "task": task, "arguments": arguments}]}).to_string())
}
