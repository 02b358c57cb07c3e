use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, header},
    response::{IntoResponse, Response},
};

use super::{
    ApprovalPage,
    error::PageError,
    session::random,
    view::{self, List},
};

#[derive(Debug, Template)]
#[template(path = "approvals/page.html")]
struct Page<'p> {
    nonce: &'p str,
    home: &'p str,
    account: &'p str,
    csrf: &'p str,
    list: &'p List,
}

#[derive(Debug, Template)]
#[template(path = "approvals/sign_in.html")]
struct SignIn<'p> {
    nonce: &'p str,
    home: &'p str,
}

#[derive(Debug, Template)]
#[template(path = "approvals/trouble.html")]
pub(super) struct Trouble<'p> {
    pub(super) nonce: &'p str,
    pub(super) home: &'p str,
    pub(super) words: &'p str,
}

/// `GET /approvals`
pub(super) async fn show(State(page): State<ApprovalPage>, headers: HeaderMap) -> Response {
    match shown(&page, &headers).await {
        Ok(answer) => answer,
        Err(error) => error.answer(&page),
    }
}

async fn shown(page: &ApprovalPage, headers: &HeaderMap) -> Result<Response, PageError> {
    let (nonce, home) = (page.nonce(), page.path(""));
    let session = match page.session(headers).await {
        Ok(session) => session,
        Err(PageError::SignedOut) => {
            let body = SignIn {
                nonce: &nonce,
                home: &home,
            };
            return Ok((self::headers(&nonce), body.render()?).into_response());
        }
        Err(other) => return Err(other),
    };
    let list = view::list(page, &session).await?;
    let body = Page {
        nonce: &nonce,
        home: &home,
        account: session.caller.account().as_str(),
        csrf: session.csrf.expose(),
        list: &list,
    };
    Ok((self::headers(&nonce), body.render()?).into_response())
}

impl ApprovalPage {
    /// What the styles and scripts of one answer bear, so that the browser minds no others.
    pub(super) fn nonce(&self) -> String {
        random(&**self.orchestrator().entropy())
    }
}

/// What a browser must know of a page: nothing of it comes from elsewhere, nobody frames it, nothing of it is kept.
pub(super) fn headers(nonce: &str) -> [(HeaderName, String); 6] {
    let policy = format!(
        "default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; connect-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    [
        (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::X_FRAME_OPTIONS, "DENY".to_owned()),
        // With none at all, a form of the page says that it comes from nowhere.
        (header::REFERRER_POLICY, "same-origin".to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ]
}
