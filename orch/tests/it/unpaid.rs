//! What was answered and not paid, as when a process ended in between, is paid by whoever works.

use std::time::Duration;

use orch::{
    Caller, Currency, InvocationId,
    billing::{HoldId, HoldRequest, HoldState},
};

use crate::{
    engine::{Engine, amount, on_every_engine, until, work},
    retention::answered,
};

async fn an_answered_transaction_is_paid_and_every_other_gives_its_price_back(engine: Engine) {
    answered(&engine, "tx_1", 0).await;
    let host = engine.host().await;
    let billing = host.billing();
    let consumer = Caller::host("a2a:one".parse().unwrap());
    billing
        .grant(consumer.account(), amount("4 ALGO"), "credits")
        .await
        .unwrap();
    let mut holds = Vec::new();
    for keeper in ["tx_1#1", "tx_2#1"] {
        let invocation = InvocationId::generate(host.clock().now(), &**host.entropy());
        let request = HoldRequest {
            id: HoldId::from_uuid(invocation.uuid()),
            account: consumer.account().clone(),
            amount: amount("1 ALGO"),
            parent: None,
            payee: Some("a2a:two".parse().unwrap()),
            keeper: Some(keeper.to_owned()),
            ttl: Duration::ZERO,
            key: invocation.to_string(),
        };
        holds.push(billing.hold(request).await.unwrap().id);
    }
    let worker = work(&host);
    let balance = async || billing.balance(&consumer, Currency::Algo).await.unwrap();
    until(async || balance().await.held.is_zero()).await;
    assert_eq!(balance().await.available, amount("3 ALGO"));
    let [owed, other] = holds[..] else {
        unreachable!("two were made");
    };
    let state = async |hold| billing.find_hold(hold).await.unwrap().unwrap().state;
    assert!(matches!(state(owed).await, HoldState::Captured { .. }));
    assert_eq!(state(other).await, HoldState::Expired);
    engine.assert_sound().await;
    worker.abort();
}

on_every_engine!(an_answered_transaction_is_paid_and_every_other_gives_its_price_back);
