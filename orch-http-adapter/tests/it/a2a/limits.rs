//! The limits of the published page, in cloud mode.

use std::time::Duration;

use super::house::{cloud, house_with, page};

#[tokio::test]
async fn twenty_a_minute_at_four_a_second() {
    let house = house_with(cloud()).await;
    for wrong in 0..1000 {
        let body = page().replace("tx_123", &format!("tx_wrong_{wrong}"));
        let headers = [("x-agent-signature", "AAAA"), ("x-api-key", "sk-atp-test")];
        let answer = house.post("/v1/a2a/transact", body, &headers).await;
        assert_eq!(
            (answer.status, answer.headers.contains_key("x-ratelimit-limit")),
            (401, false)
        );
    }
    for number in 0..20 {
        let answer = house
            .transact(&page().replace("tx_123", &format!("tx_{number}")))
            .await;
        assert_eq!(
            (answer.status, answer.header("x-ratelimit-remaining")),
            (200, &*(19 - number).to_string())
        );
        house.clock.advance(Duration::from_millis(250));
    }
    let over = house.transact(&page()).await;
    assert_eq!(
        (over.status, over.code(), over.header("retry-after")),
        (429, "RATE_LIMIT_EXCEEDED", "5")
    );
    let details = serde_json::json!({ "limit": 20, "window_seconds": 60, "retry_after_seconds": 5 });
    assert_eq!(
        (&over.body["details"], over.header("x-ratelimit-remaining")),
        (&details, "0")
    );
    let replay = house.transact(&page().replace("tx_123", "tx_0")).await;
    assert_eq!(
        (replay.status, replay.header("x-amorce-replayed")),
        (200, "true"),
        "what is replayed costs nothing"
    );
}

#[tokio::test]
async fn five_in_a_second() {
    let house = house_with(cloud()).await;
    for number in 0..6 {
        let answer = house
            .transact(&page().replace("tx_123", &format!("tx_{number}")))
            .await;
        assert_eq!(answer.status, if number < 5 { 200 } else { 429 });
        assert_eq!(answer.header("retry-after"), if number < 5 { "" } else { "1" });
    }
}
