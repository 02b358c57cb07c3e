//! Whatever is wrong with a start: it is refused, the field is named, and nothing is stored.

use std::time::Duration;

use orch::{Goal, GoalLimits, Orchestrator, PageRequest, Plan, planner::StartOptions};
use serde_json::{Value, json};

use crate::{
    agents::{one_step, step},
    engine::{CREDITS, Engine, amount, assert_left, caller, on_every_engine},
};

on_every_engine! { what_is_wrong_is_named_and_leaves_nothing_behind }

/// Plans, and how the error that each gets begins.
fn plans() -> Vec<(String, &'static str)> {
    let with = |name: &str, value: Value| {
        let mut step = step("a", "echo");
        step[name] = value;
        json!({ "steps": [step] })
    };
    let text = |value: Value| with("arguments", json!({ "text": value }));
    let after = |id: &str, other: &str| {
        let mut step = step(id, "echo");
        step["after"] = json!([other]);
        step
    };
    let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    let deep = |depth: usize| text(json!("?")).to_string().replace("\"?\"", &nested(depth));
    let table = vec![
        (json!([]), "plan"),
        (json!({ "steps": [] }), "steps"),
        (json!({ "steps": {} }), "steps"),
        (json!({ "steps": ["a"] }), "steps[0]"),
        (
            json!({ "steps": [step("a", "echo"), step("a", "echo")] }),
            "steps[1].id",
        ),
        (json!({ "steps": [step("a", "echo")], "title": "x" }), "title"),
        (with("id", json!("A b")), "steps[0].id"),
        (with("agent", json!(7)), "steps[0].agent"),
        (with("agent", json!("nobody")), "steps[0].agent"),
        (with("agent", json!("echo@v9")), "steps[0].agent"),
        (with("agent", json!("")), "steps[0].agent"),
        (with("task", json!("sing")), "steps[0].task"),
        (with("task", json!(null)), "steps[0].task"),
        (with("arguments", json!("text")), "steps[0].arguments"),
        (with("arguments", json!({})), "steps[0].arguments"),
        (
            with("arguments", json!({ "text": "x", "volume": 11 })),
            "steps[0].arguments",
        ),
        (with("after", json!(["nowhere"])), "steps[0].after[0]"),
        (with("after", json!(["a"])), "steps[0]"),
        (with("on_failure", json!("retry")), "steps[0].on_failure"),
        (with("price", json!(0)), "steps[0].price"),
        (text(json!(5)), "steps[0].arguments.text"),
        (text(json!(["x"])), "steps[0].arguments.text"),
        (text(json!({ "$result": "/nowhere" })), "steps[0].arguments.text"),
        (text(json!({ "$result": "a" })), "steps[0].arguments.text"),
        (text(json!({ "$result": "/a" })), "steps[0]"),
        (
            json!({ "steps": [step("a", "echo")], "output": { "$result": "/nowhere" } }),
            "output",
        ),
        (json!({ "steps": [after("a", "b"), after("b", "a")] }), "steps[0]"),
    ];
    let mut plans: Vec<_> = table
        .into_iter()
        .map(|(plan, field)| (plan.to_string(), field))
        .collect();
    plans.push((String::new(), "plan"));
    plans.push(("{\"steps\":".to_owned(), "plan"));
    plans.push((deep(40), "steps[0].arguments.text"));
    plans.push((deep(100_000), "plan"));
    plans.push((text(json!("x".repeat(2_000_000))).to_string(), "plan"));
    let many: Vec<_> = (0..12)
        .map(|number| step(&format!("s{number}"), "echo"))
        .collect();
    plans.push((json!({ "steps": many }).to_string(), "12 ALGO are required"));
    plans
}

