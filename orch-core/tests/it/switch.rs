//! The switch, on an in-memory store with a clock that stands still.

use std::sync::Arc;

use orch_core::{
    AccountId, AgentId, ErrorKind, Failure, InMemorySwitch, ManualClock, SeededEntropy, Switch, Timestamp,
    switch::Stoppable,
};

fn house() -> (Arc<ManualClock>, Arc<InMemorySwitch>, Switch) {
    let (clock, store) = (
        Arc::new(ManualClock::default()),
        Arc::new(InMemorySwitch::default()),
    );
    let switch = Switch::new(store.clone(), clock.clone());
    (clock, store, switch)
}

fn agent(seed: u64) -> AgentId {
    AgentId::generate(Timestamp::from_millis(0), &SeededEntropy::new(seed))
}

fn account(name: &str) -> AccountId {
    name.parse().unwrap()
}

#[tokio::test]
async fn what_is_stopped_concerns_whom_it_should() {
    let cases = [
        (Stoppable::Everything, [true, true, true]),
        (Stoppable::Agent(agent(1)), [true, true, false]),
        (Stoppable::Account(account("one")), [true, false, false]),
    ];
    for (what, expected) in cases {
        let (_, _, switch) = house();
        switch.stop(what.clone(), "because").await.unwrap();
        let calls = [("one", 1), ("other", 1), ("other", 2)];
        for ((caller, callee), expected) in calls.into_iter().zip(expected) {
            let stop = switch.check(&account(caller), Some(agent(callee))).await.unwrap();
            assert_eq!(stop.is_some(), expected, "{what}: {caller} calls {callee}");
        }
        assert!(switch.start(&what).await.unwrap() && !switch.start(&what).await.unwrap());
        assert_eq!(switch.check(&account("one"), Some(agent(1))).await.unwrap(), None);
    }
}

#[tokio::test]
async fn another_process_knows_within_a_second() {
    let (clock, store, here) = house();
    let there = Switch::new(store, clock.clone());
    let check = async |switch: &Switch| switch.check(&account("one"), None).await.unwrap().is_some();
    assert!(!check(&there).await);
    here.stop(Stoppable::Everything, "fire").await.unwrap();
    assert!(check(&here).await, "at once");
    clock.advance(Switch::FRESH);
    assert!(check(&there).await);
    here.start(&Stoppable::Everything).await.unwrap();
    clock.advance(Switch::FRESH);
    assert!(!check(&there).await);
}

#[tokio::test]
async fn a_stop_says_what_it_means() {
    let (_, _, switch) = house();
    let reason = "x".repeat(2 * Switch::MAX_REASON);
    switch
        .stop(Stoppable::Account(account("one")), &reason)
        .await
        .unwrap();
    let stop = switch.list().await.unwrap().remove(0);
    assert_eq!(stop.reason.len(), Switch::MAX_REASON);
    assert!(
        matches!(stop.kind(), ErrorKind::Forbidden { reason } if reason.starts_with("account one is stopped: x"))
    );
    switch.stop(Stoppable::Agent(agent(1)), "").await.unwrap();
    let stop = switch
        .check(&account("other"), Some(agent(1)))
        .await
        .unwrap()
        .unwrap();
    assert!(matches!(stop.kind(), ErrorKind::Unavailable { .. }));
}
