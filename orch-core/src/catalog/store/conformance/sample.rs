use std::{sync::Arc, time::Duration};

use serde_json::json;
use uuid::Uuid;

use super::CatalogStore;
use crate::{
    AccountId, Agent, AgentId, AgentVersion, Amount, BasisPoints, Currency, Event, Task, Timestamp,
    agent::{
        BillingModel, Developer, Endpoint, Example, OnChain, Performance, Pricing, Rating, Status,
        Visibility, VolumeDiscount,
    },
    catalog::{Change, weight::postings},
};

pub(super) fn account(name: &str) -> AccountId {
    name.parse().unwrap()
}

pub(super) fn algo(minor: i64) -> Amount {
    Amount::new(minor, Currency::Algo).unwrap()
}

/// A public agent of the account `owner`; another one for each number.
pub(super) fn agent(number: u16) -> Agent {
    let at = Timestamp::from_millis(1_705_314_600_000 + i64::from(number));
    let version = AgentVersion {
        version: "v1".parse().unwrap(),
        title: format!("Agent {number}"),
        description: "Says \"ünïcode\"\nand 🦀.".into(),
        category: "Testing".into(),
        tags: vec!["Sample".into(), "law".into()],
        tasks: vec![task()],
        pricing: Pricing {
            base: algo(100_000),
            model: BillingModel::PerUnit {
                unit: "page".into(),
                maximum: 50,
            },
            volume_discounts: vec![VolumeDiscount {
                min_requests: 100,
                discount: BasisPoints::new(1_000).unwrap(),
            }],
        },
        endpoint: Endpoint::Http {
            url: "https://agent.example/run".into(),
        },
        on_chain: Some(OnChain {
            agent_id: 456,
            verified: true,
        }),
        created_at: at,
    };
    Agent {
        id: AgentId::from_uuid(Uuid::from_u128(u128::from(number))),
        organization: format!("acme{number}").parse().unwrap(),
        name: format!("name{number}").parse().unwrap(),
        slug: format!("slug{number}").parse().unwrap(),
        owner: account("owner"),
        developer: Developer {
            name: "Acme Labs".into(),
            verified: true,
            wallet_address: Some("ABCD1234".into()),
            reputation_hundredths: Some(480),
        },
        visibility: Visibility::Public,
        status: Status::Online,
        last_seen: Some(at),
        rating: Rating {
            counts: [0, 1, 0, 0, 2],
        },
        performance: Performance {
            requests: 3,
            answered: 2,
            total_time: Duration::from_millis(1_234),
        },
        created_at: at,
        updated_at: at,
        revision: 1,
        deprecations: Vec::new(),
        latest: Arc::new(version),
    }
}

fn task() -> Task {
    Task {
        parameters: json!({ "type": "object", "properties": { "text": { "type": "string" } } }),
        returns: json!({ "type": "number", "minimum": 0.5 }),
        examples: vec![Example {
            input: json!({ "text": "a" }),
            output: json!(1.25),
        }],
        repeatable: true,
        timeout: Some(Duration::from_secs(5)),
        ..Task::new("count_words", "Counts the words of a text")
    }
}

/// What an agent offers under another number.
pub(super) fn version(agent: &Agent, number: &str) -> Arc<AgentVersion> {
    Arc::new(AgentVersion {
        version: number.parse().unwrap(),
        title: "Revised".into(),
        ..AgentVersion::clone(&agent.latest)
    })
}

/// The next event of an agent.
fn event(agent: &Agent) -> Event {
    Event::new(
        agent.id,
        agent.revision,
        "tested",
        agent.updated_at,
        &json!({ "v": 1 }),
    )
}

pub(super) fn events_of(agent: &Agent) -> Vec<Event> {
    vec![event(agent)]
}

/// The agent one revision on, otherwise unchanged.
pub(super) fn changed(agent: &Agent) -> Change {
    let agent = Agent {
        revision: agent.revision + 1,
        updated_at: agent.updated_at + Duration::from_secs(1),
        ..agent.clone()
    };
    Change {
        from_revision: agent.revision - 1,
        published: None,
        review: None,
        events: events_of(&agent),
        agent,
    }
}

/// Adds an agent that is not there yet, with its words and its event.
pub(super) async fn insert(store: &impl CatalogStore, agent: &Agent) {
    let inserted = store
        .insert(agent, &postings(&agent.latest), &events_of(agent))
        .await;
    assert!(inserted.unwrap(), "{agent:?}");
}
