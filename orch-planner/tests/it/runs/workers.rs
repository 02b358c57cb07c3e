use std::sync::Arc;

use futures_util::future::{Either, select};
use orch_a2a::testing::Script;
use orch_billing::InMemoryLedger;
use orch_core::{ManualClock, PageRequest};
use orch_planner::{Claim, Driven, InMemoryOrchestrations, OrchestrationOptions, RunStatus, StepState};
use serde_json::json;

use super::crash::{Crash, MANY, Way};
use crate::house::{
    House, caller, drive, echo,
    faulty::{Fault, Faulty, Fuse},
    once, options, plan, seconds, settle,
};

#[tokio::test]
async fn a_lapsed_workers_run_is_taken_over_and_the_old_one_touches_nothing() {
    let house = House::new().await;
    house
        .transport
        .push("once/do", Script::after(seconds(60), Script::Echo));
    house
        .transport
        .push("echo/do", Script::after(seconds(60), Script::Echo));
    let first = house.service.begin_worker().await.unwrap();
    let mut may_fail = once("b", &[]);
    may_fail["on_failure"] = json!("skip");
    let run = house
        .start(plan(json!([echo("a", json!({"id": "a"})), may_fail])))
        .await;
    let zombie = tokio::spawn({
        let service = house.service.clone();
        async move { drive(&service, &first).await }
    });
    settle().await;
    assert_eq!(house.sent(), ["a", "b"]);
    // Its heart does not beat, and another process looks for work.
    let elsewhere = house.elsewhere();
    let second = elsewhere.begin_worker().await.unwrap();
    assert!(second.claim(10).await.unwrap().is_empty());
    // The first is asleep, so that it does not look.
    house.clock.advance(seconds(16));
    let second = match second.heartbeat().await.unwrap() {
        true => second,
        false => elsewhere.begin_worker().await.unwrap(),
    };
    let claims = second.claim(10).await.unwrap();
    assert_eq!(claims.len(), 1);
    for claim in claims {
        assert_eq!(elsewhere.drive(&second, claim).await.unwrap(), Driven::Ended);
    }
    assert_eq!(house.sent(), ["a", "b", "a"], "only what may be repeated");
    let done = house.find(run).await;
    assert_eq!(done.status(), RunStatus::Completed);
    assert_eq!(done.step(&"b".parse().unwrap()), Some(&StepState::Interrupted));
    house.assert_paid(1).await;
    house.clock.advance(seconds(60));
    assert_eq!(zombie.await.unwrap(), [Driven::Lost]);
    house.assert_paid(1).await;
}

#[tokio::test]
async fn workers_that_race_share_the_runs() {
    let house = House::new().await;
    let mut runs = Vec::new();
    for _ in 0..20 {
        runs.push(
            house
                .start(plan(json!([once("a", &[]), once("b", &["a"])])))
                .await,
        );
    }
    let services = [house.service.clone(), house.elsewhere(), house.elsewhere()];
    let workers = services.map(|service| {
        tokio::spawn(async move {
            let worker = service.begin_worker().await.unwrap();
            let driven = drive(&service, &worker).await;
            worker.end().await.unwrap();
            driven.len()
        })
    });
    let mut n_driven = 0;
    for worker in workers {
        n_driven += worker.await.unwrap();
    }
    assert_eq!(n_driven, runs.len());
    for run in runs {
        assert_eq!(house.find(run).await.status(), RunStatus::Completed);
    }
    assert_eq!(house.sent().len(), 40);
    house.assert_paid(40).await;
}

#[tokio::test]
async fn what_starts_here_is_driven_here_up_to_the_room_there_is() {
    let house = House::new().await;
    let options = OrchestrationOptions {
        inbox: 2,
        ..options()
    };
    let ledger = Arc::new(InMemoryLedger::default());
    let house = House::over(house.clock.clone(), house.store.clone(), ledger, options).await;
    let worker = house.service.begin_worker().await.unwrap();
    for _ in 0..3 {
        house.start(plan(json!([once("a", &[])]))).await;
    }
    let listed = house
        .service
        .list(&caller(), orch_core::PageRequest::default())
        .await
        .unwrap();
    let n_here = listed
        .items
        .iter()
        .filter(|run| run.worker == Some(worker.id()))
        .count();
    assert_eq!(n_here, 2);
    assert_eq!(drive(&house.service, &worker).await, [Driven::Ended; 3]);
    house.assert_paid(3).await;
}