/// Goals, and how the error that each gets begins.
fn goals() -> Vec<(Goal, &'static str)> {
    let goal = |text: &str| Goal {
        text: text.to_owned(),
        context: None,
        limits: GoalLimits::default(),
    };
    let limits = |limits: GoalLimits| Goal {
        limits,
        ..goal("say hello")
    };
    vec![
        (goal(""), "the goal"),
        (goal(" \n\t"), "the goal"),
        (goal(&"x".repeat(10_001)), "the goal"),
        (
            Goal {
                context: Some("x".repeat(50_001)),
                ..goal("say hello")
            },
            "the context",
        ),
        (
            limits(GoalLimits {
                max_agents: 0,
                ..GoalLimits::default()
            }),
            "0 agents",
        ),
        (
            limits(GoalLimits {
                timeout: Duration::ZERO,
                ..GoalLimits::default()
            }),
            "a timeout",
        ),
        (
            limits(GoalLimits {
                budget: Some(amount("0 ALGO")),
                ..GoalLimits::default()
            }),
            "the budget",
        ),
    ]
}

/// Options for a plan that is right, and how the error that each gets begins.
fn options() -> Vec<(StartOptions, &'static str)> {
    let key = |key: String| StartOptions {
        key: Some(key),
        ..StartOptions::default()
    };
    vec![
        (key(String::new()), "key"),
        (key("x".repeat(201)), "key"),
        (key("a\u{0}b".to_owned()), "key"),
        (
            StartOptions {
                timeout: Some(Duration::ZERO),
                ..StartOptions::default()
            },
            "timeout",
        ),
        (
            StartOptions {
                timeout: Some(Duration::MAX),
                ..StartOptions::default()
            },
            "timeout",
        ),
        (
            StartOptions {
                max_agents: Some(0),
                ..StartOptions::default()
            },
            "the plan takes 1 agents",
        ),
        (
            StartOptions {
                budget: Some(amount("0.5 ALGO")),
                ..StartOptions::default()
            },
            "the plan can cost 1 ALGO",
        ),
        (
            StartOptions {
                budget: Some(amount("5 USD")),
                ..StartOptions::default()
            },
            "the budget",
        ),
    ]
}

async fn refusal_of_plan(orchestrator: &Orchestrator, plan: &str) -> String {
    let plan = match Plan::parse(plan) {
        Ok(plan) => plan,
        Err(error) => return error.to_string(),
    };
    let service = orchestrator.orchestrations();
    service
        .start_plan(&caller(), plan, StartOptions::default())
        .await
        .unwrap_err()
        .to_string()
}

async fn what_is_wrong_is_named_and_leaves_nothing_behind(engine: Engine) {
    let orchestrator = engine.host().await;
    let service = orchestrator.orchestrations();
    let mut refusals = Vec::new();
    for (plan, field) in plans() {
        let refusal = refusal_of_plan(&orchestrator, &plan).await;
        refusals.push((refusal, field, plan.chars().take(120).collect::<String>()));
    }
    for (goal, field) in goals() {
        let what = goal.text.chars().take(120).collect();
        refusals.push((
            service
                .start(&caller(), goal, None)
                .await
                .unwrap_err()
                .to_string(),
            field,
            what,
        ));
    }
    for (options, field) in options() {
        let what = format!("{options:?}");
        let refusal = service
            .start_plan(&caller(), one_step("echo"), options)
            .await
            .unwrap_err();
        refusals.push((refusal.to_string(), field, what));
    }
    let wrong: Vec<_> = refusals
        .iter()
        .filter(|(refusal, field, _)| !names(refusal, field))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(
        service
            .list(&caller(), PageRequest::default())
            .await
            .unwrap()
            .total,
        0
    );
    assert_left(&orchestrator, CREDITS).await;
    engine.assert_sound().await;
}

/// Whether an error begins with the field at fault, and says no more than anyone wants to read.
fn names(refusal: &str, field: &str) -> bool {
    let what = refusal.strip_prefix("the plan is invalid: ").unwrap_or(refusal);
    let rest = what.strip_prefix(field);
    rest.is_some_and(|rest| rest.starts_with([' ', ':', '.', ',', '['])) && refusal.chars().count() < 600
}
