//! Approvals that agents ask for: two families of paths over the same ones.

mod admission;
mod body;
mod create;
mod read;
mod record;
mod submit;

use axum::{
    Router,
    routing::{get, post},
};
use orch::{Caller, a2a::Transactions};

use super::{A2a, error::ApiError};

impl A2a {
    /// The account that owns what agents ask for here, whoever they are.
    pub const APPROVALS_ACCOUNT: &str = Transactions::APPROVALS_ACCOUNT;

    /// The routes of both families.
    pub(super) fn approvals_table() -> Router<Self> {
        Router::new()
            .route("/api/v1/approvals", get(read::list).post(create::published))
            .route("/v1/approvals", get(read::list))
            .route("/v1/approvals/create", post(create::client))
            .route("/api/v1/approvals/{id}", get(read::find))
            .route("/v1/approvals/{id}", get(read::find))
            .route("/api/v1/approvals/{id}/submit", post(submit::published))
            .route("/v1/approvals/{id}/submit", post(submit::client))
    }

    /// Who owns the approvals of this surface.
    fn approvals_owner() -> Result<Caller, ApiError> {
        let account = Self::APPROVALS_ACCOUNT.parse();
        Ok(Caller::host(account.map_err(|error| ApiError::failed(&error))?))
    }
}
