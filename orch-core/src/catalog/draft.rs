use crate::agent::{AgentVersion, Developer, Endpoint, OnChain, Pricing, Slug, Task, Version, Visibility};

/// An agent as its owner describes it, before it is in the catalog.
#[derive(Clone, Debug, PartialEq)]
pub struct AgentDraft {
    /// The organization that offers it.
    pub organization: Slug,
    /// Its name within the organization.
    pub name: Slug,
    /// One word that names it in the whole catalog; its name unless another is given.
    pub slug: Option<Slug>,
    /// Who made it.
    pub developer: Developer,
    /// Who may see and call it.
    pub visibility: Visibility,
    /// What it offers.
    pub version: VersionDraft,
}

impl AgentDraft {
    /// A public agent without a known developer.
    pub fn new(organization: Slug, name: Slug, version: VersionDraft) -> Self {
        Self {
            organization,
            name,
            slug: None,
            developer: Developer::default(),
            visibility: Visibility::default(),
            version,
        }
    }
}

/// What an agent offers, before it has a version number.
#[derive(Clone, Debug, PartialEq)]
pub struct VersionDraft {
    /// Its number, above every earlier one; the next whole one unless it is given.
    pub version: Option<Version>,
    /// The name to show: 1 to 200 characters.
    pub title: String,
    /// What the agent is good for, in plain words: at most 10,000 characters.
    pub description: String,
    /// The one category it is listed under: at most 100 characters.
    pub category: String,
    /// Words to find it by: at most 50, each of 1 to 64 characters.
    pub tags: Vec<String>,
    /// What it does: 1 to 64 tasks.
    pub tasks: Vec<Task>,
    /// What a call costs.
    pub pricing: Pricing,
    /// How it is reached.
    pub endpoint: Endpoint,
    /// How a chain knows the agent, if one does.
    pub on_chain: Option<OnChain>,
}

impl VersionDraft {
    /// Tasks under a title; the rest is left blank.
    pub fn new(title: impl Into<String>, tasks: Vec<Task>, pricing: Pricing, endpoint: Endpoint) -> Self {
        Self {
            version: None,
            title: title.into(),
            description: String::new(),
            category: String::new(),
            tags: Vec::new(),
            tasks,
            pricing,
            endpoint,
            on_chain: None,
        }
    }

    /// Whether a published version offers just this, so that nothing new need be published.
    pub fn matches(&self, published: &AgentVersion) -> bool {
        self.version.is_none_or(|number| number == published.version)
            && self.title == published.title
            && self.description == published.description
            && self.category == published.category
            && self.tags == published.tags
            && self.tasks == published.tasks
            && self.pricing == published.pricing
            && self.endpoint == published.endpoint
            && self.on_chain == published.on_chain
    }
}
