//! Random plans over agents that fail at random, cancelled and crashed at random.

use std::collections::HashMap;

use futures_util::future::{Either, select};
use orch_a2a::testing::Script;
use orch_planner::{RunStatus, StepState};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::house::{House, caller, drive, plan, seconds, settle};

#[derive(Clone, Debug)]
struct RandomStep {
    before: Vec<usize>,
    agent: usize,
    skips: bool,
    script: usize,
}

const AGENTS: [&str; 3] = ["echo", "once", "free"];

fn steps() -> impl Strategy<Value = Vec<RandomStep>> {
    let step = (
        proptest::collection::vec(0..100_usize, 0..3),
        0..3_usize,
        any::<bool>(),
        0..6_usize,
    );
    proptest::collection::vec(step, 1..12).prop_map(|steps| {
        let steps = steps.into_iter().enumerate();
        let steps = steps.map(|(index, (before, agent, skips, script))| RandomStep {
            before: before
                .into_iter()
                .filter(|_| index > 0)
                .map(|before| before % index.max(1))
                .collect(),
            agent,
            skips,
            script,
        });
        steps.collect()
    })
}

fn json_of(steps: &[RandomStep]) -> Value {
    let steps = steps.iter().enumerate().map(|(index, step)| {
        let after: Vec<String> = step.before.iter().map(|before| format!("s{before}")).collect();
        json!({
            "id": format!("s{index}"), "agent": AGENTS[step.agent], "task": "do", "after": after,
            "arguments": {"id": format!("s{index}")}, "on_failure": if step.skips { "skip" } else { "fail" },
        })
    });
    steps.collect()
}

async fn check(steps: Vec<RandomStep>, crash_after: Option<usize>, cancel_after: Option<usize>) {
    let house = House::new().await;
    for step in &steps {
        let script = match step.script {
            0 => Script::fail("no"),
            1 => Script::after(seconds(3), Script::Echo),
            2 => Script::after(seconds(1), Script::fail("no")),
            _ => Script::Echo,
        };
        house
            .transport
            .push(&format!("{}/do", AGENTS[step.agent]), script);
    }
    let worker = house.service.begin_worker().await.unwrap();
    let run = house.start(plan(json_of(&steps))).await;
    let driving = Box::pin(drive(&house.service, &worker));
    let events = Box::pin(async {
        for n in 0.. {
            settle().await;
            if Some(n) == cancel_after {
                let _ = house.service.cancel(&caller(), run).await;
            }
            if Some(n) == crash_after {
                return;
            }
            house.clock.advance(seconds(1));
        }
    });
    if let Either::Right(_) = select(driving, events).await {
        // What is dropped here, another carries on with.
        let elsewhere = house.elsewhere();
        house.clock.advance(seconds(20));
        let other = elsewhere.begin_worker().await.unwrap();
        let driving = Box::pin(drive(&elsewhere, &other));
        let ticking = Box::pin(async {
            loop {
                settle().await;
                house.clock.advance(seconds(1));
            }
        });
        select(driving, ticking).await;
    }
    let ended = house.find(run).await;
    assert!(ended.status().is_ended(), "{}", ended.status());
    let (mut paid, mut sent) = (0, HashMap::<String, usize>::new());
    for id in house.sent() {
        *sent.entry(id).or_default() += 1;
    }
    for (step, state) in ended.plan().steps().iter().zip(ended.steps()) {
        paid += usize::from(matches!(state, StepState::Succeeded(_)) && !step.price.is_zero());
        let sent = sent.get(step.id.as_str()).copied().unwrap_or(0);
        assert!(
            sent <= if step.repeatable { 2 } else { 1 },
            "{} was sent {sent} times",
            step.id
        );
        let before = step
            .before
            .iter()
            .all(|&before| matches!(ended.steps()[before], StepState::Succeeded(_)));
        assert!(before || sent == 0, "{} was sent too early", step.id);
    }
    house.assert_paid(paid).await;
    if ended.status() == RunStatus::Completed {
        assert!(ended.output().is_some());
    }
    assert_eq!(ended.status() == RunStatus::Failed, ended.failure().is_some());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn random_runs_end_and_add_up(
        steps in steps(), crash in proptest::option::of(0..6_usize), cancel in proptest::option::of(0..6_usize),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(check(steps, crash, cancel));
    }
}
