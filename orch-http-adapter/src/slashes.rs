//! Slashes that make no difference: routes are found as if there were one between segments and none at the end.

use std::convert::Infallible;

use axum::{
    Router,
    extract::Request,
    http::{Uri, uri::PathAndQuery},
    response::{IntoResponse, Response},
};
use tower::{ServiceExt, service_fn};

/// The router, found behind paths that are normalized first: a layer of its own would run after the route is chosen.
pub(crate) fn normalized(router: Router) -> Router {
    let service = service_fn(move |mut request: Request| {
        if let Some(uri) = normalize(request.uri()) {
            *request.uri_mut() = uri;
        }
        let router = router.clone();
        async move { Ok::<Response, Infallible>(router.oneshot(request).await.into_response()) }
    });
    Router::new().fallback_service(service)
}

/// The normal form of a URI; `None` if it has it already.
fn normalize(uri: &Uri) -> Option<Uri> {
    let path = uri.path();
    let is_normal = !path.contains("//") && (path == "/" || !path.ends_with('/'));
    if is_normal {
        return None;
    }
    let mut normal = String::with_capacity(path.len());
    for segment in path.split('/').filter(|segment| !segment.is_empty()) {
        normal.push('/');
        normal.push_str(segment);
    }
    if normal.is_empty() {
        normal.push('/');
    }
    if let Some(query) = uri.query() {
        normal.push('?');
        normal.push_str(query);
    }
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(normal).ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slashes_are_normalized_and_nothing_else() {
        for (given, normal) in [
            ("/agents/", Some("/agents")),
            (
                "//agents//a%2Fb//?search=//&x=/",
                Some("/agents/a%2Fb?search=//&x=/"),
            ),
            ("//", Some("/")),
            ("/", None),
            ("/agents?search=a//b/", None),
        ] {
            let uri: Uri = given.parse().unwrap();
            let found = normalize(&uri).map(|uri| uri.to_string());
            assert_eq!(found.as_deref(), normal, "{given}");
        }
    }
}
