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
        let shown = text(headers, "x-api-key").ok_or_else(ApiError::unauthorized)?;
        let configured = self.options().api_key.as_ref();
        if configured.is_some_and(|key| *key == Secret::new(shown.to_owned())) {
            return Ok(());
        }
        let keys = self.orchestrator().api_keys();
        match keys.authenticate(KeyForm::A2a, shown).await {
            Ok(_) => Ok(()),
            Err(AuthError::Store(error)) => Err(ApiError::failed(&error)),
            Err(_) => Err(ApiError::unauthorized()),
        }
    }

    /// Whether somebody shows the key of whoever registers agents.
    pub(super) fn is_admin(&self, headers: &HeaderMap) -> bool {
        let (known, shown) = (self.options().admin_key.as_ref(), text(headers, "x-admin-key"));
        let shown = shown.map(|shown| Secret::new(shown.to_owned()));
        known.is_some_and(|known| shown.is_some_and(|shown| *known == shown))
    }
}

/// A header, where it is there and is text.
pub(super) fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}
