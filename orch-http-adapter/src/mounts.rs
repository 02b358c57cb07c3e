//! Surfaces side by side: under one root, each under a prefix, or each under a host name of its own.

use std::{collections::HashMap, convert::Infallible};

use axum::{
    Router,
    extract::Request,
    response::{IntoResponse, Response},
};
use tower::{ServiceExt, service_fn};

use crate::{Surface, slashes, surface::host_of};

/// Every surface under one root, so that each documented path works literally. What no surface knows, the first answers.
pub fn merged(surfaces: impl IntoIterator<Item = Surface>) -> Router {
    slashes::normalized(Surface::merged(surfaces))
}

/// Each surface under a prefix of its own, such as `/market`. A surface answers whatever is under its prefix.
pub fn by_prefix<'p>(surfaces: impl IntoIterator<Item = (&'p str, Surface)>) -> Router {
    let nested = surfaces
        .into_iter()
        .fold(Router::new(), |router, (prefix, surface)| {
            router.nest(prefix, surface.table())
        });
    slashes::normalized(nested)
}

/// Each surface under a host name of its own, such as `market.example.com`; the first answers for any other name.
pub fn by_host<'h>(surfaces: impl IntoIterator<Item = (&'h str, Surface)>) -> Router {
    let mut routers = HashMap::new();
    let mut first = None;
    for (host, surface) in surfaces {
        let router = surface.router();
        first.get_or_insert_with(|| router.clone());
        routers.insert(host.to_ascii_lowercase(), router);
    }
    let first = first.unwrap_or_default();
    let dispatch = service_fn(move |request: Request| {
        let host = host_of(&request).unwrap_or_default();
        let router = routers.get(&host).unwrap_or(&first).clone();
        async move { Ok::<Response, Infallible>(router.oneshot(request).await.into_response()) }
    });
    Router::new().fallback_service(dispatch)
}
