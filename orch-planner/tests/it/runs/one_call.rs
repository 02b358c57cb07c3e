//! A run that is one call and nothing else pays from one hold.

use orch_a2a::testing::Script;
use orch_billing::{Hold, HoldId, HoldState, Period};
use orch_core::{PageRequest, RunId};
use orch_planner::{Plan, RunStatus, StartOptions, StepState};
use serde_json::json;

use super::crash::{Crash, MANY, Way};
use crate::house::{
    CREDITS, House, PRICE, algo, caller, drive, echo, faulty::Fault, once, plan, seconds, settle,
};

fn single() -> Plan {
    plan(json!([once("a", &[])]))
}

async fn hold_of(house: &House, run: RunId) -> Hold {
    let hold = house.billing.find_hold(HoldId::from_uuid(run.uuid())).await;
    hold.unwrap().unwrap()
}

#[tokio::test]
async fn its_call_is_paid_from_the_hold_of_the_run() {
    let house = House::new().await;
    let worker = house.service.begin_worker().await.unwrap();
    let run = house.start(single()).await;
    let held = hold_of(&house, run).await;
    assert_eq!((held.remaining, held.state), (algo(PRICE), HoldState::Open));
    assert_eq!(house.balance().await.held, algo(PRICE), "its price, and once");
    drive(&house.service, &worker).await;
    let ended = house.find(run).await;
    assert_eq!(ended.status(), RunStatus::Completed);
    let paid = hold_of(&house, run).await;
    assert_eq!((paid.captured(), paid.parent), (algo(PRICE), None));
    house.assert_paid(1).await;
    let caller = caller();
    let usage = house
        .metering
        .list(&caller, Period::ALWAYS, PageRequest::default());
    let usage = usage.await.unwrap().items;
    assert_eq!(usage.len(), 1);
    assert_eq!(
        (usage[0].cost, Some(usage[0].invocation)),
        (algo(PRICE), ended.own_call())
    );
    let refunded = house
        .billing
        .refund(paid.id, algo(PRICE), "unhappy")
        .await
        .unwrap();
    assert_eq!(refunded.refunded, algo(PRICE));
    assert_eq!(house.balance().await.available.minor(), CREDITS);
}

#[tokio::test]
async fn what_may_go_elsewhere_or_is_more_than_a_call_is_held_around_its_steps() {
    let house = House::new().await;
    let _worker = house.service.begin_worker().await.unwrap();
    let free = plan(json!([{"id": "f", "agent": "free", "task": "do", "arguments": {"id": "f"}}]));
    let two = plan(json!([once("a", &[]), once("b", &[])]));
    let replaceable = StartOptions {
        fallbacks: 1,
        ..StartOptions::default()
    };
    for (plan, options) in [
        (free, StartOptions::default()),
        (two, StartOptions::default()),
        (single(), replaceable),
    ] {
        let started = house.service.start_plan(&caller(), plan, options).await.unwrap();
        assert_eq!(house.find(started.run).await.own_call(), None);
    }
}

#[tokio::test]
async fn what_fails_or_is_cancelled_gives_it_back() {
    let house = House::new().await;
    house.transport.always("once/do", Script::fail("out of ink"));
    assert_eq!(house.run(single()).await.status(), RunStatus::Failed);
    house.assert_paid(0).await;
    house.transport.always("once/do", Script::Hang);
    let worker = house.service.begin_worker().await.unwrap();
    let run = house.start(single()).await;
    let driving = tokio::spawn({
        let service = house.service.clone();
        async move { drive(&service, &worker).await }
    });
    settle().await;
    assert_eq!(house.balance().await.held, algo(PRICE));
    house.service.cancel(&caller(), run).await.unwrap();
    driving.await.unwrap();
    assert_eq!(house.find(run).await.status(), RunStatus::Cancelled);
    house.assert_paid(0).await;
}

/// Its hold outlives its time while the run does, and not for longer.
#[tokio::test]
async fn its_hold_is_swept_only_when_nobody_needs_it() {
    let house = House::new().await;
    let run = house.start(single()).await;
    house.clock.advance(seconds(7200));
    house.billing.sweep(&house.service, 100).await.unwrap();
    assert_eq!(hold_of(&house, run).await.state, HoldState::Open);
}

#[tokio::test]
async fn a_crash_at_any_call_of_a_store_is_survived() {
    for way in Way::ALL {
        for fault in [Fault::HangBefore, Fault::HangAfter] {
            for plan in [single(), plan(json!([echo("a", json!({"id": "a"}))]))] {
                let mut n_blown = 0;
                for chosen in 1..MANY {
                    let crash = Crash::new(way).await;
                    if !crash.run_into(plan.clone(), chosen, fault).await {
                        break;
                    }
                    n_blown += 1;
                    let run = crash.recover().await;
                    crash.assert_sound(run.as_ref()).await;
                }
                assert!(n_blown > 1, "only {n_blown} calls were tried: {way:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_failure_of_any_call_of_a_store_is_survived() {
    for way in Way::ALL {
        for fault in [Fault::FailBefore, Fault::FailAfter] {
            for chosen in 1..MANY {
                let crash = Crash::new(way).await;
                if !crash.run_into(single(), chosen, fault).await {
                    break;
                }
                let run = crash.recover().await;
                crash.assert_sound(run.as_ref()).await;
                let Some(run) = run else { continue };
                let history = crash.house.history(run.id()).await;
                assert_eq!(
                    run.status(),
                    RunStatus::Completed,
                    "{chosen}, {fault:?}: {history:?}"
                );
            }
        }
    }
}

/// The price went back before anything was sent, so that the step is sent as another call.
#[tokio::test]
async fn a_call_that_was_never_sent_is_followed_by_one_with_a_hold_of_its_own() {
    let house = House::new().await;
    house.gate.fail_next();
    let worker = house.service.begin_worker().await.unwrap();
    let run = house.start(single()).await;
    let driving = tokio::spawn({
        let service = house.service.clone();
        async move { drive(&service, &worker).await }
    });
    settle().await;
    house.clock.advance(seconds(1));
    driving.await.unwrap();
    let ended = house.find(run).await;
    assert_eq!(ended.status(), RunStatus::Completed);
    assert!(
        matches!(&ended.steps()[0], StepState::Succeeded(success) if Some(success.invocation) != ended.own_call())
    );
    assert_eq!(hold_of(&house, run).await.state, HoldState::Released);
    house.assert_paid(1).await;
}
