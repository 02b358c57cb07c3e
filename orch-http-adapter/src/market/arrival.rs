//! What every request gets when it arrives, and every failure when it leaves.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};

use super::{Market, error::ApiError, public_id};

/// The id of a request, which is also that of the orchestration that it starts.
#[derive(Clone, Debug)]
pub(super) struct RequestId(pub(super) String);

/// Gives the request its id, and writes the failure that a handler or a layer left in its response.
pub(super) async fn arrive(State(market): State<Market>, mut request: Request, next: Next) -> Response {
    let id = public_id::generate("req_", &**market.orchestrator().entropy());
    request.extensions_mut().insert(RequestId(id.clone()));
    let mut response = next.run(request).await;
    match response.extensions_mut().remove::<ApiError>() {
        Some(error) => error.write(id, market.now(), response),
        None => response,
    }
}
