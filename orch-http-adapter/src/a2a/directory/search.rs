use axum::{Json, extract::State, http::Uri};
use serde_json::{Value, json};

use super::super::{A2a, error::ApiError, query::Query};

/// The agents that words fit, best first.
pub(in crate::a2a) async fn search(State(a2a): State<A2a>, uri: Uri) -> Result<Json<Value>, ApiError> {
    let query = Query::of(&uri);
    let limit = query.limit(10, 50)?;
    let (words, category) = (query.text("q").unwrap_or_default(), query.text("category"));
    let found = a2a
        .orchestrator()
        .directory()
        .search(words, category, limit as usize)
        .await?;
    let results = found.iter().map(|found| {
        let agent = a2a.agent(&found.party);
        json!({
            "agent_id": found.party.id.as_str(),
            "name": agent.name,
            "description": agent.description,
            "category": agent.category,
            "capabilities": agent.capabilities,
            "trust_score": agent.trust_score,
            "relevance_score": found.relevance,
        })
    });
    let results: Vec<Value> = results.collect();
    let count = results.len();
    Ok(Json(
        json!({ "results": results, "count": count, "search_type": "keyword" }),
    ))
}
