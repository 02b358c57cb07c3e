//! What the log says of transactions: all of what was done, and nothing of what was said.

use std::{sync::Arc, time::Duration};

use orch_core::{EventLog, hex};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::house::{Act, House, body, sole};

impl House {
    /// The events of a transaction: of what kind, and with which particulars.
    pub(super) async fn logged(&self, id: &str) -> Vec<(String, Value)> {
        let stream = format!("transaction/agent-001 {id}");
        let events = self.store.read(&stream, 1, 100).await.unwrap();
        let places = events.iter().map(|event| event.seq);
        assert!(places.eq(1..=events.len() as u64));
        let logged = events.into_iter().map(|event| {
            let data = serde_json::from_str(&event.data).unwrap();
            (event.kind, data)
        });
        logged.collect()
    }

    async fn kinds(&self, id: &str) -> Vec<String> {
        let logged = self.logged(id).await;
        logged.into_iter().map(|(kind, _)| kind).collect()
    }
}

#[tokio::test]
async fn the_log_says_who_paid_whom_for_what_and_how_it_ended() {
    let house = House::new().await;
    house
        .offer(r#"{"service_id":"srv-greet","provider_agent_id":"agent-002","metadata":{"price":"0.0001 ALGO"}}"#)
        .await;
    house.grant("a2a:agent-001", 250).await;
    let asked = r#"{"consumer_agent_id":"agent-001","payload":{"name":"Alice"},"service_id":"srv-greet","transaction_id":"tx_1"}"#;
    house.hear(asked, None).await;
    let logged = house.logged("tx_1").await;
    let price = json!({ "minor": 100, "currency": "ALGO" });
    let began = json!({
        "v": 1, "transaction": "tx_1", "consumer": "agent-001", "provider": "agent-002", "service": "srv-greet",
        "execution": 1, "digest": hex::encode(&Sha256::digest(asked)), "signature": hex::encode(&Sha256::digest(house.sign(asked))),
        "price": price, "approval": null,
    });
    let answer = r#"{"message": "Hello, Alice!", "n": 1.50}"#;
    let answered = json!({
        "v": 1, "execution": 1, "status": "success", "provider_status": 200, "answer": hex::encode(&Sha256::digest(answer)),
        "cost": price,
    });
    assert_eq!(
        logged,
        [("began".to_owned(), began), ("answered".to_owned(), answered)]
    );
    house.hear(asked, None).await;
    assert_eq!(house.logged("tx_1").await.len(), 2, "a repetition is no other");
}

#[tokio::test]
async fn each_execution_and_each_end_is_logged() {
    let house = House::new().await;
    house.will([Act::Unreachable, Act::Answer(422, "{}"), Act::Lost]);
    for _ in 0..2 {
        house.hear(&body(Some("tx_1")), None).await;
    }
    assert_eq!(
        house.kinds("tx_1").await,
        ["began", "not_executed", "began", "refused"]
    );
    let (_, refused) = house.logged("tx_1").await.remove(3);
    assert_eq!(
        (
            &refused["execution"],
            &refused["provider_status"],
            &refused["cost"]
        ),
        (&json!(2), &json!(422), &Value::Null)
    );
    house.hear(&body(Some("tx_2")), None).await;
    assert_eq!(house.kinds("tx_2").await, ["began", "lost"]);
}

#[tokio::test]
async fn what_is_turned_away_leaves_nothing() {
    let house = House::new().await;
    let unknown = body(Some("tx_1")).replace("srv-greet", "srv-none");
    house.hear(&unknown, None).await;
    let body = body(Some("tx_1"));
    let forged = crate::Request {
        body: body.as_bytes(),
        signature: Some("AAAA"),
        ..Default::default()
    };
    assert!(house.transactions.transact(&forged).await.result.is_err());
    assert_eq!(house.kinds("tx_1").await, [""; 0]);
}

#[tokio::test]
async fn what_a_crash_cut_off_is_logged_as_unknown_once() {
    let house = Arc::new(House::new().await);
    house.will([Act::Hang]);
    let asked = tokio::spawn({
        let house = house.clone();
        async move { house.ask(&body(Some("tx_1")), None).await }
    });
    house.after(Duration::ZERO).await;
    asked.abort();
    assert_eq!(house.kinds("tx_1").await, ["began"]);
    let next = House::with(sole(), house.store.clone()).await;
    for _ in 0..2 {
        next.hear(&body(Some("tx_1")), None).await;
        assert_eq!(next.kinds("tx_1").await, ["began", "timed_out"]);
    }
    // The first process finds that it is too late.
    house.provider.release();
    house.settle().await;
    assert_eq!(next.kinds("tx_1").await, ["began", "timed_out"]);
}
