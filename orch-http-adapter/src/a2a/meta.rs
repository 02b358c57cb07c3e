//! What is said of the server itself, and of what it does not know.

use axum::{Json, extract::State};
use serde_json::{Value, json};

use super::{A2a, error::ApiError};

/// Somebody is there.
pub(super) async fn root() -> Json<Value> {
    Json(json!({ "message": "Agent transaction orchestrator and directory", "version": "1.0.0" }))
}

/// By which key the server signs what it forwards.
pub(super) async fn identity(State(a2a): State<A2a>) -> Json<Value> {
    let key = a2a.transactions().signer().key();
    Json(json!({ "agent_id": key.derived_id(), "public_key": key.to_pem(), "algorithm": "Ed25519" }))
}

/// No route leads there.
pub(super) async fn unknown() -> ApiError {
    ApiError::unknown_path()
}

/// A route leads there, by another method.
pub(super) async fn wrong_method() -> ApiError {
    ApiError::wrong_method()
}
