//! What is no part of the published page: whether the server lives, and its OpenAPI document.

use axum::{Json, extract::State, response::Html};
use serde::Serialize;

use super::{Market, number::rfc_3339};

#[derive(Debug, Serialize)]
pub(super) struct Health {
    status: &'static str,
    timestamp: String,
}

/// Whether the server answers, and whether runs are worked on here.
pub(super) async fn health(State(market): State<Market>) -> Json<Health> {
    let is_working = market.orchestrator().is_working();
    Json(Health {
        status: if is_working { "ok" } else { "starting" },
        timestamp: rfc_3339(market.now()),
    })
}

/// The OpenAPI document.
pub(super) const DOCUMENT: &str = include_str!("openapi.json");

/// A page that shows the document.
pub(super) async fn docs() -> Html<&'static str> {
    Html(include_str!("docs.html"))
}
