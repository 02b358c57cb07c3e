use std::time::Duration;

use orch::a2a::testing::Script;
use serde_json::{Value, json};

use crate::house::{House, algo, house};

/// Ten agents: the price and the name follow the number.
async fn ten() -> House {
    let house = house().await;
    for number in 0..10_i64 {
        house
            .enroll(|agent, version| {
                agent.name = format!("agent-{number}").parse().unwrap();
                agent.slug = agent.name.clone();
                agent.developer.name = if number % 2 == 0 { "Even Labs" } else { "Odd Labs" }.into();
                agent.rating.counts = [0, 0, 0, 0, number.unsigned_abs()];
                version.title = format!("Agent {number}");
                version.pricing.base = algo(number * 100_000);
                version.tags = vec!["all".into(), format!("tag{number}")];
                version.on_chain = None;
            })
            .await;
    }
    house
}

async fn names(house: &House, query: &str) -> Vec<String> {
    let answer = house.get(&format!("/agents?{query}")).await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.body);
    let agents = answer.body["agents"].as_array().unwrap().clone();
    agents
        .iter()
        .map(|agent| agent["name"].as_str().unwrap().replace("Agent ", ""))
        .collect()
}

#[tokio::test]
async fn each_filter_narrows_and_all_of_them_together() {
    let house = ten().await;
    for (query, expected) in [
        ("limit=3", "0 1 2"),
        ("limit=3&offset=8", "8 9"),
        ("search=AGENT%207", "7"),
        ("search=", "0 1 2 3 4 5 6 7 8 9"),
        ("category=finance&limit=2", "0 1"),
        ("category=Fin", ""),
        ("search=a%00b", ""),
        ("tags=a%00b", ""),
        ("min_rating=4.5&limit=2", "1 2"),
        ("max_cost=0.2", "0 1 2"),
        ("max_cost=2e-1", "0 1 2"),
        ("max_cost=0.30000000000000004", "0 1 2 3"),
        ("max_cost=1e300&limit=2", "0 1"),
        ("offset=99999999999999999999", ""),
        ("tags=all,TAG3", "3"),
        ("tags=tag3,tag4", ""),
        ("developer=odd%20labs", "1 3 5 7 9"),
        ("sort=cost&order=desc&limit=2", "9 8"),
        ("sort=rating&order=desc&limit=1", "1"),
        ("sort=created_at&limit=2", "0 1"),
        (
            "developer=Odd+Labs&max_cost=0.5&min_rating=1&sort=name&order=desc",
            "5 3 1",
        ),
        ("limit=1000&unknown=x", "0 1 2 3 4 5 6 7 8 9"),
    ] {
        assert_eq!(names(&house, query).await.join(" "), expected, "{query}");
    }
    for limit in ["1000", "99999999999999999999"] {
        let page = house.get(&format!("/agents?limit={limit}&offset=4")).await.body["pagination"].clone();
        assert_eq!(
            page,
            json!({ "total": 10, "limit": 100, "offset": 4, "has_more": false })
        );
    }
    let page = house.get("/agents?limit=4&offset=4").await.body["pagination"].clone();
    assert_eq!(page["has_more"], true);
}

#[tokio::test]
async fn a_query_that_cannot_be_meant_names_its_parameter() {
    let house = house().await;
    for (query, field) in [
        ("min_rating=5.1", "min_rating"),
        ("min_rating=-1", "min_rating"),
        ("min_rating=nan", "min_rating"),
        ("min_rating=much", "min_rating"),
        ("max_cost=-0.1", "max_cost"),
        ("max_cost=cheap", "max_cost"),
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=many", "limit"),
        ("limit=", "limit"),
        ("limit=1.5", "limit"),
        ("offset=-1", "offset"),
        ("sort=price", "sort"),
        ("sort=NAME", "sort"),
        ("order=up", "order"),
    ] {
        let answer = house.get(&format!("/agents?{query}")).await;
        assert_eq!(
            (answer.status, answer.code()),
            (400, "INVALID_PARAMETERS"),
            "{query}"
        );
        assert_eq!(answer.details()["field"], field, "{query}");
    }
    let long = "x".repeat(1001);
    for field in ["search", "category", "developer", "tags"] {
        let answer = house.get(&format!("/agents?{field}={long}")).await;
        assert_eq!(
            (answer.status, answer.details()["field"].as_str()),
            (400, Some(field))
        );
    }
}

