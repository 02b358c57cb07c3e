//! `GET /agents` and `GET /agents/{id}`: the catalog.

mod detail;
mod entry;
mod shown;
mod task;

use axum::{Json, extract::State};
use orch::{
    PageRequest,
    catalog::{AgentFilter, Sort, SortKey},
};
use orch_core::Order;
use serde::Serialize;

use super::{
    Market,
    error::ApiError,
    extract::{Asker, Id, Query},
    number::at_most_algo,
};
use entry::Entry;
pub(super) use shown::Shown;
use shown::Text;

#[derive(Debug, Serialize)]
pub(super) struct List {
    agents: Vec<Entry>,
    pagination: Pagination,
}

/// Which part of a list this is.
#[derive(Debug, Serialize)]
pub(super) struct Pagination {
    total: u64,
    limit: u32,
    offset: u64,
    has_more: bool,
}

impl Pagination {
    pub(super) fn new(page: PageRequest, n_items: usize, total: u64) -> Self {
        Self {
            total,
            limit: page.limit,
            offset: page.offset,
            has_more: page.offset.saturating_add(n_items as u64) < total,
        }
    }
}

/// The agents that the query admits.
pub(super) async fn list(
    State(market): State<Market>,
    Asker(caller): Asker,
    query: Query,
) -> Result<Json<List>, ApiError> {
    let (filter, sort, page) = (filter(&query)?, sort(&query)?, page(&query)?);
    let found = market
        .orchestrator()
        .catalog()
        .list(&caller, &filter, sort, page)
        .await?;
    Ok(Json(List {
        pagination: Pagination::new(page, found.items.len(), found.total),
        agents: found.items.iter().map(|agent| Entry::new(agent)).collect(),
    }))
}

/// One agent with its tasks.
pub(super) async fn find(
    State(market): State<Market>,
    Asker(caller): Asker,
    Id(id): Id,
) -> Result<Text, ApiError> {
    let catalog = market.orchestrator().catalog();
    let agent = catalog.glance(&caller, &id).await?;
    let n_agents = catalog.n_developed(&caller, &agent.developer.name).await?;
    let activity = market.orchestrator().metering().activity(agent.id).await?;
    let text = market.0.shown.text(&agent, n_agents, activity);
    text.map_err(|error| ApiError::unwritten(&error))
}

fn filter(query: &Query) -> Result<AgentFilter, ApiError> {
    let text = |name| {
        query
            .text(name)
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    };
    let max_cost = query.text("max_cost").map(at_most_algo).transpose();
    let tags = query.text("tags").unwrap_or_default().split(',').map(str::trim);
    Ok(AgentFilter {
        search: text("search"),
        category: text("category"),
        min_rating: query.parsed("min_rating", "a number of 0 to 5")?,
        max_cost: max_cost
            .map_err(|error| ApiError::invalid("max_cost", format!("is no amount: {error}")))?,
        tags: tags.filter(|tag| !tag.is_empty()).map(str::to_owned).collect(),
        developer: text("developer"),
    })
}

fn sort(query: &Query) -> Result<Sort, ApiError> {
    let keys = [
        ("name", SortKey::Name),
        ("rating", SortKey::Rating),
        ("cost", SortKey::Cost),
        ("created_at", SortKey::CreatedAt),
    ];
    let orders = [("asc", Order::Ascending), ("desc", Order::Descending)];
    Ok(Sort {
        key: query.word("sort", &keys)?.unwrap_or_default(),
        order: query.word("order", &orders)?.unwrap_or_default(),
    })
}

/// 20 items from the first on unless the query says otherwise, and never more than 100.
pub(super) fn page(query: &Query) -> Result<PageRequest, ApiError> {
    let limit = query.count("limit", "a whole number from 1")?.unwrap_or(20);
    if limit == 0 {
        return Err(ApiError::invalid("limit", "is not a whole number from 1"));
    }
    let offset = query.count("offset", "a whole number from 0")?.unwrap_or(0);
    Ok(PageRequest::new(u32::try_from(limit).unwrap_or(u32::MAX), offset))
}
