use axum::{
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};

use super::{
    ApprovalPage,
    error::{PageError, see},
    form::Form,
};

/// `POST /approvals/sign-in`
pub(super) async fn sign_in(State(page): State<ApprovalPage>, form: Result<Form, PageError>) -> Response {
    let signed_in = async {
        let form = form?;
        page.sign_in(form.text("key").ok_or(PageError::Key)?).await
    };
    match signed_in.await {
        Ok(cookie) => ([(header::SET_COOKIE, cookie)], see(&page.path(""))).into_response(),
        Err(error) => error.answer(&page),
    }
}

/// `POST /approvals/sign-out`
pub(super) async fn sign_out(
    State(page): State<ApprovalPage>,
    headers: HeaderMap,
    form: Result<Form, PageError>,
) -> Response {
    let checked = async { form?.check(&page.session(&headers).await?) };
    match checked.await {
        Ok(()) | Err(PageError::SignedOut) => {
            let cookie = page.sign_out(&headers);
            ([(header::SET_COOKIE, cookie)], see(&page.path(""))).into_response()
        }
        Err(error) => error.answer(&page),
    }
}
