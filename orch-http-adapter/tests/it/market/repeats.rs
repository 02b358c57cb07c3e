//! The same orchestration under the same key.

use orch::a2a::testing::Script;
use serde_json::json;

use super::orchestrate::{find, goal, two, with};
use crate::house::house;

#[tokio::test]
async fn the_same_key_starts_once() {
    let house = two().await;
    let key = [("idempotency-key", "k")];
    let first = house.post_with("/orchestrate", goal(), &key).await;
    let again = house.post_with("/orchestrate", goal(), &key).await;
    assert_eq!((first.status, &first.body), (again.status, &again.body));
    assert_eq!(house.agents.calls().len(), 2);
    for other in [
        json!({ "goal": "Do one" }),
        with(&json!({ "return_intermediate": true })),
    ] {
        let answer = house.post_with("/orchestrate", other, &key).await;
        assert_eq!(
            (answer.status, answer.details()["field"].as_str()),
            (400, Some("Idempotency-Key"))
        );
    }
}

#[tokio::test]
async fn the_same_key_is_told_again_that_nobody_fits() {
    let house = house().await;
    let body = || json!({ "goal": "Fly to the moon" });
    let key = [("idempotency-key", "k")];
    let first = house.post_with("/orchestrate", body(), &key).await;
    assert_eq!((first.status, first.code()), (500, "ORCHESTRATION_FAILED"));
    let without = house.post("/orchestrate", body()).await;
    assert_eq!(
        (without.status, without.code(), without.details()),
        (first.status, first.code(), first.details())
    );
    house
        .enroll(|agent, version| {
            (agent.name, agent.slug) = ("moon".parse().unwrap(), "moon".parse().unwrap());
            version.tasks = vec![orch::Task::new("fly", "Fly to the moon")];
        })
        .await;
    house.agents.always("moon/fly", Script::answer(json!("there")));
    let again = house.post_with("/orchestrate", body(), &key).await;
    assert_eq!((again.status, &again.body), (first.status, &first.body));
    assert_eq!(house.agents.calls().len(), 0);
    let other = house.post_with("/orchestrate", goal(), &key).await;
    assert_eq!(
        (other.status, other.details()["field"].as_str()),
        (400, Some("Idempotency-Key"))
    );
    let found = find(&house, &first.body["error"]["request_id"]).await;
    assert_eq!(
        (
            &found["status"],
            &found["error"],
            &found["steps_executed"],
            &found["goal"]
        ),
        (
            &json!("failed"),
            &first.body["error"],
            &json!([]),
            &json!("Fly to the moon")
        )
    );
    assert_eq!(house.post("/orchestrate", body()).await.status, 200);
}
