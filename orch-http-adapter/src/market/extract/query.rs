use std::{convert::Infallible, str::FromStr};

use axum::{extract::FromRequestParts, http::request::Parts};

use crate::market::{Market, error::ApiError};

/// The parameters of a query, each read when it is asked for. Of several with one name the last counts; those that
/// nobody asks for do no harm.
#[derive(Debug)]
pub(in crate::market) struct Query(Vec<(String, String)>);

impl FromRequestParts<Market> for Query {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Market) -> Result<Self, Infallible> {
        let query = parts.uri.query().unwrap_or_default();
        let pairs = form_urlencoded::parse(query.as_bytes());
        Ok(Self(pairs.into_owned().collect()))
    }
}

impl Query {
    /// A parameter as text.
    pub(in crate::market) fn text(&self, name: &str) -> Option<&str> {
        let mut named = self.0.iter().rev().filter(|(known, _)| known == name);
        named.next().map(|(_, value)| value.as_str())
    }

    /// A parameter in a form of its own; `kind` names it in the refusal.
    pub(in crate::market) fn parsed<T: FromStr>(
        &self,
        name: &str,
        kind: &str,
    ) -> Result<Option<T>, ApiError> {
        let parsed = self.text(name).map(str::parse).transpose();
        parsed.map_err(|_| ApiError::invalid(name, format!("is not {kind}")))
    }

    /// A parameter that counts something. Whatever is too large to be counted to is as good as the largest number.
    pub(in crate::market) fn count(&self, name: &str, kind: &str) -> Result<Option<u64>, ApiError> {
        let is_count = |text: &&str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        match self.text(name) {
            Some(text) if is_count(&text) => Ok(Some(text.parse().unwrap_or(u64::MAX))),
            Some(_) => Err(ApiError::invalid(name, format!("is not {kind}"))),
            None => Ok(None),
        }
    }

    /// A parameter that is one of a few words.
    pub(in crate::market) fn word<T: Copy>(
        &self,
        name: &str,
        words: &[(&str, T)],
    ) -> Result<Option<T>, ApiError> {
        let Some(text) = self.text(name) else {
            return Ok(None);
        };
        let found = words.iter().find(|(word, _)| *word == text);
        let found = found.map(|(_, meaning)| Some(*meaning));
        found.ok_or_else(|| {
            let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            ApiError::invalid(name, format!("is not one of {}", words.join(", ")))
        })
    }
}
