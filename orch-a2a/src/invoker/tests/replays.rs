//! The same invocation again: after a decision, after a crash, by a stranger.

use orch_billing::{BillingError, HoldState, UsageOutcome};
use orch_core::{ApprovalId, Clock, SeededEntropy, agent::Status};
use serde_json::json;

use super::house::{CREDITS, House, PRICE, TIME, account, algo};
use crate::{
    Answer, InvokeError, Kept, Outcome, Passage,
    testing::{RememberingKeeper, Script},
};

fn answer() -> Answer {
    Answer {
        result: json!("done"),
        units: 1,
        cost: algo(PRICE),
        took: TIME,
    }
}

#[tokio::test]
async fn what_waits_for_a_human_goes_on_under_the_same_hold() {
    let house = House::new().await;
    let approval = ApprovalId::generate(&SeededEntropy::default());
    house.gate.set("write", Passage::Waiting(approval.clone()));
    let mut invocation = house.invocation();
    assert_eq!(
        house.invoke(&invocation).await.unwrap(),
        Outcome::Waiting(approval)
    );
    assert_eq!(house.credits().await, (CREDITS - PRICE, PRICE));
    assert!(house.transport.calls().is_empty() && house.usage().await.is_empty());

    // The human takes longer than the first deadline.
    house.clock.advance(TIME * 2);
    invocation.deadline = house.clock.now() + TIME;
    house.gate.set("write", Passage::Open);
    assert!(matches!(
        house.invoke(&invocation).await,
        Ok(Outcome::Answered(_))
    ));
    assert_eq!(house.credits().await, (CREDITS - PRICE, 0));
    assert_eq!(house.gate.checks(), [(invocation.id, algo(PRICE)); 2]);
}

#[tokio::test]
async fn what_waited_and_cannot_be_sent_any_more_gives_its_hold_back() {
    let house = House::new().await;
    let approval = ApprovalId::generate(&SeededEntropy::default());
    house.gate.set("write", Passage::Waiting(approval));
    let invocation = house.invocation();
    house.invoke(&invocation).await.unwrap();
    house
        .catalog
        .set_status(&house.owner, house.writer.id, Status::Offline)
        .await
        .unwrap();
    let error = house.invoke(&invocation).await.unwrap_err();
    assert!(matches!(error, InvokeError::Offline { .. }), "{error:?}");
    house.assert_money_is_back("an agent that left meanwhile").await;
    assert_eq!(house.hold(&invocation).await, Some(HoldState::Released));
}

#[tokio::test]
async fn a_hold_that_is_open_is_sent_again_and_paid_once() {
    let mut house = House::new().await;
    house.keeper = RememberingKeeper::new(Kept::Lost);
    let invocation = house.invocation();
    house.invoke(&invocation).await.unwrap();
    house.keeper = RememberingKeeper::default();
    assert!(matches!(
        house.invoke(&invocation).await,
        Ok(Outcome::Answered(_))
    ));
    let calls = house.transport.calls();
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[0].idempotency_key, calls[1].idempotency_key);
    assert_eq!(house.credits().await, (CREDITS - PRICE, 0));
}

#[tokio::test]
async fn a_hold_that_is_closed_is_not_sent_again() {
    let house = House::new().await;
    let paid = house.invocation();
    house.invoke(&paid).await.unwrap();
    let failed = house.invocation();
    house.transport.push("writer/write", Script::fail("no paper"));
    house.invoke(&failed).await.unwrap_err();
    for invocation in [paid, failed] {
        let error = house.invoke(&invocation).await.unwrap_err();
        assert!(
            matches!(error, InvokeError::HoldClosed { invocation: id } if id == invocation.id),
            "{error:?}"
        );
    }
    assert_eq!(house.transport.calls().len(), 2);
    assert_eq!(house.credits().await, (CREDITS - PRICE, 0));
}

