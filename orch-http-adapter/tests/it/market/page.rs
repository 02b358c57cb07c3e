//! The requests and answers of the published page, replayed: whole bodies, with the ids and times of the doubles.
//!
//! Where the page's own numbers do not add up (its mean of its own distribution, the total of its own steps), the sums are
//! right here and wrong there; what is put in their place is said in each test.

use std::{sync::Arc, time::Duration};

use orch::{
    Plan,
    agent::{Pricing, VolumeDiscount},
};
use serde_json::{Value, json};

use super::Told;
use crate::house::{House, after, algo, house, house_with};

fn page(name: &str) -> Value {
    let samples: Value = serde_json::from_str(include_str!("../../data/page.json")).unwrap();
    samples[name].clone()
}

/// The mean of the page's distribution of ratings, which the page itself rounds up to 4.7.
const MEAN: f64 = 4.58;

#[tokio::test]
async fn the_list_of_agents() {
    let house = house().await;
    let id = house.enroll(|_, _| {}).await;
    let mut expected = page("agents");
    expected["agents"][0]["id"] = json!(id.to_string());
    expected["agents"][0]["rating"]["average"] = json!(MEAN);
    expected["pagination"] = json!({ "total": 1, "limit": 20, "offset": 0, "has_more": false });
    for query in [
        "?category=Finance&min_rating=4.0",
        "?developer=AlgoLabs&sort=rating&order=desc",
        "",
    ] {
        let answer = house.get(&format!("/agents{query}")).await;
        assert_eq!((answer.status, answer.body), (200, expected.clone()), "{query}");
    }
    let nothing = house.get("/agents?search=text%20processing&limit=10").await;
    let pagination = json!({ "total": 0, "limit": 10, "offset": 0, "has_more": false });
    assert_eq!(nothing.body, json!({ "agents": [], "pagination": pagination }));
}

#[tokio::test]
async fn one_agent() {
    let house = house().await;
    let id = house
        .enroll(|_, version| {
            version.description = page("agent")["description"].as_str().unwrap().to_owned();
            version.tags.push("ai".into());
            let tier = |min_requests, points: u16| VolumeDiscount {
                min_requests,
                discount: points.try_into().unwrap(),
            };
            version.pricing = Pricing {
                volume_discounts: vec![tier(1000, 2000), tier(100, 1000)],
                ..Pricing::per_request(algo(100_000))
            };
        })
        .await;
    for number in 2..=12 {
        house
            .enroll(|agent, _| {
                agent.name = format!("agent-{number}").parse().unwrap();
                agent.slug = agent.name.clone();
            })
            .await;
    }
    let mut expected = page("agent");
    expected["id"] = json!(id.to_string());
    expected["rating"]["average"] = json!(MEAN);
    // Nobody has called this agent here lately.
    expected["performance"]["uptime"] = json!(null);
    expected["performance"]["last_24h_requests"] = json!(0);
    for reference in [id.to_string(), "sentiment-analyzer".to_owned()] {
        let answer = house.get(&format!("/agents/{reference}")).await;
        assert_eq!((answer.status, &answer.body), (200, &expected), "{reference}");
    }
}

