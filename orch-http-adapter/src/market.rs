//! \[0rca\] The market: goals that become runs over hired agents, the catalog, direct hiring, usage.

mod admit;
mod agents;
mod arrival;
mod error;
mod extract;
mod hire;
mod limit;
mod meta;
mod number;
mod options;
mod orchestrate;
mod plain;
mod public_id;
mod shared;
mod usage;
mod wait;

use std::sync::Arc;

use axum::{
    Router,
    middleware::from_fn_with_state,
    routing::{MethodRouter, get, post},
};
use orch::{Orchestrator, Timestamp};

pub use limit::{Rate, Rates};
pub use options::MarketOptions;
pub use orchestrate::answer;
pub use plain::plain;

use crate::Surface;
use limit::{Class, RateLimits};

/// The market over an orchestrator. Cloning is cheap; clones share their rate limits.
#[derive(Clone, Debug)]
pub struct Market(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    orchestrator: Orchestrator,
    options: MarketOptions,
    limits: RateLimits,
    shown: agents::Shown,
}

impl Market {
    /// The scope that a key with scopes must have to come in here.
    pub const SCOPE: &str = "market";

    /// The market over what the host has plugged together. Where several processes share its stores, it is made on a tokio
    /// runtime, on which it tells them what its limits let through.
    pub fn new(orchestrator: Orchestrator, options: MarketOptions) -> Self {
        let mut limits = RateLimits::new(options.rates);
        limits.share(&orchestrator);
        Self(Arc::new(Inner {
            orchestrator,
            options,
            limits,
            shown: agents::Shown::default(),
        }))
    }

    /// Its routes, for a host to mount.
    pub fn surface(&self) -> Surface {
        let health = Router::new()
            .route("/health", get(meta::health))
            .method_not_allowed_fallback(admit::turn_away)
            .layer(from_fn_with_state(self.clone(), arrival::arrive))
            .with_state(self.clone());
        Surface::new("market", self.table(), meta::DOCUMENT).health(1, health)
    }

    /// The whole route table.
    fn table(&self) -> Router {
        let limited = |class, routes: MethodRouter<Self>| {
            routes.route_layer(from_fn_with_state((self.clone(), class), admit::admit))
        };
        let orchestrations = limited(Class::Orchestrate, post(orchestrate::start))
            .merge(limited(Class::Usage, get(orchestrate::list)));
        let orchestration = get(orchestrate::find).delete(orchestrate::cancel);
        Router::new()
            .route("/orchestrate", orchestrations)
            .route("/orchestrate/{id}", limited(Class::Usage, orchestration))
            .route("/agents", limited(Class::Agents, get(agents::list)))
            .route("/agents/{id}", limited(Class::Agent, get(agents::find)))
            .route("/hire", limited(Class::Hire, post(hire::hire)))
            .route("/hire/{id}", limited(Class::Usage, get(hire::find)))
            .route("/usage", limited(Class::Usage, get(usage::usage)))
            .route("/docs", get(meta::docs))
            .fallback(admit::turn_away)
            .method_not_allowed_fallback(admit::turn_away)
            .layer(from_fn_with_state(self.clone(), arrival::arrive))
            .with_state(self.clone())
    }

    fn orchestrator(&self) -> &Orchestrator {
        &self.0.orchestrator
    }

    fn now(&self) -> Timestamp {
        self.0.orchestrator.clock().now()
    }
}
