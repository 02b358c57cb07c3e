use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{Pricing, Task};
use crate::Timestamp;

/// What an agent offers under one version number. A version never changes; revising an agent makes a new one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AgentVersion {
    /// Its number.
    pub version: Version,
    /// The name to show.
    pub title: String,
    /// What the agent is good for, in plain words.
    pub description: String,
    /// The one category it is listed under.
    pub category: String,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// What it does; never empty.
    pub tasks: Vec<Task>,
    /// What a call costs.
    pub pricing: Pricing,
    /// How it is reached.
    pub endpoint: Endpoint,
    /// How a chain knows the agent, if one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_chain: Option<OnChain>,
    /// When it was published.
    pub created_at: Timestamp,
}

/// How a chain knows an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnChain {
    /// Its number there.
    pub agent_id: u64,
    /// Whether the host has checked that.
    #[serde(default)]
    pub verified: bool,
}

impl AgentVersion {
    /// The task of that name.
    pub fn task(&self, name: &str) -> Option<&Task> {
        self.tasks.iter().find(|task| task.name == name)
    }
}

/// How an agent is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
#[non_exhaustive]
pub enum Endpoint {
    /// A function in the host's process, found by the agent's slug. Only the host's code enrolls these.
    InProcess,
    /// An HTTP address.
    Http {
        /// Where to send calls.
        url: String,
    },
    /// A program on the host's machine, started for each call. Only the host's code or its command line enrolls these.
    Subprocess {
        /// The program: a path, or a name that is looked up where the host says.
        command: String,
        /// What it is started with.
        #[serde(default)]
        args: Vec<String>,
        /// Where it runs; where the host does, if it does not say.
        #[serde(default)]
        directory: Option<String>,
    },
}

impl Endpoint {
    /// Whether calls to it run what is on the host's machine, so that only the host may enroll it.
    pub fn is_local(&self) -> bool {
        matches!(self, Self::InProcess | Self::Subprocess { .. })
    }
}

/// A version number: `v1`, `v1.2` or `v1.2.3`; what is not said is zero.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Version {
    parts: [u32; 3],
}

/// A text is no [`Version`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no version such as v1, v1.2 or v1.2.3")]
pub struct VersionError(String);

impl Version {
    /// `v1`, the first of every agent.
    pub const FIRST: Self = Self { parts: [1, 0, 0] };

    /// The next whole version: `v2` after `v1.4`.
    pub fn next(self) -> Self {
        Self {
            parts: [self.parts[0].saturating_add(1), 0, 0],
        }
    }
}

impl FromStr for Version {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, VersionError> {
        let error = || VersionError(text.chars().take(40).collect());
        let mut parts = [0; 3];
        let numbers: Vec<&str> = text.strip_prefix('v').ok_or_else(error)?.split('.').collect();
        if numbers.len() > parts.len() {
            return Err(error());
        }
        for (part, number) in parts.iter_mut().zip(numbers) {
            if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
                return Err(error());
            }
            *part = number.parse().map_err(|_| error())?;
        }
        Ok(Self { parts })
    }
}

impl TryFrom<String> for Version {
    type Error = VersionError;

    fn try_from(text: String) -> Result<Self, VersionError> {
        text.parse()
    }
}

impl From<Version> for String {
    fn from(version: Version) -> Self {
        version.to_string()
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.parts {
            [major, 0, 0] => write!(f, "v{major}"),
            [major, minor, 0] => write!(f, "v{major}.{minor}"),
            [major, minor, patch] => write!(f, "v{major}.{minor}.{patch}"),
        }
    }
}

impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_sort_by_number() {
        let mut versions: Vec<Version> = ["v10", "v2", "v2.1", "v2.0.5"]
            .into_iter()
            .map(|text| text.parse().unwrap())
            .collect();
        versions.sort();
        let texts: Vec<String> = versions.iter().map(ToString::to_string).collect();
        assert_eq!(texts, ["v2", "v2.0.5", "v2.1", "v10"]);
        assert_eq!(versions[3].next().to_string(), "v11");
    }

    #[test]
    fn what_is_no_version_is_refused() {
        for text in ["", "1", "v", "v1.", "v1.2.3.4", "v-1", "v99999999999", "latest"] {
            assert!(text.parse::<Version>().is_err(), "{text:?}");
        }
    }
}
