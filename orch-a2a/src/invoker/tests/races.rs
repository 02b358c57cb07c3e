//! Cancellation, answers that come too late, and keepers that changed.

use std::sync::Arc;

use async_trait::async_trait;
use orch_billing::{HoldState, UsageOutcome};
use orch_core::{ErrorKind, Failure, StoreError};
use serde_json::json;

use super::house::{CREDITS, House, PRICE, TIME};
use crate::{
    Answer, Cancel, Gate, InvokeError, InvokerLimits, Keeper, Kept, Outcome, Passage, Progress,
    testing::{RememberingKeeper, Script},
};

#[tokio::test]
async fn what_is_cancelled_before_is_not_sent() {
    let house = House::new().await;
    house.cancel.cancel();
    let error = house.invoke(&house.invocation()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    assert!(house.transport.calls().is_empty());
    house.assert_money_is_back("a cancellation before").await;
}

#[tokio::test]
async fn a_cancellation_stops_the_agent() {
    let house = Arc::new(House::new().await);
    house.transport.push("writer/write", Script::Hang);
    let invocation = house.invocation();
    let call = tokio::spawn({
        let (house, invocation) = (house.clone(), invocation.clone());
        async move { house.invoke(&invocation).await }
    });
    while house.transport.calls().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(
        house.credits().await,
        (CREDITS - PRICE, PRICE),
        "held while it works"
    );
    house.cancel.cancel();
    let error = call.await.unwrap().unwrap_err();
    assert!(matches!(error, InvokeError::Cancelled), "{error:?}");
    assert_eq!(house.transport.n_stopped(), 1);
    house.assert_money_is_back("a cancellation").await;
    assert_eq!(house.usage().await[0].outcome, UsageOutcome::Cancelled);
}

#[tokio::test]
async fn one_who_waits_for_a_busy_agent_can_be_cancelled() {
    let limits = InvokerLimits {
        calls_per_agent: 2,
        ..InvokerLimits::default()
    };
    let house = Arc::new(House::with(|_| {}, limits).await);
    house.transport.always("writer/write", Script::Hang);
    let call = |_| {
        let (house, invocation) = (house.clone(), house.invocation());
        tokio::spawn(async move { house.invoke(&invocation).await })
    };
    let calls: Vec<_> = (0..5).map(call).collect();
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(house.transport.calls().len(), 2);
    house.cancel.cancel();
    for call in calls {
        assert!(matches!(call.await.unwrap(), Err(InvokeError::Cancelled)));
    }
    assert_eq!(
        house.transport.calls().len(),
        2,
        "those who waited were never sent"
    );
    house.assert_money_is_back("many cancellations").await;
}

/// A gate that is open, and cancels as soon as one has passed.
#[derive(Debug)]
struct CancellingGate(Cancel);

#[async_trait]
impl Gate for CancellingGate {
    async fn check(
        &self,
        _: &orch_core::Caller,
        _: &crate::Invocation,
        _: orch_core::Amount,
    ) -> Result<Passage, StoreError> {
        self.0.cancel();
        Ok(Passage::Open)
    }
}

#[tokio::test]
async fn a_cancellation_just_before_sending_is_in_time() {
    let mut house = House::new().await;
    house.replace_gate(Arc::new(CancellingGate(house.cancel.clone())));
    let error = house.invoke(&house.invocation()).await.unwrap_err();
    assert!(matches!(error, InvokeError::Cancelled), "{error:?}");
    assert!(house.transport.calls().is_empty());
    house.assert_money_is_back("a cancellation at the gate").await;
}

/// A keeper whose run is cancelled while it keeps: it has the last word.
#[derive(Debug)]
struct CancelledKeeper(Cancel);

#[async_trait]
impl Keeper for CancelledKeeper {
    async fn keep(&self, _: &Answer) -> Result<Kept, StoreError> {
        self.0.cancel();
        Ok(Kept::Late)
    }

    fn progressed(&self, _: Progress) {
        self.0.cancel();
    }
}

#[tokio::test]
async fn of_answer_and_cancellation_at_once_the_keeper_decides() {
    let house = House::new().await;
    // The cancellation is uttered in the very step in which the agent answers.
    let script = Script::Progress(Progress::message("nearly"), Box::new(Script::Echo));
    house.transport.push("writer/write", script);
    let invocation = house.invocation();
    let keeper = CancelledKeeper(house.cancel.clone());
    let outcome = house
        .invoker
        .invoke(&house.caller, &invocation, &keeper, &house.cancel)
        .await;
    assert!(matches!(outcome, Ok(Outcome::Late(answer)) if answer.result == json!({ "text": "a" })));
    house.assert_money_is_back("an answer after the end").await;
    assert_eq!(house.usage().await[0].outcome, UsageOutcome::Late);
}

#[tokio::test]
async fn a_keeper_that_lost_its_run_touches_no_money() {
    let mut house = House::new().await;
    house.keeper = RememberingKeeper::new(Kept::Lost);
    let invocation = house.invocation();
    assert!(matches!(house.invoke(&invocation).await, Ok(Outcome::Lost)));
    assert_eq!(house.hold(&invocation).await, Some(HoldState::Open));
    assert_eq!(house.credits().await, (CREDITS - PRICE, PRICE));
    assert!(house.usage().await.is_empty());
}

#[tokio::test]
async fn a_keeper_that_cannot_store_touches_no_money() {
    let mut house = House::new().await;
    house.keeper = RememberingKeeper::failing();
    let invocation = house.invocation();
    let error = house.invoke(&invocation).await.unwrap_err();
    assert!(
        matches!(error, InvokeError::Unkept(_)) && error.leaves_hold(),
        "{error:?}"
    );
    assert_eq!(house.hold(&invocation).await, Some(HoldState::Open));
    // It was stored after all:
    let answer = &house.keeper.answers()[0];
    house
        .invoker
        .settle(&house.caller, &invocation, answer)
        .await
        .unwrap();
    assert_eq!(house.credits().await, (CREDITS - PRICE, 0));
}

#[tokio::test]
async fn a_late_answer_whose_release_fails_is_abandoned_later() {
    let mut house = House::new().await;
    house.keeper = RememberingKeeper::new(Kept::Late);
    house.ledger.fail(&["close"]);
    let invocation = house.invocation();
    let error = house.invoke(&invocation).await.unwrap_err();
    assert!(matches!(error, InvokeError::Unreleased { .. }), "{error:?}");
    house.ledger.fail(&[]);
    house.invoker.abandon(&house.caller, &invocation).await.unwrap();
    house.assert_money_is_back("a late answer").await;
}

#[tokio::test]
async fn a_caller_who_goes_away_stops_the_agent_and_leaves_the_hold() {
    let house = Arc::new(House::new().await);
    house
        .transport
        .push("writer/write", Script::after(TIME / 2, Script::Echo));
    let invocation = house.invocation();
    {
        let mut call = Box::pin(house.invoke(&invocation));
        assert!(futures_util::poll!(&mut call).is_pending());
    }
    assert_eq!(house.transport.n_stopped(), 1);
    assert_eq!(house.hold(&invocation).await, Some(HoldState::Open));
    house.invoker.abandon(&house.caller, &invocation).await.unwrap();
    house.assert_money_is_back("a caller who went away").await;
}
