//! `GET /usage`: what the account used, and what it cost.

mod span;

use axum::{Json, extract::State};
use orch::{
    Caller, CatalogError, Currency,
    billing::{Grouping, UsageGroup},
};
use serde::Serialize;

use super::{
    Market,
    error::ApiError,
    extract::{Asker, Query},
    number::{Decimal, rounded, seconds},
};
use span::Span;

#[derive(Debug, Serialize)]
pub(super) struct Usage {
    period: &'static str,
    start_date: String,
    end_date: String,
    summary: Summary,
    breakdown: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Summary {
    total_requests: u64,
    total_cost: Decimal,
    unique_agents_used: u64,
    success_rate: f64,
    avg_response_time: f64,
}

/// The calls that have one agent, one task or one day in common.
#[derive(Debug, Serialize)]
struct Row {
    #[serde(flatten)]
    key: Key,
    requests: u64,
    cost: Decimal,
    success_rate: f64,
    avg_response_time: f64,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Key {
    Agent { agent_id: String, agent_name: String },
    Task { task: String },
    Day { date: String },
}

/// What the caller's account used in a span of time.
pub(super) async fn usage(
    State(market): State<Market>,
    Asker(caller): Asker,
    query: Query,
) -> Result<Json<Usage>, ApiError> {
    let span = Span::read(&query, market.now())?;
    let by = [
        ("agent", Grouping::Agent),
        ("task", Grouping::Task),
        ("day", Grouping::Day),
    ];
    let by = query.word("group_by", &by)?.unwrap_or(Grouping::Agent);
    let metering = market.orchestrator().metering();
    let found = metering.summary(&caller, Currency::Algo, span.period, by).await?;
    let mut breakdown = Vec::with_capacity(found.groups.len());
    for group in found.groups {
        let key = key(&market, &caller, by, &group.key).await?;
        breakdown.push(Row::new(key, &group));
    }
    Ok(Json(Usage {
        period: span.name,
        start_date: span.start_date.to_string(),
        end_date: span.end_date.to_string(),
        summary: Summary {
            total_requests: found.total.requests,
            total_cost: Decimal(found.total.cost),
            unique_agents_used: found.total.agents.unwrap_or_default(),
            success_rate: rounded(found.total.success_rate(), 4),
            avg_response_time: rounded(seconds(found.total.mean_response_time()), 3),
        },
        breakdown,
    }))
}

impl Row {
    fn new(key: Key, group: &UsageGroup) -> Self {
        Self {
            key,
            requests: group.requests,
            cost: Decimal(group.cost),
            success_rate: rounded(group.success_rate(), 4),
            avg_response_time: rounded(seconds(group.mean_response_time()), 3),
        }
    }
}

async fn key(market: &Market, caller: &Caller, by: Grouping, key: &str) -> Result<Key, ApiError> {
    Ok(match by {
        Grouping::Task => Key::Task { task: key.to_owned() },
        Grouping::Day => Key::Day { date: key.to_owned() },
        Grouping::Agent | Grouping::Whole => {
            let agent_name = match market.orchestrator().catalog().find(caller, key).await {
                Ok(agent) => agent.latest.title.clone(),
                Err(CatalogError::Store(error)) => return Err(CatalogError::Store(error).into()),
                // It was withdrawn from the caller's eyes since.
                Err(_) => key.to_owned(),
            };
            Key::Agent {
                agent_id: key.to_owned(),
                agent_name,
            }
        }
    })
}
