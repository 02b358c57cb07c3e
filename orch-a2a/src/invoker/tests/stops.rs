//! What is stopped is neither held nor sent, and what runs is cancelled.

use std::{sync::Arc, time::Duration};

use orch_billing::UsageOutcome;
use orch_core::{Clock, ErrorKind, Failure, Switch, switch::Stoppable};

use super::house::{CREDITS, House, PRICE};
use crate::{InvokeError, Outcome, TransportError, testing::Script};

fn all(house: &House) -> [Stoppable; 3] {
    [
        Stoppable::Everything,
        Stoppable::Agent(house.writer.id),
        Stoppable::Account(house.caller.account().clone()),
    ]
}

#[tokio::test]
async fn nothing_is_held_or_sent_of_what_is_stopped() {
    let house = House::new().await;
    for what in all(&house) {
        house.switch.stop(what.clone(), "fire").await.unwrap();
        let invocation = house.invocation();
        let error = house.invoke(&invocation).await.unwrap_err();
        assert!(
            matches!(&error, InvokeError::Stopped { stop, begun: false } if stop.what == what && stop.reason == "fire"),
            "{error:?}"
        );
        assert_eq!(house.hold(&invocation).await, None, "{what}");
        house.switch.start(&what).await.unwrap();
    }
    assert!(house.transport.calls().is_empty());
    let outcome = house.invoke(&house.invocation()).await;
    assert!(matches!(outcome, Ok(Outcome::Answered(_))), "{outcome:?}");
}

#[tokio::test]
async fn what_concerns_others_stops_nobody() {
    let house = House::new().await;
    let account = Stoppable::Account(house.owner.account().clone());
    house.switch.stop(account, "fire").await.unwrap();
    let outcome = house.invoke(&house.invocation()).await;
    assert!(matches!(outcome, Ok(Outcome::Answered(_))), "{outcome:?}");
}

#[tokio::test]
async fn a_running_call_is_cancelled_wherever_it_is_stopped() {
    for which in 0..3 {
        let house = Arc::new(House::new().await);
        let what = all(&house)[which].clone();
        house.transport.always("writer/write", Script::Hang);
        let invocation = house.invocation();
        let call = tokio::spawn({
            let (house, invocation) = (house.clone(), invocation.clone());
            async move { house.invoke(&invocation).await }
        });
        while house.transport.calls().is_empty() {
            tokio::task::yield_now().await;
        }
        assert_eq!(house.credits().await, (CREDITS - PRICE, PRICE));
        // Another process over the same store says so.
        let elsewhere = Switch::new(house.stops.clone(), house.clock.clone());
        elsewhere.stop(what.clone(), "fire").await.unwrap();
        let stopped_at = house.clock.now();
        while !call.is_finished() {
            house.clock.advance(Duration::from_millis(100));
            for _ in 0..10 {
                tokio::task::yield_now().await;
            }
        }
        let took = house.clock.now().since(stopped_at);
        assert!(took <= 2 * Switch::FRESH, "{what}: {took:?}");
        let error = call.await.unwrap().unwrap_err();
        assert!(
            matches!(error, InvokeError::Stopped { begun: true, .. }),
            "{error:?}"
        );
        assert_eq!(house.transport.n_stopped(), 1);
        house.assert_money_is_back("a stop").await;
        assert_eq!(house.usage().await[0].outcome, UsageOutcome::Cancelled);
    }
}

#[tokio::test]
async fn in_its_own_process_a_stop_is_heard_at_once() {
    let house = Arc::new(House::new().await);
    house.transport.always("writer/write", Script::Hang);
    let call = tokio::spawn({
        let house = house.clone();
        async move { house.invoke(&house.invocation()).await }
    });
    while house.transport.calls().is_empty() {
        tokio::task::yield_now().await;
    }
    house.switch.stop(Stoppable::Everything, "fire").await.unwrap();
    let error = call.await.unwrap().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Forbidden { .. }), "{error:?}");
    house.assert_money_is_back("a stop").await;
}

#[tokio::test]
async fn what_is_stopped_is_not_sent_again() {
    let house = Arc::new(House::new().await);
    let retry_after = Some(Duration::from_secs(5));
    house.transport.push(
        "writer/write",
        Script::Fail(TransportError::Overloaded { retry_after }),
    );
    let call = tokio::spawn({
        let house = house.clone();
        async move { house.invoke(&house.invocation()).await }
    });
    while house.transport.calls().is_empty() {
        tokio::task::yield_now().await;
    }
    house
        .switch
        .stop(Stoppable::Agent(house.writer.id), "fire")
        .await
        .unwrap();
    while !call.is_finished() {
        house.clock.advance(Duration::from_secs(1));
        tokio::task::yield_now().await;
    }
    let error = call.await.unwrap().unwrap_err();
    assert!(matches!(error, InvokeError::Stopped { .. }), "{error:?}");
    assert_eq!(house.transport.calls().len(), 1);
    house.assert_money_is_back("a stop between two attempts").await;
}
