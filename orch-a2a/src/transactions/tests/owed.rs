//! What was answered is paid, also where its process ended in between.

use std::{sync::Arc, time::Duration};

use orch_billing::{HoldKeepers, HoldState};

use super::{
    house::{Act, House, body, sole},
    watched::Watched,
};

const PRICED: &str =
    r#"{"service_id":"srv-greet","provider_agent_id":"agent-002","metadata":{"price":"0.0001 ALGO"}}"#;
const HOUR: Duration = Duration::from_secs(60 * 60);

/// A house whose process ends as soon as it has written down how a transaction ended.
async fn doomed() -> House {
    let watched = Watched {
        ends_the_process: true,
        ..Watched::default()
    };
    let house = House::seeing(sole(), watched.store.clone(), Arc::new(watched)).await;
    house.offer(PRICED).await;
    house.grant("a2a:agent-001", 250).await;
    house
}

/// Asks, and goes no further than the process does.
async fn ask(house: &House, id: &str) {
    ask_as(house, "agent-001", id).await;
}

async fn ask_as(house: &House, consumer: &str, id: &str) {
    let asked = house.transactions.clone();
    let body = body(Some(id)).replace("agent-001", consumer);
    let signature = house.sign(&body);
    let asking = tokio::spawn(async move {
        let request = crate::Request {
            body: body.as_bytes(),
            signature: Some(&signature),
            ..crate::Request::default()
        };
        asked.transact(&request).await
    });
    for _ in 0..200 {
        tokio::task::yield_now().await;
    }
    asking.abort();
}

#[tokio::test]
async fn an_answer_that_was_written_down_and_not_paid_is_paid_by_the_sweeper() {
    let house = doomed().await;
    ask(&house, "tx_1").await;
    assert_eq!(house.available("a2a:agent-001").await, 150, "it is held");
    house.clock.advance(HOUR);
    for _ in 0..2 {
        house.billing.sweep(&house.transactions, 10).await.unwrap();
        assert_eq!(house.available("a2a:agent-001").await, 150, "it is paid");
    }
    let [hold] = house.provider.holds()[..] else {
        panic!("one call was made");
    };
    let hold = house.billing.find_hold(hold).await.unwrap().unwrap();
    assert!(matches!(hold.state, HoldState::Captured { .. }), "{}", hold.state);
    assert_eq!(hold.payee, Some("a2a:agent-002".parse().unwrap()));
}

#[tokio::test]
async fn what_was_refused_or_is_unknown_goes_back() {
    let house = doomed().await;
    for (id, act) in [("tx_1", Act::Answer(500, "no")), ("tx_2", Act::Lost)] {
        house.will([act]);
        ask(&house, id).await;
    }
    house.clock.advance(HOUR);
    house.billing.sweep(&house.transactions, 10).await.unwrap();
    assert_eq!(house.available("a2a:agent-001").await, 250);
}

/// The account of a name as long as this one is made of its digest.
#[tokio::test]
async fn whoever_has_a_long_name_pays_too() {
    let house = doomed().await;
    let name = "n".repeat(200);
    house.register(&name, 1).await;
    let account = name.parse::<orch_auth::PartyId>().unwrap().account().to_string();
    assert!(!account.contains(&name));
    house.grant(&account, 250).await;
    ask_as(&house, &name, "tx_1").await;
    house.clock.advance(HOUR);
    house.billing.sweep(&house.transactions, 10).await.unwrap();
    let hold = house.provider.holds()[0];
    let hold = house.billing.find_hold(hold).await.unwrap().unwrap();
    assert!(matches!(hold.state, HoldState::Captured { .. }), "{}", hold.state);
    assert_eq!(hold.account.to_string(), account);
}

/// Neither another execution nor another consumer's transaction of the same id owes it.
#[tokio::test]
async fn only_the_execution_that_was_answered_owes_its_hold() {
    let house = doomed().await;
    ask(&house, "tx_1").await;
    let hold = house.provider.holds()[0];
    let hold = house.billing.find_hold(hold).await.unwrap().unwrap();
    let stranger = orch_billing::Hold {
        account: "a2a:agent-003".parse().unwrap(),
        ..hold.clone()
    };
    let owed = async |keeper: &str, hold| house.transactions.owed(keeper, hold).await.unwrap();
    assert_eq!(hold.keeper.as_deref(), Some("tx_1#1"));
    let usage = owed("tx_1#1", &hold).await.unwrap();
    assert_eq!((usage.cost, &*usage.task), (hold.amount, "srv-greet"));
    assert_eq!(owed("tx_1#1", &stranger).await, None);
    for keeper in ["tx_1#2", "tx_2#1", "tx_1", "run_1", "#", "tx_1#x"] {
        assert_eq!(owed(keeper, &hold).await, None, "{keeper}");
    }
}
