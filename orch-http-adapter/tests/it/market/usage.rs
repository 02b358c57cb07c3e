use std::time::Duration;

use orch::a2a::testing::Script;
use serde_json::json;

use crate::house::{House, after, house};

async fn hire(house: &House, agent: &str, millis: u64) {
    let body = json!({ "agent_id": agent, "task": "analyze_sentiment", "parameters": { "text": "x" } });
    house
        .agents
        .always(&format!("{agent}/analyze_sentiment"), after(millis, json!({})));
    let answer = house
        .post_taking("/hire", body, &[Duration::from_millis(millis)])
        .await;
    assert_eq!(answer.body["status"], "completed", "{}", answer.body);
}

async fn used() -> House {
    let house = house().await;
    house.enroll(|_, _| {}).await;
    house
        .enroll(|agent, version| {
            (agent.name, agent.slug) = ("second".parse().unwrap(), "second".parse().unwrap());
            version.title = "Second".into();
            version.pricing.base = crate::house::algo(500_000);
        })
        .await;
    hire(&house, "sentiment-analyzer", 2_000).await;
    house.clock.advance(Duration::from_secs(24 * 3600));
    hire(&house, "sentiment-analyzer", 1_000).await;
    hire(&house, "second", 3_000).await;
    house
        .agents
        .always("second/analyze_sentiment", Script::fail("no"));
    let body = json!({ "agent_id": "second", "task": "analyze_sentiment", "parameters": { "text": "x" } });
    assert_eq!(house.post("/hire", body).await.body["status"], "failed");
    house
}

#[tokio::test]
async fn each_grouping_has_its_rows() {
    let house = used().await;
    let row = |requests: u64, cost: f64, rate: f64, time: f64| json!({ "requests": requests, "cost": cost, "success_rate": rate, "avg_response_time": time });
    let with = |mut row: serde_json::Value, members: serde_json::Value| {
        row.as_object_mut()
            .unwrap()
            .extend(members.as_object().unwrap().clone());
        row
    };
    let answer = house.get("/usage?period=week").await.body;
    assert_eq!(
        (&answer["start_date"], &answer["end_date"]),
        (&json!("2024-01-09"), &json!("2024-01-16"))
    );
    let summary = json!({
        "total_requests": 4, "total_cost": 0.7, "unique_agents_used": 2, "success_rate": 0.75, "avg_response_time": 1.5,
    });
    assert_eq!(answer["summary"], summary);
    let second = with(
        row(2, 0.5, 0.5, 1.5),
        json!({ "agent_id": "second", "agent_name": "Second" }),
    );
    let name = json!({ "agent_id": "sentiment-analyzer", "agent_name": "Market Sentiment Analyzer" });
    let first = with(row(2, 0.2, 1.0, 1.5), name);
    assert_eq!(answer["breakdown"], json!([second, first]));
    let by_task = house.get("/usage?period=week&group_by=task").await.body;
    assert_eq!(
        by_task["breakdown"],
        json!([with(
            row(4, 0.7, 0.75, 1.5),
            json!({ "task": "analyze_sentiment" })
        )])
    );
    let by_day = house
        .get("/usage?start_date=2024-01-15&end_date=2024-01-16&group_by=day")
        .await
        .body;
    assert_eq!(by_day["period"], "custom");
    let days = json!([
        with(row(1, 0.1, 1.0, 2.0), json!({ "date": "2024-01-15" })),
        with(row(3, 0.6, 0.6667, 1.333), json!({ "date": "2024-01-16" })),
    ]);
    assert_eq!(by_day["breakdown"], days);
    let today = house.get("/usage").await.body;
    assert_eq!(
        (&today["period"], &today["summary"]["total_requests"]),
        (&json!("day"), &json!(3))
    );
    let hour = house.get("/usage?period=hour").await.body;
    assert_eq!(
        (&hour["period"], &hour["summary"]["total_requests"]),
        (&json!("hour"), &json!(3))
    );
    let month = house.get("/usage?period=month").await.body;
    assert_eq!(
        (&month["start_date"], &month["summary"]["total_requests"]),
        (&json!("2023-12-16"), &json!(4))
    );
    let before = house
        .get("/usage?period=day&start_date=2024-01-01&end_date=2024-01-02")
        .await
        .body;
    let nothing = json!({
        "period": "day", "start_date": "2024-01-01", "end_date": "2024-01-02",
        "summary": { "total_requests": 0, "total_cost": 0.0, "unique_agents_used": 0, "success_rate": 0.0, "avg_response_time": 0.0 },
        "breakdown": [],
    });
    assert_eq!(before, nothing);
}

#[tokio::test]
async fn a_span_that_cannot_be_meant_names_its_parameter() {
    let house = house().await;
    for (query, field) in [
        ("period=year", "period"),
        ("period=", "period"),
        ("group_by=hour", "group_by"),
        ("start_date=2024-01-01", "end_date"),
        ("end_date=2024-01-01", "start_date"),
        ("start_date=2024-01-02&end_date=2024-01-01", "end_date"),
        ("start_date=2023-01-01&end_date=2024-01-02", "end_date"),
        ("start_date=yesterday&end_date=2024-01-01", "start_date"),
        ("start_date=2024-1-1&end_date=2024-01-01", "start_date"),
        ("start_date=2024-02-30&end_date=2024-03-01", "start_date"),
        ("start_date=2024-01-01&end_date=%2B12024-01-01", "end_date"),
    ] {
        let answer = house.get(&format!("/usage?{query}")).await;
        assert_eq!(
            (answer.status, answer.code()),
            (400, "INVALID_PARAMETERS"),
            "{query}"
        );
        assert_eq!(answer.details()["field"], field, "{query}");
    }
    let leap = house
        .get("/usage?start_date=2024-01-01&end_date=2024-12-31")
        .await;
    assert_eq!(leap.status, 200, "366 days");
}
