//! Queries: the last value of a parameter counts, and one that cannot be meant is refused.

use std::{collections::HashMap, str::FromStr};

use axum::http::Uri;

use super::error::ApiError;

/// The parameters of a query.
#[derive(Debug)]
pub(super) struct Query(HashMap<String, String>);

impl Query {
    pub(super) fn of(uri: &Uri) -> Self {
        let query = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
        // Nothing that is kept has a NUL in it, and a store takes none, so what is asked for with one is not found.
        let query = query.map(|(name, value)| (name.into_owned(), value.replace('\0', "\u{fffd}")));
        Self(query.collect())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_value_counts_and_no_store_sees_a_nul() {
        let query = Query::of(&"/x?a=1&a=2&b=%00x&c=".parse().unwrap());
        assert_eq!(query.text("a"), Some("2"));
        assert_eq!(query.text("b"), Some("\u{fffd}x"));
        assert_eq!(query.text("c"), None);
    }
}