#[tokio::test]
async fn a_hire() {
    let house = house().await;
    house.enroll(|_, _| {}).await;
    let expected = page("hire");
    house.agents.always(
        "sentiment-analyzer/analyze_sentiment",
        after(1_800, expected["result"].clone()),
    );
    let body = json!({
        "agent_id": "sentiment-analyzer",
        "task": "analyze_sentiment",
        "parameters": { "text": "The market is looking very bullish today!", "detailed": true },
        "payment_method": "api_credit",
    });
    let answer = house
        .post_taking("/hire", body, &[Duration::from_millis(1_800)])
        .await;
    let mut expected = expected;
    let (job, transaction) = (
        answer.body["job_id"].clone(),
        answer.body["payment_transaction"].clone(),
    );
    let is = |id: &Value, prefix: &str, fits: fn(char) -> bool| {
        let rest = id.as_str().unwrap().strip_prefix(prefix).unwrap().to_owned();
        rest.len() == 12 && rest.chars().all(fits)
    };
    assert!(
        is(&job, "job_", |c| c.is_ascii_digit() || c.is_ascii_lowercase()),
        "{job}"
    );
    assert!(
        is(&transaction, "TXN_", |c| c.is_ascii_digit()
            || c.is_ascii_uppercase()),
        "{transaction}"
    );
    expected["job_id"] = job.clone();
    expected["payment_transaction"] = transaction;
    expected["timestamp"] = json!("2024-01-15T10:30:01.800Z");
    assert_eq!((answer.status, &answer.body), (200, &expected));
    let sent = &house.agents.calls()[0].arguments;
    assert_eq!(sent["language"], "en", "defaults are filled in: {sent}");
    let again = house.get(&format!("/hire/{}", job.as_str().unwrap())).await;
    assert_eq!((again.status, again.body), (200, expected));
    assert_eq!(house.available("acme").await, 99_900_000);
}

/// The two agents of the page's example, and a plan that is its two steps.
async fn two_steps() -> House {
    let plan = json!({
        "steps": [
            { "id": "fetch", "agent": "twitter-scraper", "task": "fetch_tweets", "arguments": { "query": "Bitcoin", "count": 50 } },
            { "id": "analyze", "agent": "sentiment-analyzer", "task": "analyze_sentiment", "after": ["fetch"],
              "arguments": { "texts": "[...from step 1...]" } },
        ],
        "output": "Orchestrated result",
    });
    let plan = Plan::from_value(plan).unwrap();
    let house = house_with(Default::default(), |builder| {
        builder.planner(Arc::new(Told(plan)))
    })
    .await;
    let of = |slug: &'static str, title: &'static str, task: &'static str, price: i64| {
        move |agent: &mut orch::Agent, version: &mut orch::agent::AgentVersion| {
            agent.name = slug.parse().unwrap();
            agent.slug = agent.name.clone();
            version.title = title.into();
            version.tasks = vec![orch::Task::new(task, task)];
            version.pricing = Pricing::per_request(algo(price));
        }
    };
    house
        .enroll(of(
            "twitter-scraper",
            "Twitter Data Collector",
            "fetch_tweets",
            100_000,
        ))
        .await;
    house
        .enroll(of(
            "sentiment-analyzer",
            "AI Sentiment Analyzer",
            "analyze_sentiment",
            150_000,
        ))
        .await;
    let steps = page("orchestrate")["steps_executed"].clone();
    house.agents.always(
        "twitter-scraper/fetch_tweets",
        after(12_300, steps[0]["result"].clone()),
    );
    house.agents.always(
        "sentiment-analyzer/analyze_sentiment",
        after(8_900, steps[1]["result"].clone()),
    );
    house
}

const TOOK: [Duration; 2] = [Duration::from_millis(12_300), Duration::from_millis(8_900)];

#[tokio::test]
async fn a_complex_goal_with_context() {
    let house = two_steps().await;
    let body = json!({
        "goal": "Create a market report for Tesla stock",
        "context": "Focus on Q4 2024 performance and upcoming product launches",
        "max_agents": 3,
        "budget": 1.0,
        "return_intermediate": true,
    });
    let answer = house.post_taking("/orchestrate", body, &TOOK).await;
    let mut expected = page("orchestrate");
    let id = answer.body["request_id"].clone();
    assert!(
        id.as_str().unwrap().starts_with("req_") && id.as_str().unwrap().len() == 16,
        "{id}"
    );
    expected["request_id"] = id.clone();
    expected["goal"] = json!("Create a market report for Tesla stock");
    // The sums over its two steps; the page shows two of three.
    expected["execution_time"] = json!(21.2);
    expected["total_cost"] = json!(0.25);
    expected["agents_used"] = json!(2);
    expected["metadata"]["timestamp"] = json!("2024-01-15T10:30:21.200Z");
    assert_eq!((answer.status, &answer.body), (200, &expected));
    let again = house.get(&format!("/orchestrate/{}", id.as_str().unwrap())).await;
    assert_eq!((again.status, again.body), (200, expected.clone()));
    let listed = house.get("/orchestrate").await;
    let pagination = json!({ "total": 1, "limit": 20, "offset": 0, "has_more": false });
    assert_eq!(
        listed.body,
        json!({ "orchestrations": [expected], "pagination": pagination })
    );
}

