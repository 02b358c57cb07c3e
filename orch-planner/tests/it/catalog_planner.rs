//! The catalog planner over a catalog of a few useful agents among others.

mod agents;
mod by_heart;
mod chains;
mod goals;
mod limits;
mod own_words;
mod properties;
mod refusals;

use std::sync::Arc;

use orch_core::{
    AccountId, Caller, ManualClock, SeededEntropy,
    catalog::{AgentDraft, Catalog, InMemoryCatalog},
};
use orch_planner::{Goal, Parameter, Plan, PlanError, Planner, catalog_planner::CatalogPlanner};

pub(crate) fn caller() -> Caller {
    Caller::host("demo".parse::<AccountId>().unwrap())
}

/// A catalog of these agents.
pub(crate) async fn catalog_of(drafts: impl IntoIterator<Item = AgentDraft>) -> Catalog {
    let (clock, entropy) = (
        Arc::new(ManualClock::default()),
        Arc::new(SeededEntropy::default()),
    );
    let catalog = Catalog::new(Arc::new(InMemoryCatalog::default()), clock, entropy);
    for draft in drafts {
        catalog.register(&caller(), draft).await.unwrap();
    }
    catalog
}

/// A planner over these agents.
pub(crate) async fn planner_over(drafts: impl IntoIterator<Item = AgentDraft>) -> CatalogPlanner {
    CatalogPlanner::new(catalog_of(drafts).await)
}

/// The plan for a goal over all agents of the tests.
pub(crate) async fn plan(text: &str) -> Result<Plan, PlanError> {
    planner_over(agents::all())
        .await
        .plan(&caller(), &Goal::new(text).unwrap())
        .await
}

/// The steps as `id = agent(argument: value)`, where `<id/pointer>` is a part of another step's answer.
pub(crate) fn shown(plan: &Plan) -> Vec<String> {
    let shown = |parameter: &Parameter| match parameter {
        Parameter::Literal(value) => value.to_string(),
        Parameter::Result(pointer) => format!("<{}>", &pointer.to_string()[1..]),
        other => serde_json::to_string(other).unwrap(),
    };
    let steps = plan.steps.iter().map(|step| {
        let arguments = step
            .arguments
            .iter()
            .map(|(name, argument)| format!("{name}: {}", shown(argument)));
        format!(
            "{} = {}({})",
            step.id,
            step.agent,
            arguments.collect::<Vec<_>>().join(", ")
        )
    });
    steps.collect()
}

/// Checks that each goal has these steps.
#[track_caller]
pub(crate) fn assert_steps(goal: &str, planned: &Result<Plan, PlanError>, steps: &[&str]) {
    match planned {
        Ok(plan) => assert_eq!(shown(plan), steps, "{goal}"),
        Err(error) => panic!("{goal}: {error}"),
    }
}
