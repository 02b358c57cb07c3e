//! What browsers send: forms, from this page and no other.

use axum::{
    extract::{FromRequest, Request},
    http::HeaderMap,
};
use orch_core::Secret;

use super::{error::PageError, session::Session};
use crate::body::collect;

/// A form, from a page of the same origin as far as the browser says.
#[derive(Debug)]
pub(super) struct Form(Vec<(String, String)>);

/// The most bytes that a form takes: a comment of the greatest length, each character escaped.
const MAX_BYTES: usize = 64 * 1024;

impl Form {
    /// What was filled in; `None` for what was left empty.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        let mut fields = self.0.iter();
        let field = fields.find(|(field, _)| field == name)?;
        Some(field.1.trim()).filter(|text| !text.is_empty())
    }

    /// Refuses a form that was not made for this session.
    pub(super) fn check(&self, session: &Session) -> Result<(), PageError> {
        let shown = Secret::new(self.text("csrf").unwrap_or_default().to_owned());
        if shown == session.csrf {
            Ok(())
        } else {
            Err(PageError::Forged)
        }
    }
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = PageError;

    async fn from_request(request: Request, _: &S) -> Result<Self, PageError> {
        if is_from_elsewhere(request.headers()) {
            return Err(PageError::Forged);
        }
        let body = collect(request.into_body(), MAX_BYTES).await;
        let body = body.map_err(|_| PageError::Malformed)?;
        let fields = form_urlencoded::parse(&body);
        Ok(Self(
            fields
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect(),
        ))
    }
}

/// Whether the browser says that another site sends this. One that says nothing has the session's own token to show.
fn is_from_elsewhere(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return !matches!(site, "same-origin" | "none");
    }
    let (origin, host) = (text("origin"), text("host"));
    match (origin, host) {
        (Some(origin), Some(host)) => origin.split_once("://").is_none_or(|(_, origin)| origin != host),
        (Some(_), None) => true,
        (None, _) => false,
    }
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, http::HeaderValue};

    use super::*;

    #[test]
    fn another_site_is_told_from_this_one() {
        let headers = |pairs: &[(&'static str, &'static str)]| {
            let pairs = pairs.iter();
            pairs
                .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)))
                .collect::<HeaderMap>()
        };
        for here in [
            &[("host", "a.example")][..],
            &[("host", "a.example"), ("origin", "https://a.example")],
            &[("host", "a.example:80"), ("origin", "http://a.example:80")],
            &[
                ("host", "inner"),
                ("origin", "https://a.example"),
                ("sec-fetch-site", "same-origin"),
            ],
        ] {
            assert!(!is_from_elsewhere(&headers(here)), "{here:?}");
        }
        for elsewhere in [
            &[("host", "a.example"), ("origin", "https://b.example")][..],
            &[("host", "a.example"), ("origin", "null")],
            &[("host", "a.example"), ("sec-fetch-site", "cross-site")],
            &[("host", "a.example"), ("sec-fetch-site", "same-site")],
        ] {
            assert!(is_from_elsewhere(&headers(elsewhere)), "{elsewhere:?}");
        }
    }

    #[tokio::test]
    async fn a_form_is_bounded_and_read_by_name() {
        let form = |body: String| Form::from_request(Request::new(Body::from(body)), &());
        let read = form("a=1%202&b=&c=%F0%9F%A6%80".to_owned()).await.unwrap();
        assert_eq!(
            (read.text("a"), read.text("b"), read.text("c")),
            (Some("1 2"), None, Some("🦀"))
        );
        assert!(form("a=".to_owned() + &"x".repeat(MAX_BYTES)).await.is_err());
    }
}
