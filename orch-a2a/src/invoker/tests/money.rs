//! What is held, paid and metered.

use orch_billing::{BillingError, HoldId, HoldRequest, HoldState, UsageOutcome};
use orch_core::{
    Amount, BasisPoints, Currency, ErrorKind, Failure, Purse, RunId,
    agent::{BillingModel, Pricing, VolumeDiscount},
};
use serde_json::json;

use super::house::{CREDITS, House, PRICE, TIME, algo};
use crate::{Answer, Funds, InvokeError, Outcome, Reply, testing::Script};

fn answer(outcome: Outcome) -> Answer {
    match outcome {
        Outcome::Answered(answer) => answer,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_answer_is_kept_and_paid_and_metered() {
    let house = House::new().await;
    house.transport.push(
        "writer/write",
        Script::after(TIME / 3, Script::answer(json!("done"))),
    );
    let invocation = house.invocation();
    let answer = answer(house.invoke_while_time_passes(&invocation).await.unwrap());
    assert_eq!(
        (answer.result.clone(), answer.cost, answer.units, answer.took),
        (json!("done"), algo(PRICE), 1, TIME / 3)
    );
    assert_eq!(house.keeper.answers(), [answer]);
    assert_eq!(house.credits().await, (CREDITS - PRICE, 0));
    assert_eq!(
        house.earnings().await,
        PRICE - PRICE / 10,
        "the platform takes a tenth"
    );
    let usage = &house.usage().await[0];
    assert_eq!(
        (usage.invocation, usage.agent_slug.as_str(), usage.task.as_str()),
        (invocation.id, "writer", "write")
    );
    assert_eq!(
        (usage.outcome, usage.units, usage.cost, usage.took),
        (UsageOutcome::Answered, 1, algo(PRICE), TIME / 3)
    );
    let sent = &house.transport.calls()[0];
    assert_eq!(sent.idempotency_key, invocation.id.to_string());
}

/// A writer that takes 10 a page and at most 40.
async fn paid_by_the_page() -> House {
    House::with_writer(|writer| {
        writer.version.pricing.base = algo(10);
        writer.version.pricing.model = BillingModel::PerUnit {
            unit: "page".into(),
            maximum: 4,
        };
    })
    .await
}

#[tokio::test]
async fn units_are_paid_for_up_to_what_was_held() {
    for (units, cost) in [
        (Some(0), 0),
        (Some(3), 30),
        (Some(4), 40),
        (Some(9), 40),
        (Some(u64::MAX), 40),
        (None, 10),
    ] {
        let house = paid_by_the_page().await;
        let reply = Reply {
            result: json!("pages"),
            units,
        };
        house.transport.push("writer/write", Script::Reply(reply));
        let answer = answer(house.invoke(&house.invocation()).await.unwrap());
        let counted = units.unwrap_or(1).min(Answer::MAX_UNITS);
        assert_eq!((answer.units, answer.cost), (counted, algo(cost)));
        assert_eq!(house.credits().await, (CREDITS - cost, 0), "{units:?}");
        assert_eq!(house.usage().await[0].units, counted);
    }
}

#[tokio::test]
async fn the_most_that_units_can_cost_is_held() {
    let house = paid_by_the_page().await;
    house
        .billing
        .hold(request(&house, 1, CREDITS - 39))
        .await
        .unwrap();
    let error = house.invoke(&house.invocation()).await.unwrap_err();
    let short = ErrorKind::InsufficientFunds {
        purse: Purse::Credits,
        required: algo(40),
        available: algo(39),
    };
    assert_eq!(error.kind(), short);
}

#[tokio::test]
async fn many_requests_in_a_month_cost_less() {
    let house = House::with_writer(|writer| {
        let discount = BasisPoints::new(2_500).unwrap();
        writer.version.pricing.volume_discounts = vec![VolumeDiscount {
            min_requests: 2,
            discount,
        }];
    })
    .await;
    let mut costs = Vec::new();
    for _ in 0..3 {
        costs.push(
            answer(house.invoke(&house.invocation()).await.unwrap())
                .cost
                .minor(),
        );
    }
    assert_eq!(costs, [PRICE, PRICE, PRICE * 3 / 4]);
    assert_eq!(house.credits().await, (CREDITS - costs.iter().sum::<i64>(), 0));
}

fn request(house: &House, number: i64, amount: i64) -> HoldRequest {
    let run = RunId::generate(
        orch_core::Timestamp::from_millis(number),
        &orch_core::SeededEntropy::default(),
    );
    HoldRequest {
        id: HoldId::from_uuid(run.uuid()),
        account: house.caller.account().clone(),
        amount: algo(amount),
        parent: None,
        payee: None,
        keeper: None,
        ttl: TIME,
        key: run.to_string(),
    }
}

#[tokio::test]
async fn a_run_pays_from_its_own_hold() {
    let house = House::new().await;
    let run = house.billing.hold(request(&house, 1, PRICE)).await.unwrap();
    let mut first = house.invocation();
    first.funds = Funds::Hold(run.id);
    answer(house.invoke(&first).await.unwrap());
    assert_eq!(house.credits().await, (CREDITS - PRICE, 0));
    let mut second = house.invocation();
    second.funds = Funds::Hold(run.id);
    let error = house.invoke(&second).await.unwrap_err();
    assert!(
        matches!(
            error.kind(),
            ErrorKind::InsufficientFunds {
                purse: Purse::Budget,
                ..
            }
        ),
        "{error:?}"
    );
    house.billing.release(run.id, None).await.unwrap();
    let mut third = house.invocation();
    third.funds = Funds::Hold(run.id);
    let error = house.invoke(&third).await.unwrap_err();
    assert!(
        matches!(error, InvokeError::Funds(BillingError::HoldClosed { .. })),
        "{error:?}"
    );
    assert_eq!(house.credits().await, (CREDITS - PRICE, 0));
}

#[tokio::test]
async fn what_costs_nothing_needs_no_money_of_any_currency() {
    let house = House::with_writer(|writer| writer.version.pricing = Pricing::free(Currency::Usd)).await;
    let run = house.billing.hold(request(&house, 1, PRICE)).await.unwrap();
    let mut invocation = house.invocation();
    invocation.funds = Funds::Hold(run.id);
    let answer = answer(house.invoke(&invocation).await.unwrap());
    assert_eq!(answer.cost, Amount::zero(Currency::Usd));
    assert!(matches!(
        house.hold(&invocation).await,
        Some(HoldState::Captured { .. })
    ));
    assert_eq!(house.usage().await.len(), 1);
}
