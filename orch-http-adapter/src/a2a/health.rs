use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use orch_a2a::store::Filter;
use serde::Serialize;

use super::{A2a, error::degraded};

/// The four members of the published page, and no other.
#[derive(Debug, Serialize)]
struct Health {
    status: &'static str,
    mode: &'static str,
    version: &'static str,
    uptime_seconds: u64,
}

/// Whether transactions can be made.
pub(super) async fn health(State(a2a): State<A2a>) -> Response {
    let filter = Filter {
        limit: 1,
        ..Filter::default()
    };
    let (code, status) = degraded(a2a.transactions().list(&filter).await.is_ok());
    let health = Health {
        status,
        mode: a2a.options().mode.name(),
        version: "1.0.0",
        uptime_seconds: a2a.now().since(a2a.0.began_at).as_secs(),
    };
    (code, Json(health)).into_response()
}
