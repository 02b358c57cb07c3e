//! Another agent for what one has failed to do, within what the run may take.

use orch_a2a::{
    TransportError,
    testing::{Script, draft},
};
use orch_core::{
    AccountId, Caller,
    agent::{Pricing, Visibility},
    catalog::AgentDraft,
};
use orch_planner::{Orchestration, Plan, RunStatus, StartOptions, StepState};
use serde_json::{Value, json};

use crate::house::{House, PRICE, algo, caller, drive, plan, settle};

/// Adds an agent that translates, for a price; its answers repeat its arguments.
pub(crate) async fn hire(house: &House, name: &str, price: i64, change: impl FnOnce(&mut AgentDraft)) {
    let mut agent = draft(name, &["translate"], Pricing::per_request(algo(price))).unwrap();
    change(&mut agent);
    house.transport.always(&format!("{name}/translate"), Script::Echo);
    let owner = Caller::host("owner".parse::<AccountId>().unwrap());
    house.catalog.register(&owner, agent).await.unwrap();
}

/// An agent `first` that fails so, for which others may stand in.
async fn house(failure: Script, is_repeatable: bool) -> House {
    let house = House::new().await;
    hire(&house, "first", PRICE, |agent| {
        agent.version.tasks[0].repeatable = is_repeatable;
    })
    .await;
    house.transport.always("first/translate", failure);
    house
}

pub(crate) fn translate() -> Plan {
    plan(json!([{ "id": "a", "agent": "first", "task": "translate", "arguments": { "id": "a" } }]))
}

fn options(fallbacks: u32) -> StartOptions {
    StartOptions {
        fallbacks,
        ..StartOptions::default()
    }
}

async fn run(house: &House, plan: Plan, options: StartOptions) -> Orchestration {
    let worker = house.service.begin_worker().await.unwrap();
    let started = house.service.start_plan(&caller(), plan, options).await.unwrap();
    drive(&house.service, &worker).await;
    house.find(started.run).await
}

fn broken() -> Script {
    Script::fail("out of ink")
}

fn who_was_asked(house: &House) -> Vec<String> {
    house
        .transport
        .calls()
        .into_iter()
        .map(|call| call.target)
        .collect()
}

#[tokio::test]
async fn another_agent_does_what_one_failed_to_do_and_is_paid() {
    let house = house(broken(), true).await;
    hire(&house, "second", 3 * PRICE, |_| {}).await;
    let run = run(&house, translate(), options(1)).await;
    assert_eq!(run.status(), RunStatus::Completed, "{:?}", run.failure());
    let history = [
        "planned",
        "step_started a",
        "step_replaced a by second",
        "step_started a",
        "step_succeeded a",
        "completed",
    ];
    assert_eq!(house.history(run.id()).await, history);
    assert_eq!(who_was_asked(&house), ["first/translate", "second/translate"]);
    let keys: Vec<_> = house
        .transport
        .calls()
        .into_iter()
        .map(|call| call.idempotency_key)
        .collect();
    assert_ne!(keys[0], keys[1], "another call");
    house.assert_paid(3).await;
}

#[tokio::test]
async fn nobody_stands_in_unless_the_start_says_so() {
    let house = house(broken(), true).await;
    hire(&house, "second", PRICE, |_| {}).await;
    let run = run(&house, translate(), options(0)).await;
    assert_eq!(run.status(), RunStatus::Failed);
    assert_eq!(who_was_asked(&house), ["first/translate"]);
    house.assert_paid(0).await;
}

#[tokio::test]
async fn what_may_have_been_done_and_not_twice_goes_nowhere_else() {
    for (failure, goes_on) in [
        (broken(), false),
        (Script::Fail(TransportError::lost("reset")), false),
        (
            Script::Fail(TransportError::Barred {
                reason: "private".into(),
            }),
            true,
        ),
    ] {
        let house = house(failure.clone(), false).await;
        hire(&house, "second", PRICE, |_| {}).await;
        let run = run(&house, translate(), options(1)).await;
        let status = if goes_on {
            RunStatus::Completed
        } else {
            RunStatus::Failed
        };
        assert_eq!(run.status(), status, "{failure:?}");
    }
}

#[tokio::test]
async fn fallbacks_are_bounded_and_nobody_is_asked_twice() {
    let house = house(broken(), true).await;
    for name in ["second", "third", "fourth"] {
        hire(&house, name, PRICE, |_| {}).await;
        house.transport.always(&format!("{name}/translate"), broken());
    }
    let failed = run(&house, translate(), options(2)).await;
    assert_eq!(failed.status(), RunStatus::Failed);
    let mut asked = who_was_asked(&house);
    assert_eq!((asked.len(), failed.agents().len()), (3, 3));
    asked.dedup();
    assert_eq!(asked.len(), 3, "{asked:?}");
    house.assert_paid(0).await;
    let refused = house.service.start_plan(&caller(), translate(), options(6)).await;
    assert!(refused.unwrap_err().to_string().contains("more than 5"));
}