#[tokio::test]
async fn an_agent_of_the_hosts_own_process_has_no_address() {
    let house = ten().await;
    house
        .enroll(|agent, version| {
            (agent.name, agent.slug) = ("own".parse().unwrap(), "own".parse().unwrap());
            version.endpoint = orch::agent::Endpoint::InProcess;
        })
        .await;
    let body = house.get("/agents/own").await.body;
    for member in ["endpoint", "health_check", "documentation"] {
        assert_eq!(body[member], Value::Null, "{member}");
    }
    assert_eq!(
        house.get("/agents/agent-1").await.body["on_chain_agent_id"],
        Value::Null
    );
    assert_eq!(
        house.get("/agents/agent-1").await.body["blockchain_verified"],
        false
    );
}

#[tokio::test]
async fn an_unknown_agent_is_not_found() {
    let house = house().await;
    house
        .enroll(|agent, _| {
            agent.visibility = orch::agent::Visibility::Private;
        })
        .await;
    for id in [
        "nobody",
        "sentiment-analyzer",
        "agent_00000000000000000000000000000000",
        "a%00b",
        "%F0%9F%A6%80",
        "%ff",
    ] {
        let answer = house.get(&format!("/agents/{id}")).await;
        assert_eq!((answer.status, answer.code()), (404, "AGENT_NOT_FOUND"), "{id}");
        assert!(answer.details()["agent_id"].is_string());
    }
    for path in ["/hire/%ff", "/orchestrate/%ff"] {
        let answer = house.get(path).await;
        assert_eq!((answer.status, answer.code()), (404, "NOT_FOUND"), "{path}");
        assert_ne!(answer.body["error"]["message"], "route not found", "{path}");
    }
}

#[tokio::test]
async fn how_much_an_agent_was_called_lately_is_shown() {
    let house = house().await;
    house.enroll(|_, _| {}).await;
    let hire = json!({ "agent_id": "sentiment-analyzer", "task": "analyze_sentiment", "parameters": { "text": "x" } });
    for (hours, script) in [
        (2, Script::fail("broken")),
        (24, Script::answer(json!({}))),
        (0, Script::answer(json!({}))),
    ] {
        house.agents.push("sentiment-analyzer/analyze_sentiment", script);
        assert_eq!(house.post("/hire", hire.clone()).await.status, 200);
        house.clock.advance(Duration::from_secs(hours * 3600));
    }
    let performance = house.get("/agents/sentiment-analyzer").await.body["performance"].clone();
    assert_eq!(performance["last_24h_requests"], json!(1));
    assert_eq!(performance["uptime"], json!(0.6667), "of three hours, two");
}

/// However often it is asked for, by whomever: what was written before is given again only while it is still so.
#[tokio::test]
async fn what_is_shown_is_what_there_is() {
    let mut house = house().await;
    house.enroll(|_, _| {}).await;
    let of = async |house: &House, pointer: &str| {
        house.clock.advance(Duration::from_secs(61));
        let first = house.get("/agents/sentiment-analyzer").await.body;
        assert_eq!(house.get("/agents/sentiment-analyzer").await.body, first);
        first.pointer(pointer).unwrap().clone()
    };
    house.agents.always(
        "sentiment-analyzer/analyze_sentiment",
        Script::answer(json!({ "sentiment": "positive" })),
    );
    let hire = json!({ "agent_id": "sentiment-analyzer", "task": "analyze_sentiment", "parameters": { "text": "x" } });
    let before = of(&house, "/performance/last_24h_requests").await;
    assert_eq!(house.post("/hire", hire).await.status, 200);
    let after = of(&house, "/performance/last_24h_requests").await;
    assert_eq!(after.as_u64(), before.as_u64().map(|before| before + 1));
    let n_seen = of(&house, "/developer/total_agents").await;
    house
        .enroll(|agent, _| {
            agent.name = "other".parse().unwrap();
            agent.slug = agent.name.clone();
            agent.owner = "stranger".parse().unwrap();
            agent.visibility = orch::agent::Visibility::Private;
        })
        .await;
    let own = house.key.clone();
    for _ in 0..2 {
        house.key = own.clone();
        assert_eq!(of(&house, "/developer/total_agents").await, n_seen);
        house.key = house.key_of("stranger", orch::auth::KeyForm::Market).await;
        let more = of(&house, "/developer/total_agents").await;
        assert_eq!(more.as_u64(), n_seen.as_u64().map(|seen| seen + 1));
    }
}
