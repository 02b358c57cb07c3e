use orch::{
    Agent,
    agent::{BillingModel, Endpoint, Performance, Status},
};
use serde::Serialize;

use crate::market::number::{Decimal, rfc_3339, rounded, seconds};

/// An agent as lists show it.
#[derive(Debug, Serialize)]
pub(super) struct Entry {
    id: String,
    name: String,
    description: String,
    category: String,
    tags: Vec<String>,
    developer: Developer,
    pricing: Pricing,
    performance: Shown,
    rating: Rating,
    status: &'static str,
    endpoint: Option<String>,
    on_chain_agent_id: Option<u64>,
    created_at: String,
    updated_at: String,
}

#[derive(Debug, Serialize)]
struct Developer {
    name: String,
    verified: bool,
    reputation_score: Option<f64>,
}

#[derive(Debug, Serialize)]
struct Pricing {
    base_cost: Decimal,
    currency: &'static str,
    billing_model: &'static str,
}

#[derive(Debug, Serialize)]
struct Shown {
    avg_response_time: f64,
    success_rate: f64,
    total_requests: u64,
}

#[derive(Debug, Serialize)]
struct Rating {
    average: f64,
    count: u64,
}

impl Entry {
    pub(super) fn new(agent: &Agent) -> Self {
        let version = &agent.latest;
        Self {
            id: agent.id.to_string(),
            name: version.title.clone(),
            description: version.description.clone(),
            category: version.category.clone(),
            tags: version.tags.clone(),
            developer: Developer {
                name: agent.developer.name.clone(),
                verified: agent.developer.verified,
                reputation_score: reputation(agent),
            },
            pricing: Pricing {
                base_cost: Decimal(version.pricing.base),
                currency: version.pricing.base.currency().code(),
                billing_model: billing_model(&version.pricing.model),
            },
            performance: Shown {
                avg_response_time: mean_response_time(&agent.performance),
                success_rate: success_rate(&agent.performance),
                total_requests: agent.performance.requests,
            },
            rating: Rating {
                average: rounded(agent.rating.average(), 2),
                count: agent.rating.count(),
            },
            status: status(agent.status),
            endpoint: url(&version.endpoint).map(|url| without_scheme(url).to_owned()),
            on_chain_agent_id: version.on_chain.map(|chain| chain.agent_id),
            created_at: rfc_3339(agent.created_at),
            updated_at: rfc_3339(agent.updated_at),
        }
    }
}

/// What the host thinks of the developer, if it does.
pub(super) fn reputation(agent: &Agent) -> Option<f64> {
    agent
        .developer
        .reputation_hundredths
        .map(|hundredths| f64::from(hundredths) / 100.0)
}

pub(super) fn billing_model(model: &BillingModel) -> &'static str {
    match model {
        BillingModel::PerRequest => "per_request",
        BillingModel::PerUnit { .. } => "per_unit",
    }
}

pub(super) fn status(status: Status) -> &'static str {
    match status {
        Status::Online => "online",
        Status::Offline | Status::Away => "offline",
    }
}

/// In seconds; 0 while nothing was answered.
pub(super) fn mean_response_time(performance: &Performance) -> f64 {
    let n_answered = u32::try_from(performance.answered.max(1)).unwrap_or(u32::MAX);
    rounded(seconds(performance.total_time / n_answered), 3)
}

/// 0 to 1; 0 while nothing was asked.
#[expect(clippy::cast_precision_loss, reason = "a share for people")]
pub(super) fn success_rate(performance: &Performance) -> f64 {
    rounded(
        performance.answered as f64 / performance.requests.max(1) as f64,
        4,
    )
}

/// Where the agent is reached from outside; nowhere if it lives in the host's process.
pub(super) fn url(endpoint: &Endpoint) -> Option<&str> {
    match endpoint {
        Endpoint::Http { url } => Some(url.trim_end_matches('/')),
        _ => None,
    }
}

fn without_scheme(url: &str) -> &str {
    url.split_once("://").map_or(url, |(_, rest)| rest)
}
