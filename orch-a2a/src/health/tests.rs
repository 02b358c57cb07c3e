//! What the catalog learns of agents, on in-memory ports.

use std::{sync::Arc, time::Duration};

use orch_core::{
    Agent, Clock,
    agent::{Performance, Status},
};

use super::*;
use crate::{
    InvokeError, Outcome, RetryPolicy, TransportError,
    invoker::{InvokerLimits, tests::house::House},
    testing::{Probe, Script},
};

const OPTIONS: HealthOptions = HealthOptions {
    interval: Duration::from_secs(30),
    timeout: Duration::from_secs(5),
    tries: 3,
    pause: Duration::from_secs(1),
    batch: 64,
    parallel: 8,
};

async fn house() -> (House, Health) {
    let limits = InvokerLimits {
        retry: RetryPolicy::ONCE,
        ..InvokerLimits::default()
    };
    let house = House::with(|_| {}, limits).await;
    let health = Health::new(house.invoker.clone(), OPTIONS);
    (house, health)
}

async fn writer(house: &House) -> Arc<Agent> {
    house.catalog.find(&house.owner, "writer").await.unwrap()
}

/// Looks after what is due, and meanwhile moves the clock on, as often as it takes.
async fn run_due(house: &House, health: &Health) -> u32 {
    let time = async {
        loop {
            tokio::task::yield_now().await;
            house.clock.advance(Duration::from_millis(500));
        }
    };
    tokio::select! {
        biased;
        n_due = health.run_due() => n_due.unwrap(),
        () = time => unreachable!("time passes for ever"),
    }
}

#[tokio::test]
async fn calls_are_counted_and_written_together() {
    let (house, health) = house().await;
    house.transport.push(
        "writer/write",
        Script::after(Duration::from_secs(3), Script::Echo),
    );
    house.invoke_while_time_passes(&house.invocation()).await.unwrap();
    let answered_at = house.clock.now();
    for script in [
        Script::fail("no paper"),
        Script::Fail(TransportError::lost("reset")),
    ] {
        house.transport.push("writer/write", script);
        house.invoke(&house.invocation()).await.unwrap_err();
    }
    assert_eq!(writer(&house).await.performance, Performance::default());
    health.flush().await.unwrap();
    health.flush().await.unwrap();
    let seen = writer(&house).await;
    let performance = Performance {
        requests: 3,
        answered: 1,
        total_time: Duration::from_secs(3),
    };
    assert_eq!((seen.performance, seen.revision), (performance, 1));
    assert_eq!(seen.last_seen, Some(answered_at));
}

#[tokio::test]
async fn what_was_never_sent_is_no_call() {
    let (house, health) = house().await;
    let mut invocation = house.invocation();
    invocation.arguments.clear();
    invocation.deadline = house.clock.now();
    house.invoke(&invocation).await.unwrap_err();
    house.cancel.cancel();
    house.invoke(&house.invocation()).await.unwrap_err();
    health.flush().await.unwrap();
    assert_eq!(writer(&house).await.performance, Performance::default());
}

#[tokio::test]
async fn an_agent_that_does_not_answer_is_away_until_it_does() {
    let (house, health) = house().await;
    house.transport.probes("writer", Probe::Fails);
    assert_eq!(run_due(&house, &health).await, 1);
    assert_eq!(writer(&house).await.status, Status::Away);
    let error = house.invoke(&house.invocation()).await.unwrap_err();
    assert!(matches!(error, InvokeError::Offline { .. }), "{error:?}");
    house.assert_money_is_back("an agent that is away").await;

    assert_eq!(run_due(&house, &health).await, 0, "it is not due yet");
    house.clock.advance(OPTIONS.interval);
    house.transport.probes("writer", Probe::Answers);
    assert_eq!(run_due(&house, &health).await, 1);
    let back = writer(&house).await;
    assert_eq!(
        (back.status, back.last_seen),
        (Status::Online, Some(house.clock.now()))
    );
    let outcome = house.invoke(&house.invocation()).await;
    assert!(matches!(outcome, Ok(Outcome::Answered(_))), "{outcome:?}");
}

#[tokio::test]
async fn a_probe_that_hangs_or_panics_is_no_answer() {
    for probe in [Probe::Hangs, Probe::Panics] {
        let (house, health) = house().await;
        house.transport.probes("writer", probe);
        let started_at = house.clock.now();
        run_due(&house, &health).await;
        assert_eq!(writer(&house).await.status, Status::Away, "{probe:?}");
        let bound = (OPTIONS.timeout + OPTIONS.pause + Duration::from_secs(1)) * OPTIONS.tries;
        assert!(house.clock.now().since(started_at) <= bound, "{probe:?}");
    }
}

#[tokio::test]
async fn one_answer_among_failures_is_enough() {
    let (house, health) = house().await;
    house.transport.probes("writer", Probe::FailsOnce);
    run_due(&house, &health).await;
    assert_eq!(writer(&house).await.status, Status::Online);
}

#[tokio::test]
async fn what_cannot_be_told_changes_nothing() {
    let (house, health) = house().await;
    let before = writer(&house).await;
    run_due(&house, &health).await;
    assert_eq!(writer(&house).await, before);
}

#[tokio::test]
async fn replicas_share_the_work() {
    let (house, health) = house().await;
    let other = Health::new(house.invoker.clone(), OPTIONS);
    let (one, two) = tokio::join!(health.run_due(), other.run_due());
    assert_eq!(one.unwrap() + two.unwrap(), 1);
}
