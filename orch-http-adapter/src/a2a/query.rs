//! Queries: the last value of a parameter counts, and one that cannot be meant is refused.

use std::{collections::HashMap, str::FromStr};

use axum::http::Uri;

use super::error::ApiError;

/// The parameters of a query.
#[derive(Debug)]
pub(super) struct Query(HashMap<String, String>);

impl Query {
    pub(super) fn of(uri: &Uri) -> Self {
        let query = uri.query().unwrap_or_default().as_bytes();
        Self(form_urlencoded::parse(query).into_owned().collect())
    }

    /// A parameter that is not empty.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(String::as_str)
            .filter(|text| !text.is_empty())
    }

    /// A parameter in the form that `T` reads.
    pub(super) fn parse<T: FromStr>(&self, name: &str) -> Result<Option<T>, ApiError> {
        let parsed = self.text(name).map(str::parse);
        parsed
            .transpose()
            .map_err(|_| ApiError::invalid(format!("Invalid {name}")))
    }

    /// A number within bounds, or what it is where nothing is said.
    pub(super) fn limit(&self, unsaid: u32, most: u32) -> Result<u32, ApiError> {
        let limit = self.parse("limit")?.unwrap_or(unsaid);
        match (1..=most).contains(&limit) {
            true => Ok(limit),
            false => Err(ApiError::invalid("Invalid limit")),
        }
    }
}
