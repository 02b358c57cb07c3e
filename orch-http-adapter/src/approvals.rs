//! The approver's page: what waits for a human, who asks for what at which cost, and two clicks to an answer.
//!
//! It is rendered here, needs no build step, works without scripts and on a phone, and keeps itself up to date where
//! there are scripts. Whoever holds an API key signs in with it; what they may see and decide, the approvals say.

mod decide;
mod error;
mod form;
mod list;
mod options;
mod page;
mod session;
mod sign_in;
mod view;

use std::sync::Arc;

use axum::{
    Router,
    routing::{get, post},
};
use orch::{Orchestrator, Timestamp};

pub use options::ApprovalPageOptions;

use crate::Surface;
use session::Sessions;

/// It is for people: nothing of it is for programs that read such documents.
const DOCUMENT: &str =
    r#"{"openapi":"3.1.0","info":{"title":"The approver's page","version":"1"},"paths":{}}"#;

/// The approver's page over an orchestrator. Cloning is cheap; clones share their sessions.
#[derive(Clone, Debug)]
pub struct ApprovalPage(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    orchestrator: Orchestrator,
    options: ApprovalPageOptions,
    sessions: Sessions,
}

impl ApprovalPage {
    /// The scope that a key with scopes must have to sign in here.
    pub const SCOPE: &str = "approvals";

    /// The page over what the host has plugged together.
    pub fn new(orchestrator: Orchestrator, options: ApprovalPageOptions) -> Self {
        let sessions = Sessions::new(options.sessions);
        Self(Arc::new(Inner {
            orchestrator,
            options,
            sessions,
        }))
    }

    /// Its routes, for a host to mount.
    pub fn surface(&self) -> Surface {
        let table = Router::new()
            .route("/approvals", get(page::show))
            .route("/approvals/list", get(list::watch))
            .route("/approvals/sign-in", post(sign_in::sign_in))
            .route("/approvals/sign-out", post(sign_in::sign_out))
            .route("/approvals/{id}/decide", post(decide::decide))
            .fallback(error::unknown)
            .method_not_allowed_fallback(error::unsupported)
            .with_state(self.clone());
        Surface::new("approvals", table, DOCUMENT)
    }

    fn orchestrator(&self) -> &Orchestrator {
        &self.0.orchestrator
    }

    fn options(&self) -> &ApprovalPageOptions {
        &self.0.options
    }

    fn now(&self) -> Timestamp {
        self.0.orchestrator.clock().now()
    }

    /// Where one of its paths is, as a browser must ask for it.
    fn path(&self, rest: &str) -> String {
        format!("{}/approvals{rest}", self.options().base)
    }
}