#[tokio::test]
async fn who_does_not_fit_is_passed_over() {
    type Change = fn(&mut AgentDraft);
    let cases: [(&str, i64, Change); 4] = [
        ("takes other arguments", PRICE, |agent| {
            agent.version.tasks[0].parameters = json!({ "type": "object", "required": ["language"] });
        }),
        ("answers otherwise", PRICE, |agent| {
            agent.version.tasks[0].returns = json!({ "type": "string" });
        }),
        ("is nobody the caller sees", PRICE, |agent| {
            agent.visibility = Visibility::Private;
        }),
        ("costs more than there is", 1_000 * PRICE, |_| {}),
    ];
    for (case, price, change) in cases {
        let house = House::new().await;
        let returns = json!({ "type": "object", "properties": { "id": { "type": "string" } } });
        let answers = |agent: &mut AgentDraft| agent.version.tasks[0].returns = returns.clone();
        hire(&house, "first", PRICE, answers).await;
        house.transport.always("first/translate", broken());
        hire(&house, "second", price, |agent| {
            answers(agent);
            change(agent);
        })
        .await;
        let plan = plan(json!([
            { "id": "a", "agent": "first", "task": "translate", "arguments": { "id": "a" } },
            { "id": "b", "agent": "echo", "task": "do", "arguments": { "id": { "$result": "/a/id" } } },
        ]));
        let run = run(&house, plan, options(1)).await;
        assert_eq!(run.status(), RunStatus::Failed, "{case}");
        assert_eq!(who_was_asked(&house), ["first/translate"], "{case}");
        house.assert_paid(0).await;
    }
}

#[tokio::test]
async fn the_budget_the_number_of_agents_and_who_is_excluded_hold() {
    let budget = |minor| StartOptions {
        budget: Some(algo(minor)),
        ..options(1)
    };
    let cases: [(&str, StartOptions, RunStatus); 6] = [
        (
            "a budget that is too small",
            budget(3 * PRICE - 1),
            RunStatus::Failed,
        ),
        ("a budget that suffices", budget(3 * PRICE), RunStatus::Completed),
        (
            "one agent",
            StartOptions {
                max_agents: Some(1),
                ..options(1)
            },
            RunStatus::Failed,
        ),
        (
            "two agents",
            StartOptions {
                max_agents: Some(2),
                ..options(1)
            },
            RunStatus::Completed,
        ),
        (
            "not this one",
            StartOptions {
                excluded: vec!["acme/second".into()],
                ..options(1)
            },
            RunStatus::Failed,
        ),
        (
            "not another one",
            StartOptions {
                excluded: vec!["third".into()],
                ..options(1)
            },
            RunStatus::Completed,
        ),
    ];
    for (case, options, status) in cases {
        let house = house(broken(), true).await;
        hire(&house, "second", 3 * PRICE, |_| {}).await;
        let run = run(&house, translate(), options).await;
        assert_eq!(run.status(), status, "{case}");
        house
            .assert_paid(if status == RunStatus::Completed { 3 } else { 0 })
            .await;
    }
}

#[tokio::test]
async fn steps_that_fall_back_together_share_one_budget() {
    let house = house(broken(), true).await;
    hire(&house, "second", 2 * PRICE, |_| {}).await;
    let steps: Vec<Value> = ["a", "b", "c"]
        .into_iter()
        .map(|id| json!({ "id": id, "agent": "first", "task": "translate", "arguments": { "id": id }, "on_failure": "skip" }))
        .collect();
    let options = StartOptions {
        budget: Some(algo(5 * PRICE)),
        ..options(1)
    };
    let run = run(&house, plan(steps.into()), options).await;
    assert_eq!(run.status(), RunStatus::Completed, "{:?}", run.failure());
    let answered = |state: &&StepState| matches!(state, StepState::Succeeded(_));
    assert_eq!(
        run.steps().iter().filter(answered).count(),
        2,
        "three would exceed the budget"
    );
    house.assert_paid(4).await;
}

#[tokio::test]
async fn a_run_that_costs_nothing_goes_only_to_who_costs_nothing() {
    let house = House::new().await;
    hire(&house, "first", 0, |_| {}).await;
    house.transport.always("first/translate", broken());
    hire(&house, "paid", PRICE, |_| {}).await;
    let failed = run(&house, translate(), options(1)).await;
    assert_eq!(failed.status(), RunStatus::Failed);
    hire(&house, "gratis", 0, |_| {}).await;
    let completed = run(&house, translate(), options(1)).await;
    assert_eq!(
        completed.status(),
        RunStatus::Completed,
        "{:?}",
        completed.failure()
    );
    house.assert_paid(0).await;
}

#[tokio::test]
async fn a_cancelled_run_goes_to_nobody_else() {
    let house = house(Script::Hang, true).await;
    hire(&house, "second", PRICE, |_| {}).await;
    let worker = house.service.begin_worker().await.unwrap();
    let started = house
        .service
        .start_plan(&caller(), translate(), options(1))
        .await
        .unwrap();
    let driving = tokio::spawn({
        let service = house.service.clone();
        async move { drive(&service, &worker).await }
    });
    settle().await;
    house.service.cancel(&caller(), started.run).await.unwrap();
    driving.await.unwrap();
    assert_eq!(house.find(started.run).await.status(), RunStatus::Cancelled);
    assert_eq!(who_was_asked(&house), ["first/translate"]);
    house.assert_paid(0).await;
}