/// Who starts runs all the time has always some before it, and sees all the same what another has left behind.
#[tokio::test]
async fn what_starts_here_keeps_no_worker_from_what_another_left() {
    let house = House::new().await;
    let worker = house.service.begin_worker().await.unwrap();
    assert!(worker.claim(10).await.unwrap().is_empty());
    let elsewhere = house.elsewhere();
    let left = elsewhere
        .start_plan(&caller(), plan(json!([once("a", &[])])), Default::default())
        .await
        .unwrap();
    let here = house.start(plan(json!([once("b", &[])]))).await;
    let soon: Vec<_> = worker.next(10).await.unwrap().iter().map(Claim::run).collect();
    assert_eq!(soon, [here], "the store was asked a moment ago");
    let here = house.start(plan(json!([once("c", &[])]))).await;
    house.clock.advance(options().poll_interval);
    let mut later: Vec<_> = worker.next(10).await.unwrap().iter().map(Claim::run).collect();
    later.sort_unstable();
    assert_eq!(later, [left.run, here]);
}

/// However much there is of both.
#[tokio::test]
async fn what_starts_here_and_what_others_left_take_turns() {
    let house = House::new().await;
    let worker = house.service.begin_worker().await.unwrap();
    let elsewhere = house.elsewhere();
    let mut here = Vec::new();
    for _ in 0..3 {
        elsewhere
            .start_plan(&caller(), plan(json!([once("a", &[])])), Default::default())
            .await
            .unwrap();
        here.push(house.start(plan(json!([once("b", &[])]))).await);
    }
    let mut are_from_here = Vec::new();
    for _ in 0..6 {
        let [claim] = &worker.claim(1).await.unwrap()[..] else {
            panic!("there is one more");
        };
        are_from_here.push(here.contains(&claim.run()));
    }
    assert_eq!(are_from_here, [false, true, false, true, false, true]);
    assert!(worker.claim(1).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_worker_hears_of_new_work() {
    let house = House::new().await;
    let worker = house.service.begin_worker().await.unwrap();
    let waiting = tokio::spawn(async move {
        let claims = worker.next(5).await.unwrap();
        (worker, claims)
    });
    settle().await;
    assert!(!waiting.is_finished());
    let run = house.start(plan(json!([once("a", &[])]))).await;
    let (worker, claims) = waiting.await.unwrap();
    assert_eq!(claims.iter().map(Claim::run).collect::<Vec<_>>(), [run]);
    let waiting = tokio::spawn(async move { worker.next(5).await.unwrap().len() });
    settle().await;
    house
        .elsewhere()
        .start_plan(&caller(), plan(json!([once("a", &[])])), Default::default())
        .await
        .unwrap();
    settle().await;
    assert!(!waiting.is_finished(), "it does not hear of other processes");
    house.clock.advance(seconds(1));
    assert_eq!(waiting.await.unwrap(), 1, "but looks now and then");
}

#[tokio::test]
async fn what_crashes_again_and_again_is_given_up() {
    let house = House::new().await;
    house.transport.always("echo/do", Script::Hang);
    let run = house.start(plan(json!([echo("a", json!({"id": "a"}))]))).await;
    let attempts = options().attempts;
    for attempt in 1..=attempts {
        let service = house.elsewhere();
        let worker = service.begin_worker().await.unwrap();
        let driving = tokio::spawn({
            let service = service.clone();
            async move { drive(&service, &worker).await }
        });
        settle().await;
        driving.abort();
        let _ = driving.await;
        assert_eq!(house.transport.calls().len(), attempt as usize);
        house.clock.advance(seconds(20));
    }
    let worker = house.service.begin_worker().await.unwrap();
    drive(&house.service, &worker).await;
    let ended = house.find(run).await;
    assert_eq!(ended.failure().unwrap().failure.code, "interrupted");
    let keys: std::collections::BTreeSet<String> = house
        .transport
        .calls()
        .iter()
        .map(|call| call.idempotency_key.clone())
        .collect();
    assert_eq!(keys.len(), 1, "always the same call");
    house.assert_paid(0).await;
}

#[tokio::test]
async fn a_run_is_put_off_while_its_store_is_away_and_then_goes_on() {
    let (clock, fuse) = (Arc::new(ManualClock::default()), Arc::new(Fuse::default()));
    let store = Arc::new(InMemoryOrchestrations::new(Arc::default(), clock.clone()));
    let store = Arc::new(Faulty {
        store,
        fuse: fuse.clone(),
    });
    let ledger = Arc::new(Faulty {
        store: Arc::default(),
        fuse: fuse.clone(),
    });
    // Without any patience, every failure puts the run off.
    let options = OrchestrationOptions {
        patience: std::time::Duration::ZERO,
        ..options()
    };
    let house = House::over(clock, store, ledger, options).await;
    let worker = house.service.begin_worker().await.unwrap();
    let mut n_put_off = 0;
    for chosen in 1..30 {
        let run = house
            .start(plan(json!([
                echo("a", json!({"id": "a"})),
                echo("b", json!({"x": {"$result": "/a"}}))
            ])))
            .await;
        let claim = worker.claim(1).await.unwrap().remove(0);
        fuse.set(chosen, Fault::FailAfter);
        let driven = house.service.drive(&worker, claim).await;
        fuse.clear();
        if driven.is_err() {
            n_put_off += 1;
            assert!(worker.claim(1).await.unwrap().is_empty(), "not at once");
            house.clock.advance(seconds(1));
            assert!(worker.heartbeat().await.unwrap());
            // Its end may have been written down although that seemed to fail: then nothing is left to do.
            let driven = drive(&house.service, &worker).await;
            assert!(
                [Driven::Ended, Driven::Lost].contains(&driven[0]),
                "call {chosen}: {driven:?}"
            );
        }
        assert!(
            house.find(run).await.status().is_ended(),
            "call {chosen}: {driven:?}"
        );
    }
    assert!(n_put_off > 5, "{n_put_off}");
    assert_eq!(house.balance().await.held.minor(), 0);
}

/// A house whose store and ledger can fail.
async fn house_with_a_fuse() -> (House, Arc<Fuse>) {
    let (clock, fuse) = (Arc::new(ManualClock::default()), Arc::new(Fuse::default()));
    let store = Arc::new(InMemoryOrchestrations::new(Arc::default(), clock.clone()));
    let store = Faulty {
        store,
        fuse: fuse.clone(),
    };
    let ledger = Arc::new(InMemoryLedger::default());
    (House::over(clock, Arc::new(store), ledger, options()).await, fuse)
}

/// Whoever starts a run goes away while it is written down with its first step.
#[tokio::test]
async fn a_run_whose_starter_goes_away_is_sent() {
    let mut n_durable = 0;
    for chosen in 1..MANY {
        let crash = Crash::new(Way::Awaited).await;
        let service = crash.house.service.clone();
        let worker = service.begin_worker().await.unwrap();
        let mut next = Box::pin(worker.next(10));
        assert!(futures_util::poll!(&mut next).is_pending());
        crash.fuse.set(chosen, Fault::HangAfter);
        let (caller, plan) = (caller(), plan(json!([once("a", &[])])));
        let start = Box::pin(service.start_plan(&caller, plan, Default::default()));
        let gone = Box::pin(crash.fuse.blown());
        let is_started = matches!(select(start, gone).await, Either::Left(_));
        crash.fuse.clear();
        if is_started {
            break;
        }
        drop(next);
        drive(&service, &worker).await;
        let runs = service.list(&caller, PageRequest::default()).await.unwrap();
        for record in runs.items {
            n_durable += 1;
            let run = crash.house.find(record.id).await;
            assert_eq!(run.status(), RunStatus::Completed, "{:?}", run.failure());
            assert_eq!(crash.house.sent(), ["a"]);
        }
    }
    assert_eq!(n_durable, 1, "it is durable as soon as it is written");
}

#[tokio::test]
async fn runs_that_a_lost_answer_granted_are_driven() {
    let (house, fuse) = house_with_a_fuse().await;
    let run = house.start(plan(json!([once("a", &[])]))).await;
    let worker = house.service.begin_worker().await.unwrap();
    fuse.set(1, Fault::FailAfter);
    worker.claim(10).await.unwrap_err();
    fuse.clear();
    assert_eq!(drive(&house.service, &worker).await, [Driven::Ended]);
    assert_eq!(house.find(run).await.status(), RunStatus::Completed);

    // Neither is a run lost that was to be driven here, when whoever started it went away before the answer.
    let starting = {
        let service = house.service.clone();
        let plan = plan(json!([once("a", &[])]));
        tokio::spawn(async move { service.start_plan(&caller(), plan, Default::default()).await })
    };
    fuse.set(1, Fault::HangAfter);
    fuse.blown().await;
    fuse.clear();
    assert_eq!(
        worker.claim(10).await.unwrap().len(),
        0,
        "it may still be laid before the worker"
    );
    starting.abort();
    assert!(starting.await.unwrap_err().is_cancelled());
    assert_eq!(drive(&house.service, &worker).await, [Driven::Ended]);
    house.assert_paid(2).await;
}

#[tokio::test]
async fn a_drive_that_is_dropped_is_taken_up_again() {
    let house = House::new().await;
    house.transport.push("echo/do", Script::Hang);
    let run = house.start(plan(json!([echo("a", json!({"id": "a"}))]))).await;
    let worker = house.service.begin_worker().await.unwrap();
    let claim = worker.claim(1).await.unwrap().remove(0);
    {
        let mut driving = Box::pin(house.service.drive(&worker, claim));
        assert!(futures_util::poll!(&mut driving).is_pending());
        assert_eq!(worker.claim(1).await.unwrap().len(), 0, "it is driven");
    }
    for _ in 0..4 {
        house.clock.advance(options().worker_ttl / 3);
        assert!(worker.heartbeat().await.unwrap());
    }
    assert_eq!(drive(&house.service, &worker).await, [Driven::Ended]);
    assert_eq!(house.find(run).await.status(), RunStatus::Completed);
    house.assert_paid(1).await;
}
