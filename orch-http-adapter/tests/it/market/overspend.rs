//! Many clients at once on credit for a few.

use futures_util::future::join_all;
use orch::{a2a::testing::Script, auth::KeyForm};
use serde_json::json;

use crate::house::house;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn as_many_clients_are_served_as_the_credits_cover() {
    let mut house = house().await;
    house.enroll(|_, _| {}).await;
    house
        .agents
        .always("sentiment-analyzer/analyze_sentiment", Script::answer(json!({})));
    house.key = house.key_of("poor", KeyForm::Market).await;
    house.credit("poor", 750_000).await;
    let body = json!({ "agent_id": "sentiment-analyzer", "task": "analyze_sentiment", "parameters": { "text": "x" } });
    let answers = join_all((0..100).map(|_| house.post("/hire", body.clone()))).await;
    let with = |status| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!((with(200), with(402)), (7, 93));
    assert!(
        answers
            .iter()
            .all(|answer| answer.status != 200 || answer.body["status"] == "completed")
    );
    assert_eq!(house.agents.calls().len(), 7);
    assert_eq!(house.available("poor").await, 50_000);
    let usage = house.get("/usage").await.body;
    assert_eq!(
        (
            &usage["summary"]["total_requests"],
            &usage["summary"]["total_cost"]
        ),
        (&json!(7), &json!(0.7))
    );
}
