use std::time::Duration;

use orch::auth::KeyForm;
use serde_json::json;

use crate::house::{House, house};

async fn orchestrate(house: &House) -> (u16, u64) {
    let answer = house
        .post("/orchestrate", json!({ "goal": "Nobody can do this" }))
        .await;
    (answer.status, answer.number("x-ratelimit-remaining"))
}

#[tokio::test]
async fn a_burst_passes_and_the_next_is_refused() {
    let mut house = house().await;
    for place in 1..=20 {
        let (status, remaining) = orchestrate(&house).await;
        assert_eq!(
            (status, remaining),
            (500, u64::min(10, 20 - place)),
            "request {place}"
        );
    }
    let refused = house.post("/orchestrate", json!({})).await;
    assert_eq!((refused.status, refused.code()), (429, "RATE_LIMIT_EXCEEDED"));
    assert_eq!(refused.details(), &json!({ "retry_after": 60 }));
    let numbers = ["limit", "remaining", "burst"].map(|name| refused.number(&format!("x-ratelimit-{name}")));
    assert_eq!(numbers, [10, 0, 20]);
    assert_eq!(refused.number("retry-after"), 60);
    assert_eq!(refused.number("x-ratelimit-reset"), 1_705_314_660);
    let other = house.get("/agents").await;
    assert_eq!(
        other.number("x-ratelimit-limit"),
        1000,
        "each class counts for itself"
    );
    let key = std::mem::take(&mut house.key);
    house.key = house.key_of("acme", KeyForm::Market).await;
    assert_eq!(orchestrate(&house).await.1, 10, "and each key");
    house.key = key;
    house.clock.advance(Duration::from_secs(60));
    assert_eq!(orchestrate(&house).await, (500, 9));
}

#[tokio::test]
async fn every_answer_to_a_key_bears_its_numbers() {
    let mut house = house().await;
    for (path, limit) in [
        ("/agents", 1000),
        ("/agents?limit=0", 1000),
        ("/agents/nobody", 500),
        ("/usage", 60),
        ("/usage?period=year", 60),
        ("/orchestrate", 60),
        ("/orchestrate/req_1", 60),
        ("/hire/job_1", 60),
        ("/hire", 60),
        ("/nothing", 60),
    ] {
        let answer = house.get(path).await;
        let numbers = ["limit", "burst"].map(|name| answer.number(&format!("x-ratelimit-{name}")));
        assert_eq!(numbers, [limit, limit * 2], "{path}");
        assert!(answer.number("x-ratelimit-reset") >= 1_705_314_600, "{path}");
        assert!(!answer.headers.contains_key("retry-after"), "{path}");
    }
    let hire = house.post("/hire", json!({})).await;
    assert_eq!(
        (
            hire.number("x-ratelimit-limit"),
            hire.number("x-ratelimit-remaining")
        ),
        (100, 100)
    );
    house.key = house.key_of("stranger", KeyForm::Gateway).await;
    let answer = house.get("/nothing").await;
    assert_eq!((answer.status, answer.code()), (404, "NOT_FOUND"));
    assert!(!answer.headers.contains_key("x-ratelimit-limit"));
}
