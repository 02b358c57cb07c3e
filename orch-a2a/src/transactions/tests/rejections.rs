//! What the log says of requests that were refused: of those whose sender is known, within bounds, and of no others.

use std::{sync::Arc, time::Duration};

use orch_core::hex;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{
    approvals::GATED,
    house::{House, body, enforced, sole},
    watched::Watched,
};
use crate::{Request, TransactionOptions};

async fn watched(options: TransactionOptions) -> (House, Arc<Watched>) {
    let store = Arc::new(Watched::default());
    (
        House::seeing(options, store.store.clone(), store.clone()).await,
        store,
    )
}

#[tokio::test]
async fn the_log_says_who_was_refused_what_and_why() {
    let (house, store) = watched(sole()).await;
    let asked =
        r#"{"consumer_agent_id":"agent-001","payload":{},"service_id":"srv-nobody","transaction_id":"tx_1"}"#;
    assert_eq!(house.hear(asked, None).await, "service srv-nobody not found");
    let refused = json!({
        "v": 1, "consumer": "agent-001", "service": "srv-nobody", "transaction": "tx_1",
        "digest": hex::encode(&Sha256::digest(asked)), "signature": hex::encode(&Sha256::digest(house.sign(asked))),
        "reason": "service_not_found", "approval": null, "omitted": 0,
    });
    assert_eq!(store.rejections(), [refused]);
    house.offer(GATED).await;
    house.greet("tx_2", "apr_nobody").await;
    let refused = store.rejections();
    assert_eq!(
        (&refused[0]["reason"], &refused[0]["approval"]),
        (&json!("approval_required"), &json!("unknown"))
    );
}

#[tokio::test]
async fn what_is_made_or_replayed_is_no_refusal_and_another_with_its_name_is() {
    let (house, store) = watched(sole()).await;
    let first = body(Some("tx_1"));
    house.hear(&first, None).await;
    house.hear(&first, None).await;
    assert_eq!(store.rejections(), [json!(null); 0]);
    house.hear(&first.replace("Alice", "Bob"), None).await;
    assert_eq!(store.rejections()[0]["reason"], "conflict");
}

#[tokio::test]
async fn of_strangers_nothing_is_written() {
    let (house, store) = watched(sole()).await;
    let (known, unknown) = (body(Some("tx_1")), body(None).replace("agent-001", "agent-404"));
    for (asked, signature) in [
        (&known, Some(house.sign("{}"))),
        (&known, None),
        (&unknown, Some(house.sign(&unknown))),
    ] {
        let request = Request {
            body: asked.as_bytes(),
            signature: signature.as_deref(),
            ..Request::default()
        };
        assert!(house.transactions.transact(&request).await.result.is_err());
    }
    assert_eq!(store.rejections(), [json!(null); 0]);
}

#[tokio::test]
async fn twenty_a_minute_are_written_and_the_others_counted() {
    let (house, store) = watched(enforced()).await;
    for _ in 0..5 + 50 {
        house.hear(&body(None), None).await;
    }
    let written = store.rejections();
    assert_eq!(written.len(), 20);
    assert!(written.iter().all(|data| data["reason"] == "rate_limited"));
    house.clock.advance(Duration::from_secs(60));
    for _ in 0..6 {
        house.hear(&body(None), None).await;
    }
    let written = store.rejections();
    assert_eq!((written.len(), &written[0]["omitted"]), (1, &json!(30)));
}

#[tokio::test]
async fn where_nothing_can_be_written_it_is_refused_all_the_same() {
    let full = Arc::new(Watched {
        is_full: true,
        ..Watched::default()
    });
    let house = House::seeing(sole(), full.store.clone(), full).await;
    let asked = body(None).replace("srv-greet", "srv-nobody");
    assert_eq!(house.hear(&asked, None).await, "service srv-nobody not found");
}
