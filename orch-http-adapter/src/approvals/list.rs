use askama::Template;
use axum::{
    extract::{RawQuery, State},
    http::HeaderMap,
    response::{IntoResponse, Response},
};

use super::{
    ApprovalPage,
    error::{PageError, unchanged},
    page,
    session::Session,
    view::{self, List},
};

/// The part of the page that changes.
#[derive(Debug, Template)]
#[template(path = "approvals/list.html")]
struct Fragment<'p> {
    home: &'p str,
    csrf: &'p str,
    list: &'p List,
}

/// `GET /approvals/list?known=…`: the list as soon as it is another than the one that is known, or nothing after a while.
pub(super) async fn watch(
    State(page): State<ApprovalPage>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, PageError> {
    let query = query.unwrap_or_default();
    let known = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "known");
    let known = known.map(|(_, known)| known.into_owned()).unwrap_or_default();
    let until = page.now() + page.options().wait;
    let mut changes = page.orchestrator().approvals().changes();
    loop {
        // Who was signed out meanwhile learns nothing more.
        let session = page.session(&headers).await?;
        let list = view::list(&page, &session).await?;
        if list.known != known {
            return fragment(&page, &session, &list);
        }
        if page.now() >= until {
            return Ok(unchanged());
        }
        tokio::select! {
            () = changes.next() => {}
            () = page.orchestrator().clock().sleep_until(until) => {}
        }
    }
}

fn fragment(page: &ApprovalPage, session: &Session, list: &List) -> Result<Response, PageError> {
    let fragment = Fragment {
        home: &page.path(""),
        csrf: session.csrf.expose(),
        list,
    };
    let body = fragment.render()?;
    Ok((page::headers(&page.nonce()), body).into_response())
}
