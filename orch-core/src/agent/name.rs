use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Names that organizations may not take, because paths of the HTTP surfaces begin with them.
pub const RESERVED_ORGANIZATIONS: [&str; 39] = [
    "agent",
    "agents",
    "api",
    "api-keys",
    "auth",
    "approvals",
    "billing",
    "bridges",
    "conversations",
    "credits",
    "environments",
    "github",
    "health",
    "hire",
    "llm-keys",
    "mcp",
    "messages",
    "metrics",
    "openapi.json",
    "orchestrate",
    "org",
    "participants",
    "prompt-templates",
    "public",
    "remote-agents",
    "security",
    "sellers",
    "services",
    "storage",
    "swagger",
    "tasks",
    "usage",
    "users",
    "v1",
    "wallet",
    "webhooks",
    "workspaces",
    "ws",
    ".well-known",
];

/// A name fit for a path: 1 to 64 of `a-z`, `0-9`, `-` and `_`, beginning with a letter or a digit.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Slug(String);

/// A text is no [`Slug`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no slug: 1 to 64 of a-z, 0-9, - and _, beginning with a letter or a digit")]
pub struct NameError(String);

impl Slug {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the HTTP surfaces claim this first path segment, so that no organization may be called so.
    pub fn is_reserved(&self) -> bool {
        RESERVED_ORGANIZATIONS.contains(&self.0.as_str())
    }
}

impl TryFrom<String> for Slug {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, NameError> {
        let starts = text
            .bytes()
            .next()
            .is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        let fits = text.len() <= 64
            && text
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_');
        if starts && fits {
            Ok(Self(text))
        } else {
            Err(NameError(text.chars().take(80).collect()))
        }
    }
}

impl FromStr for Slug {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        Self::try_from(text.to_owned())
    }
}

impl From<Slug> for String {
    fn from(slug: Slug) -> Self {
        slug.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_fit_for_a_path() {
        for good in ["a", "0rca", "text-statistics", "read_table", &"x".repeat(64)] {
            assert!(good.parse::<Slug>().is_ok(), "{good}");
        }
        for bad in ["", "-a", "A", "a b", "a/b", "ä", "a.b", &"x".repeat(65)] {
            assert!(bad.parse::<Slug>().is_err(), "{bad}");
        }
    }

    #[test]
    fn paths_of_the_surfaces_are_reserved() {
        assert!("orchestrate".parse::<Slug>().unwrap().is_reserved());
        assert!(!"acme".parse::<Slug>().unwrap().is_reserved());
    }
}
