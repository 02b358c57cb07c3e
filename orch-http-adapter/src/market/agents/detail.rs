use std::collections::BTreeMap;

use orch::{Agent, agent::VolumeDiscount, billing::RecentActivity};
use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{
    entry::{billing_model, mean_response_time, reputation, status, success_rate, url},
    task::Task,
};
use crate::market::number::{Decimal, rfc_3339, rounded};

/// An agent with all that is known of it.
#[derive(Debug, Serialize)]
pub(in crate::market) struct Detail {
    id: String,
    name: String,
    description: String,
    category: String,
    tags: Vec<String>,
    developer: Developer,
    tasks: Vec<Task>,
    pricing: Pricing,
    performance: Shown,
    rating: Rating,
    status: &'static str,
    endpoint: Option<String>,
    health_check: Option<String>,
    documentation: Option<String>,
    on_chain_agent_id: Option<u64>,
    blockchain_verified: bool,
    created_at: String,
    updated_at: String,
}

#[derive(Debug, Serialize)]
struct Developer {
    name: String,
    wallet_address: Option<String>,
    verified: bool,
    reputation_score: Option<f64>,
    total_agents: u64,
}

#[derive(Debug, Serialize)]
struct Pricing {
    base_cost: Decimal,
    currency: &'static str,
    billing_model: &'static str,
    volume_discounts: Vec<Discount>,
}

#[derive(Debug, Serialize)]
struct Discount {
    min_requests: u64,
    discount: f64,
}

#[derive(Debug, Serialize)]
struct Shown {
    avg_response_time: f64,
    success_rate: f64,
    uptime: Option<f64>,
    total_requests: u64,
    last_24h_requests: u64,
}

#[derive(Debug, Serialize)]
struct Rating {
    average: f64,
    count: u64,
    distribution: Distribution,
}

/// How often each of five to one stars was given, five first.
#[derive(Debug)]
struct Distribution([u64; 5]);

impl Serialize for Distribution {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (stars, count) in (1..).zip(self.0).collect::<BTreeMap<u8, u64>>().into_iter().rev() {
            map.serialize_entry(&stars.to_string(), &count)?;
        }
        map.end()
    }
}

impl Detail {
    /// `n_agents` is how many agents its developer has that the caller may see.
    pub(super) fn new(agent: &Agent, n_agents: u64, activity: RecentActivity) -> Self {
        let version = &agent.latest;
        let url = url(&version.endpoint);
        let mut discounts: Vec<Discount> = version.pricing.volume_discounts.iter().map(discount).collect();
        discounts.sort_by_key(|discount| discount.min_requests);
        Self {
            id: agent.id.to_string(),
            name: version.title.clone(),
            description: version.description.clone(),
            category: version.category.clone(),
            tags: version.tags.clone(),
            developer: Developer {
                name: agent.developer.name.clone(),
                wallet_address: agent.developer.wallet_address.clone(),
                verified: agent.developer.verified,
                reputation_score: reputation(agent),
                total_agents: n_agents,
            },
            tasks: version.tasks.iter().map(Task::new).collect(),
            pricing: Pricing {
                base_cost: Decimal(version.pricing.base),
                currency: version.pricing.base.currency().code(),
                billing_model: billing_model(&version.pricing.model),
                volume_discounts: discounts,
            },
            performance: Shown {
                avg_response_time: mean_response_time(&agent.performance),
                success_rate: success_rate(&agent.performance),
                uptime: activity.month.uptime().map(|uptime| rounded(uptime, 4)),
                total_requests: agent.performance.requests,
                last_24h_requests: activity.day.requests,
            },
            rating: Rating {
                average: rounded(agent.rating.average(), 2),
                count: agent.rating.count(),
                distribution: Distribution(agent.rating.counts),
            },
            status: status(agent.status),
            endpoint: url.map(str::to_owned),
            health_check: url.map(|url| format!("{url}/health")),
            documentation: url.map(|url| format!("{url}/docs")),
            on_chain_agent_id: version.on_chain.map(|chain| chain.agent_id),
            blockchain_verified: version.on_chain.is_some_and(|chain| chain.verified),
            created_at: rfc_3339(agent.created_at),
            updated_at: rfc_3339(agent.updated_at),
        }
    }
}

fn discount(tier: &VolumeDiscount) -> Discount {
    Discount {
        min_requests: tier.min_requests,
        discount: f64::from(u16::from(tier.discount)) / 10_000.0,
    }
}
