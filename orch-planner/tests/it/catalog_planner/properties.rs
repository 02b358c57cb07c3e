//! Whatever the goal and whatever the catalog, a plan is a plan.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use orch_core::{Amount, Currency, catalog::AgentDraft};
use orch_planner::{Goal, GoalLimits, Parameter, Plan, Planner, catalog_planner::CatalogPlanner};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{agents, caller, planner_over};

/// Words that goals and catalogs of these tests share.
const WORDS: &[&str] = &[
    "read",
    "text",
    "summary",
    "of",
    "the",
    "and",
    "then",
    "path",
    "a.csv",
    "5",
    "three",
    "rows",
    "'quoted, text'",
    "to",
    "in",
    "https://example.com",
    "it",
    "count",
    "column",
    ",",
    ".",
    "weather",
    "Paris",
    "translate",
    "not",
    "\"",
    "(",
    "ann@example.com",
    "2026-01-02",
    "keyword",
    ":",
    "\n",
];

fn word() -> impl Strategy<Value = String> {
    prop::sample::select(WORDS).prop_map(str::to_owned)
}

fn goal_text() -> impl Strategy<Value = String> {
    let said = prop::collection::vec(word(), 1..25).prop_map(|words| words.join(" "));
    prop_oneof![4 => said, 1 => "\\PC{1,60}"].prop_filter("not blank", |text| !text.trim().is_empty())
}

fn schema() -> impl Strategy<Value = Value> {
    let name = || {
        prop::sample::select(vec![
            "text", "path", "count", "summary", "rows", "url", "city", "a/b", "to", "ünï",
        ])
    };
    let leaf = prop_oneof![
        Just(json!({"type": "string"})),
        Just(json!({"type": "string", "format": "path"})),
        Just(json!({"type": "integer", "minimum": 2, "maximum": 4})),
        Just(json!({"type": "boolean"})),
        Just(json!({"enum": ["text", "weather", 3]})),
        Just(json!({"$ref": "#/$defs/none"})),
        Just(json!({"type": "array", "items": {"type": "string"}})),
        Just(json!({"type": ["null", "object"], "properties": {"text": {"type": "string"}}})),
        Just(json!(true)),
    ];
    prop::collection::btree_map(name(), (leaf, any::<bool>()), 0..5).prop_map(|members| {
        let required: Vec<&str> = members
            .iter()
            .filter(|(_, (_, is_required))| *is_required)
            .map(|(name, _)| *name)
            .collect();
        let properties: BTreeMap<&str, &Value> = members
            .iter()
            .map(|(name, (schema, _))| (*name, schema))
            .collect();
        json!({"type": "object", "properties": properties, "required": required})
    })
}

fn catalog() -> impl Strategy<Value = Vec<AgentDraft>> {
    let name = prop::sample::select(vec![
        "read_path",
        "summary",
        "translate",
        "count_rows",
        "weather",
        "get_text",
    ]);
    let offered = (name, word(), schema(), schema(), 0..5_000_i64);
    prop::collection::vec(offered, 0..8).prop_map(|offered| {
        let mut drafts = Vec::new();
        for (number, (name, description, parameters, returns, minor)) in offered.into_iter().enumerate() {
            let task = agents::task(name, &format!("Does {description}."), parameters, returns);
            let mut draft = agents::agent(&format!("agent{number}"), "Agent", &[], task);
            draft.version.pricing = agents::price(minor);
            drafts.push(draft);
        }
        drafts
    })
}

/// Checks what every plan must keep.
fn check(plan: &Plan, drafts: &[AgentDraft], limits: &GoalLimits) -> Result<(), TestCaseError> {
    let json = serde_json::to_string(plan).unwrap();
    prop_assert_eq!(&Plan::parse(&json).unwrap(), plan);
    let (mut done, mut used, mut cost) = (BTreeSet::new(), BTreeSet::new(), 0);
    for step in &plan.steps {
        let draft = drafts
            .iter()
            .find(|draft| draft.name.to_string() == step.agent)
            .unwrap();
        let task = draft
            .version
            .tasks
            .iter()
            .find(|task| task.name == step.task)
            .unwrap();
        let required = task.parameters["required"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        for name in required.iter().filter_map(Value::as_str) {
            prop_assert!(
                step.arguments.contains_key(name),
                "{name} of {} in {json}",
                step.id
            );
        }
        for (name, argument) in &step.arguments {
            prop_assert!(task.parameters["properties"].get(name).is_some());
            check_argument(argument, &done)?;
        }
        prop_assert!(done.insert(step.id.to_string()), "{json}");
        used.insert(step.agent.clone());
        cost += draft.version.pricing.base.minor();
    }
    prop_assert!(!plan.steps.is_empty());
    prop_assert!(used.len() <= limits.max_agents as usize);
    prop_assert!(limits.excluded.iter().all(|name| !used.contains(name)));
    prop_assert!(limits.budget.is_none_or(|budget| cost <= budget.minor()));
    Ok(())
}

/// Pointers lead to earlier steps only, so there is no cycle.
fn check_argument(argument: &Parameter, done: &BTreeSet<String>) -> Result<(), TestCaseError> {
    let mut missing = None;
    argument.for_each_pointer(&mut |pointer| {
        if !done.contains(&pointer.step.to_string()) {
            missing = Some(pointer.to_string());
        }
    });
    prop_assert_eq!(missing, None);
    Ok(())
}

fn now<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(future)
}

static REAL_AGENTS: LazyLock<CatalogPlanner> = LazyLock::new(|| now(planner_over(agents::all())));

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_plan_over_any_catalog_is_sound(
        text in goal_text(), drafts in catalog(), max_agents in 1..4_u32, budget in prop::option::of(1..9_000_i64),
        excluded in prop::collection::vec(prop::sample::select(vec!["agent0".to_owned(), "agent1".to_owned()]), 0..2),
        context in prop::option::of("[a-z ]{0,20}"),
    ) {
        let budget = budget.map(|minor| Amount::new(minor, Currency::Algo).unwrap());
        let limits = GoalLimits { max_agents, budget, excluded, ..GoalLimits::default() };
        let mut goal = Goal::new(text).unwrap().with_limits(limits.clone()).unwrap();
        goal.context = context;
        let planned = now(async { planner_over(drafts.clone()).await.plan(&caller(), &goal).await });
        if let Ok(plan) = planned {
            check(&plan, &drafts, &limits)?;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn a_plan_over_real_agents_is_sound(text in goal_text()) {
        let goal = Goal::new(text).unwrap();
        let planned = now(REAL_AGENTS.plan(&caller(), &goal));
        if let Ok(plan) = planned {
            check(&plan, &agents::all(), &goal.limits)?;
        }
    }
}

#[tokio::test]
async fn the_longest_goals_are_answered() {
    let planner = planner_over(agents::all()).await;
    for part in [
        "'",
        "(",
        "\"",
        "read a.csv and ",
        "the summary of ",
        "= a=b",
        "text: ",
        ",",
        "1. ",
        "of the reviews in ",
        "“",
    ] {
        let text: String = part.chars().cycle().take(Goal::MAX_TEXT).collect();
        let goal = Goal {
            text,
            ..Goal::new("x").unwrap()
        };
        drop(planner.plan(&caller(), &goal).await);
    }
}
