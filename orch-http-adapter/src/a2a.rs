//! \[Amorce\] Signed transactions between agents, and the directory that they find each other in.

mod access;
mod approvals;
mod delivery;
mod directory;
mod error;
mod health;
mod meta;
mod moment;
mod options;
mod query;
mod transact;
mod transactions;

use std::sync::Arc;

use axum::{
    Router,
    http::HeaderValue,
    middleware::map_response,
    response::Response,
    routing::{any, get, post},
};
use orch::{Orchestrator, Timestamp, a2a::Transactions};

pub use options::{A2aOptions, Mode};

use crate::{Surface, exchanging::Exchanging};

/// The surface for signed transactions over an orchestrator. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct A2a(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    orchestrator: Orchestrator,
    options: A2aOptions,
    began_at: Timestamp,
    _exchanging: Option<Exchanging>,
}

impl A2a {
    /// The scope that a key with scopes must have to come in here.
    pub const SCOPE: &str = "a2a";

    /// The surface over what the host has plugged together.
    pub fn new(orchestrator: Orchestrator, options: A2aOptions) -> Self {
        let began_at = orchestrator.clock().now();
        let quotas = vec![orchestrator.transactions().quotas()];
        Self(Arc::new(Inner {
            _exchanging: Exchanging::begin(&orchestrator, quotas),
            orchestrator,
            options,
            began_at,
        }))
    }

    /// Its routes, for a host to mount.
    pub fn surface(&self) -> Surface {
        let health = Router::new()
            .route("/health", get(health::health))
            .method_not_allowed_fallback(meta::wrong_method)
            .layer(map_response(versioned))
            .with_state(self.clone());
        // The published page describes what `/health` answers to the last member.
        Surface::new("a2a", self.table(), include_str!("a2a/openapi.json")).health(0, health)
    }

    /// The whole route table.
    fn table(&self) -> Router {
        Router::new()
            .route("/", get(meta::root))
            .route(
                "/v1/a2a/transact",
                post(transact::transact).fallback(transact::wrong_method),
            )
            .route("/v1/health", get(health::health))
            .route("/api/v1/v1/health", get(health::health))
            .route(
                "/api/v1/agents",
                get(directory::agents::list).post(directory::register::agent),
            )
            .route("/api/v1/agents/{id}", get(directory::agents::find))
            .route("/v1/agents/{id}", get(directory::agents::find))
            .route("/api/v1/v1/agents/{id}", get(directory::agents::find))
            .route(
                "/api/v1/agents/{id}/public-key",
                get(directory::agents::public_key),
            )
            .route("/api/v1/agents/{id}/manifest", get(directory::agents::manifest))
            .route("/api/v1/lookup/{id}", get(directory::agents::look_up))
            .route("/api/v1/services", post(directory::register::service))
            .route("/api/v1/services/search", get(directory::services::search))
            .route("/api/v1/services/{id}", get(directory::services::find))
            .route("/api/v1/ans/search", get(directory::search::search))
            .route("/v1/ans/search", get(directory::search::search))
            .route("/api/v1/v1/ans/search", get(directory::search::search))
            .route("/v1/transactions", get(transactions::list))
            .route("/v1/transactions/{id}", get(transactions::find))
            .merge(Self::approvals_table())
            .route("/.well-known/amorce-orchestrator.json", get(meta::identity))
            .merge(Self::unknown_table())
            .fallback(meta::unknown)
            .method_not_allowed_fallback(meta::wrong_method)
            .layer(map_response(versioned))
            .with_state(self.clone())
    }

    /// What begins like the published paths, so that under one root, too, it is answered in these words.
    fn unknown_table() -> Router<Self> {
        ["/v1", "/api/v1", "/mcp"]
            .into_iter()
            .fold(Router::new(), |router, path| {
                router
                    .route(path, any(meta::unknown))
                    .route(&format!("{path}/{{*rest}}"), any(meta::unknown))
            })
    }

    fn orchestrator(&self) -> &Orchestrator {
        &self.0.orchestrator
    }

    fn transactions(&self) -> &Transactions {
        self.0.orchestrator.transactions()
    }

    fn options(&self) -> &A2aOptions {
        &self.0.options
    }

    fn now(&self) -> Timestamp {
        self.0.orchestrator.clock().now()
    }
}

/// Every answer says which version of the protocol it is of.
async fn versioned(mut response: Response) -> Response {
    let version = HeaderValue::from_static("1.0");
    response.headers_mut().insert("x-aatp-version", version);
    response
}
