//! Agents as the catalog knows them: who offers which tasks, in which version, at what price.

mod deprecation;
mod name;
mod pricing;
mod rating;
mod task;
mod version;

pub use deprecation::Deprecation;
pub use name::{NameError, RESERVED_ORGANIZATIONS, Slug};
pub use pricing::{BillingModel, Pricing, VolumeDiscount};
pub use rating::{Performance, Rating};
pub use task::{Example, Task};
pub use version::{AgentVersion, Endpoint, OnChain, Version, VersionError};

use std::{sync::Arc, time::Duration};

use crate::{AccountId, AgentId, Timestamp};

/// An agent: someone's offer to do certain tasks for a price.
#[derive(Clone, Debug, PartialEq)]
pub struct Agent {
    /// Its id, for ever.
    pub id: AgentId,
    /// The organization that offers it; with `name` it is unique.
    pub organization: Slug,
    /// Its name within the organization.
    pub name: Slug,
    /// One word that names it in the whole catalog.
    pub slug: Slug,
    /// The account that registered it, may change it, and earns.
    pub owner: AccountId,
    /// Who made it, for people to read.
    pub developer: Developer,
    /// Who may see and call it.
    pub visibility: Visibility,
    /// Whether it answers.
    pub status: Status,
    /// When it last answered.
    pub last_seen: Option<Timestamp>,
    /// What callers think of it.
    pub rating: Rating,
    /// How its calls went.
    pub performance: Performance,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// How often it has changed, counting its registration: the place of its latest event in its stream.
    pub revision: u64,
    /// The versions that are better no longer used.
    pub deprecations: Vec<Deprecation>,
    /// Its newest version.
    pub latest: Arc<AgentVersion>,
}

impl Agent {
    /// The longest a call may take where its task does not say.
    pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);

    /// `organization/name`.
    pub fn full_name(&self) -> String {
        format!("{}/{}", self.organization, self.name)
    }

    /// Whether it goes by this name: its id, its slug or `organization/name`, whatever version follows.
    pub fn goes_by(&self, name: &str) -> bool {
        let name = name.split('@').next().unwrap_or(name).trim();
        self.slug.as_str() == name || self.full_name() == name || self.id.to_string() == name
    }

    /// Whether an account may know that it exists.
    pub fn is_visible_to(&self, account: &AccountId) -> bool {
        self.visibility == Visibility::Public || self.owner == *account
    }

    /// Why a version is better no longer used; `None` while it is.
    pub fn deprecation(&self, version: Version) -> Option<&Deprecation> {
        self.deprecations
            .iter()
            .find(|deprecation| deprecation.version == version)
    }
}

/// Who made an agent.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Developer {
    /// The name to show.
    pub name: String,
    /// Whether the host has checked who that is.
    #[serde(default)]
    pub verified: bool,
    /// Where they are paid on a chain, if anywhere.
    #[serde(default)]
    pub wallet_address: Option<String>,
    /// What the host thinks of them, in hundredths of 0 to 5; nothing is made up where it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reputation_hundredths: Option<u16>,
}

/// Who may see and call an agent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    /// Everyone.
    #[default]
    Public,
    /// Its owner's account alone.
    Private,
}

/// Whether an agent answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It does.
    #[default]
    Online,
    /// It does not, says its owner.
    Offline,
    /// It did not when it was asked. It is online again as soon as it does.
    Away,
}
