//! Whether an answer went out.

use std::convert::Infallible;

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, header},
    response::Response,
};
use futures_util::stream;
use orch::a2a::Delivery;

/// Has the delivery know when the answer is taken to be sent. One that is dropped before, because its client has gone, did not
/// arrive; nor did one that the client repeats itself for.
pub(super) async fn deliver(response: Response, mut delivery: Delivery, is_repeated: bool) -> Response {
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, usize::MAX).await else {
        return Response::from_parts(parts, Body::empty());
    };
    parts
        .headers
        .insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    let sent = stream::once(async move {
        if !is_repeated {
            delivery.arrived();
        }
        Ok::<Bytes, Infallible>(bytes)
    });
    Response::from_parts(parts, Body::from_stream(sent))
}