#[tokio::test]
async fn an_answer_that_could_not_be_paid_is_paid_once_later() {
    let house = House::new().await;
    house.ledger.fail(&["close"]);
    let invocation = house.invocation();
    let error = house.invoke(&invocation).await.unwrap_err();
    assert!(
        matches!(error, InvokeError::Unsettled(_)) && error.leaves_hold(),
        "{error:?}"
    );
    let kept = house.keeper.answers().pop().unwrap();
    let error = house
        .invoker
        .settle(&house.caller, &invocation, &kept)
        .await
        .unwrap_err();
    assert!(matches!(error, InvokeError::Unsettled(_)), "{error:?}");
    house.ledger.fail(&[]);
    for _ in 0..3 {
        house
            .invoker
            .settle(&house.caller, &invocation, &kept)
            .await
            .unwrap();
    }
    assert_eq!(house.credits().await, (CREDITS - PRICE, 0));
    assert_eq!(house.usage().await.len(), 1);
    let error = house
        .invoker
        .abandon(&house.caller, &invocation)
        .await
        .unwrap_err();
    assert!(
        matches!(error, InvokeError::HoldClosed { .. }),
        "what is paid is not given back: {error:?}"
    );
}

#[tokio::test]
async fn abandoning_twice_is_abandoning_once() {
    let house = House::new().await;
    let invocation = house.invocation();
    house.invoker.abandon(&house.caller, &invocation).await.unwrap();
    assert_eq!(house.hold(&invocation).await, None);
    let mut waiting = House::new().await;
    waiting.keeper = RememberingKeeper::new(Kept::Lost);
    let invocation = waiting.invocation();
    waiting.invoke(&invocation).await.unwrap();
    for _ in 0..2 {
        waiting
            .invoker
            .abandon(&waiting.caller, &invocation)
            .await
            .unwrap();
    }
    waiting.assert_money_is_back("abandoning").await;
    assert_eq!(waiting.usage().await[0].outcome, UsageOutcome::Cancelled);
    let error = waiting
        .invoker
        .settle(&waiting.caller, &invocation, &answer())
        .await
        .unwrap_err();
    assert!(matches!(error, InvokeError::HoldClosed { .. }), "{error:?}");
}

#[tokio::test]
async fn a_settlement_without_a_hold_is_refused() {
    let house = House::new().await;
    let error = house
        .invoker
        .settle(&house.caller, &house.invocation(), &answer())
        .await
        .unwrap_err();
    assert!(
        matches!(error, InvokeError::Unsettled(BillingError::HoldNotFound(_))),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_stranger_can_do_nothing_with_an_invocation() {
    let mut house = House::new().await;
    house.keeper = RememberingKeeper::new(Kept::Lost);
    let invocation = house.invocation();
    house.invoke(&invocation).await.unwrap();
    let stranger = account("stranger");
    house
        .billing
        .grant(stranger.account(), algo(CREDITS), "first")
        .await
        .unwrap();
    let settled = house.invoker.settle(&stranger, &invocation, &answer()).await;
    assert!(matches!(settled, Err(InvokeError::Forbidden { .. })));
    let abandoned = house.invoker.abandon(&stranger, &invocation).await;
    assert!(matches!(abandoned, Err(InvokeError::Forbidden { .. })));
    let error = house
        .invoker
        .invoke(&stranger, &invocation, &house.keeper, &house.cancel)
        .await
        .unwrap_err();
    assert!(
        matches!(error, InvokeError::Funds(BillingError::Conflict { .. })),
        "{error:?}"
    );
    assert_eq!(house.hold(&invocation).await, Some(HoldState::Open));
    assert_eq!(house.transport.calls().len(), 1);
}

#[tokio::test]
async fn what_is_owed_is_paid_although_the_agent_is_out_of_sight() {
    let mut house = House::new().await;
    house.keeper = RememberingKeeper::new(Kept::Lost);
    let mut invocation = house.invocation();
    house.invoke(&invocation).await.unwrap();
    // A version that the catalog does not know stands for an agent that was hidden meanwhile.
    invocation.version = "v7".parse().unwrap();
    house
        .invoker
        .settle(&house.caller, &invocation, &answer())
        .await
        .unwrap();
    assert_eq!(house.usage().await[0].agent_slug, house.writer.id.to_string());
    assert_eq!(house.credits().await, (CREDITS - PRICE, 0));
}
