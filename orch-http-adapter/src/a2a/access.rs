//! Who may come in: keys of the surface, and of whoever registers agents.

use axum::http::HeaderMap;
use orch::auth::{AuthError, KeyForm};
use orch_core::Secret;

use super::{A2a, error::ApiError};

impl A2a {
    /// Lets in who shows a key, where one is asked for.
    pub(super) async fn admit(&self, headers: &HeaderMap) -> Result<(), ApiError> {
        if !self.options().wants_key() {
            return Ok(());
        }
        let shown = shown(headers, "x-api-key").ok_or_else(ApiError::unauthorized)?;
        if is_key(self.options().api_key.as_ref(), shown) {
            return Ok(());
        }
        let keys = self.orchestrator().api_keys();
        match keys.authenticate_for(Self::SCOPE, KeyForm::A2a, shown).await {
            Ok(_) => Ok(()),
            Err(AuthError::Store(error)) => Err(ApiError::failed(&error)),
            Err(_) => Err(ApiError::unauthorized()),
        }
    }

    /// Whether somebody shows the key of whoever registers agents.
    pub(super) fn is_admin(&self, headers: &HeaderMap) -> bool {
        shown(headers, "x-admin-key").is_some_and(|shown| is_key(self.options().admin_key.as_ref(), shown))
    }
}

/// The key that a header shows. An empty one is none, so that a setting that was left empty lets nobody in.
fn shown<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    text(headers, name).filter(|key| !key.is_empty())
}

fn is_key(configured: Option<&Secret<String>>, shown: &str) -> bool {
    configured.is_some_and(|key| *key == Secret::new(shown.to_owned()))
}

/// The signature that a request bears, which may be empty. One that is no text is there all the same, and is wrong.
pub(super) fn signature(headers: &HeaderMap) -> Result<Option<&str>, ApiError> {
    let signature = headers.get("x-agent-signature").map(|value| value.to_str());
    signature.transpose().map_err(|_| ApiError::invalid_signature())
}

/// A header, where it is there and is text.
pub(super) fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}