#[tokio::test]
async fn a_simple_goal() {
    let house = two_steps().await;
    let body = json!({ "goal": "Analyze the sentiment of the latest 50 tweets about Bitcoin" });
    let answer = house.post_taking("/orchestrate", body, &TOOK).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body["final_output"], "Orchestrated result");
    for step in answer.body["steps_executed"].as_array().unwrap() {
        assert!(step["parameters"].is_null() && step["result"].is_null(), "{step}");
        assert!(step.as_object().unwrap().contains_key("result"), "{step}");
    }
}

#[tokio::test]
async fn usage_of_a_week() {
    let house = house().await;
    house.enroll(|_, _| {}).await;
    let hire = json!({ "agent_id": "sentiment-analyzer", "task": "analyze_sentiment", "parameters": { "text": "x" } });
    for place in 0..100 {
        let script = if place == 7 {
            orch::a2a::testing::Script::fail("no")
        } else {
            orch::a2a::testing::Script::answer(json!({}))
        };
        house.agents.push("sentiment-analyzer/analyze_sentiment", script);
        assert_eq!(house.post("/hire", hire.clone()).await.status, 200);
    }
    let answer = house.get("/usage?period=week&group_by=agent").await;
    let mut expected = page("usage");
    expected["summary"] = json!({
        "total_requests": 100, "total_cost": 9.9, "unique_agents_used": 1, "success_rate": 0.99, "avg_response_time": 0.0,
    });
    expected["breakdown"][0]["requests"] = json!(100);
    expected["breakdown"][0]["cost"] = json!(9.9);
    expected["breakdown"][0]["avg_response_time"] = json!(0.0);
    assert_eq!((answer.status, answer.body), (200, expected));
}

#[tokio::test]
async fn an_agent_that_is_offline() {
    let house = house().await;
    house
        .enroll(|agent, _| {
            agent.status = orch::agent::Status::Offline;
            agent.last_seen = Some(crate::house::PUBLISHED - Duration::from_secs(45 * 60));
        })
        .await;
    let body = json!({ "agent_id": "sentiment-analyzer", "task": "analyze_sentiment", "parameters": { "text": "x" } });
    let answer = house.post("/hire", body).await;
    let expected = json!({ "error": {
        "code": "AGENT_UNAVAILABLE",
        "message": "The requested agent is currently offline",
        "details": { "agent_id": "sentiment-analyzer", "last_seen": "2024-01-15T09:45:00Z" },
        "request_id": answer.body["error"]["request_id"],
        "timestamp": "2024-01-15T10:30:00Z",
    }});
    assert_eq!((answer.status, &answer.body), (503, &expected));
    let id = answer.body["error"]["request_id"].as_str().unwrap();
    assert!(id.starts_with("req_") && id.len() == 16, "{id}");
    // The same where a goal could be reached by it alone.
    let goal = json!({ "goal": "Analyze the sentiment of 'Bitcoin rises'" });
    for body in [goal.clone(), json!({ "dry_run": true, "goal": goal["goal"] })] {
        let answer = house.post("/orchestrate", body).await;
        assert_eq!(
            (answer.status, answer.code()),
            (503, "AGENT_UNAVAILABLE"),
            "{:?}",
            answer.body
        );
        assert_eq!(answer.details(), &expected["error"]["details"]);
    }
    let other = house
        .post("/orchestrate", json!({ "goal": "Launch a rocket" }))
        .await;
    assert_eq!((other.status, other.code()), (500, "ORCHESTRATION_FAILED"));
}
