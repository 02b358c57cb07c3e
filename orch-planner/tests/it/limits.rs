//! The limits of a goal hold in every plan, of every planner, over random goals and catalogs.
//!
//! `ORCH_LIMIT_CASES` says how many goals are planned; without it, as many as take a few seconds.

mod chance;
mod talker;
mod world;

use std::sync::atomic::{AtomicU64, Ordering};

use orch_planner::{Goal, GoalLimits, Planner, Proposal};

use crate::house::caller;
use chance::Chance;
use world::World;

/// How many goals are planned in each world.
const GOALS: u64 = 50;
/// How many goals are planned where nobody says.
const CASES: u64 = 400;

#[test]
fn the_limits_of_a_goal_hold_in_every_plan() {
    let cases = cases();
    let n_worlds = cases.div_ceil(GOALS);
    let (next, planned) = (AtomicU64::new(0), [const { AtomicU64::new(0) }; 3]);
    // Each world is one of its own, so that it does not matter who plans in it.
    let plan = || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= n_worlds {
                break;
            }
            let in_world = runtime.block_on(plan_in(seed));
            for (planned, more) in planned.iter().zip(in_world) {
                planned.fetch_add(more, Ordering::Relaxed);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(plan);
        }
    });
    let planned = planned.map(AtomicU64::into_inner);
    println!("{cases} goals; with a plan by the catalog, by the model, by either: {planned:?}");
    assert!(
        planned.iter().all(|planned| *planned > cases / 20),
        "{planned:?} of {cases}"
    );
}

/// Plans some goals in the world of a seed, and checks what comes of it; how many plans each planner made.
async fn plan_in(seed: u64) -> [u64; 3] {
    let mut chance = Chance::new(seed);
    let world = World::make(&mut chance).await;
    let planners: [&dyn Planner; 3] = [&world.catalog_planner, &world.llm_planner, &world.auto_planner];
    let mut planned = [0; 3];
    for _ in 0..GOALS {
        let goal = world.goal(&mut chance);
        for (planner, planned) in planners.into_iter().zip(&mut planned) {
            world.talker.begin(&goal);
            if let Ok(proposal) = planner.propose(&caller(), &goal).await {
                *planned += 1;
                check(&world, &goal, &proposal).await;
            }
        }
    }
    planned
}

#[expect(clippy::disallowed_methods, reason = "whoever runs the test says how long")]
fn cases() -> u64 {
    std::env::var("ORCH_LIMIT_CASES").map_or(CASES, |cases| cases.parse().unwrap())
}

/// Checks a plan against the limits of its goal, by the catalog alone.
async fn check(world: &World, goal: &Goal, proposal: &Proposal) {
    let GoalLimits {
        max_agents,
        budget,
        excluded,
        preferred,
        ..
    } = &goal.limits;
    let plan = &proposal.plan;
    let shown = || format!("{goal:?}\n{}", serde_json::to_string(plan).unwrap());
    let mut agents = std::collections::BTreeSet::new();
    for step in &plan.steps {
        let agent = world.catalog.find(&caller(), &step.agent).await.unwrap();
        assert!(agent.latest.task(&step.task).is_some(), "{}", shown());
        let names = [agent.slug.to_string(), agent.full_name(), agent.id.to_string()];
        assert!(
            !names.iter().any(|name| excluded.contains(name)),
            "{} is excluded: {}",
            agent.slug,
            shown()
        );
        if proposal.planning.is_none() && !names.iter().any(|name| preferred.contains(name)) {
            let twin = world
                .twins(&agent.slug.to_string())
                .find(|twin| preferred.contains(twin));
            assert_eq!(twin, None, "it is preferred to {}: {}", agent.slug, shown());
        }
        agents.insert(agent.id);
    }
    assert!(
        agents.len() <= *max_agents as usize,
        "{} agents: {}",
        agents.len(),
        shown()
    );
    let valid = plan
        .clone()
        .validate(&world.catalog, &world.invoker, &caller())
        .await;
    let valid = valid.unwrap_or_else(|error| panic!("{error}: {}", shown()));
    let Some(budget) = budget else { return };
    let spent = proposal.cost().map_or(0, orch_core::Amount::minor);
    assert!(
        spent == 0 || proposal.cost().unwrap().currency() == budget.currency(),
        "{}",
        shown()
    );
    if !valid.price().is_zero() {
        assert_eq!(valid.price().currency(), budget.currency(), "{}", shown());
    }
    assert!(
        valid.price().minor() + spent <= budget.minor(),
        "{spent} for the model: {}",
        shown()
    );
}
