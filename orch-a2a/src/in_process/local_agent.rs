mod tasks;

use std::fmt;

use orch_core::{
    AgentVersion, Currency, Version,
    agent::{Developer, Endpoint, NameError, Pricing, Visibility},
    catalog::{AgentDraft, VersionDraft},
};

use super::Functions;
use tasks::LocalTask;

/// An agent made of functions of the host: how the catalog shows it, and what runs.
///
/// Schemas come from the types of the functions. A task takes the arguments that its input type names and no others,
/// unless the type takes any.
#[derive(Clone)]
pub struct LocalAgent {
    slug: String,
    organization: String,
    developer: Developer,
    visibility: Visibility,
    number: Option<Version>,
    title: String,
    description: String,
    category: String,
    tags: Vec<String>,
    pricing: Pricing,
    tasks: Vec<LocalTask>,
}

/// What concerns the whole agent.
impl LocalAgent {
    /// The organization of agents that name none.
    pub const ORGANIZATION: &'static str = "local";

    pub(super) fn new(slug: &str) -> Self {
        Self {
            slug: slug.to_owned(),
            organization: Self::ORGANIZATION.to_owned(),
            developer: Developer::default(),
            visibility: Visibility::default(),
            number: None,
            title: slug.to_owned(),
            description: String::new(),
            category: String::new(),
            tags: Vec::new(),
            pricing: Pricing::free(Currency::Algo),
            tasks: Vec::new(),
        }
    }

    /// The organization that offers it.
    pub fn organization(self, organization: impl Into<String>) -> Self {
        Self {
            organization: organization.into(),
            ..self
        }
    }

    /// Who made it.
    pub fn developer(self, developer: Developer) -> Self {
        Self { developer, ..self }
    }

    /// Only the account that enrolls it may see and call it.
    pub fn private(self) -> Self {
        Self {
            visibility: Visibility::Private,
            ..self
        }
    }

    /// The version number that it is published under; the next whole one unless it is given.
    pub fn version(self, version: Version) -> Self {
        Self {
            number: Some(version),
            ..self
        }
    }

    /// The name to show; its slug unless it is given.
    pub fn title(self, title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            ..self
        }
    }

    /// What it is good for, in plain words.
    pub fn description(self, description: impl Into<String>) -> Self {
        Self {
            description: description.into(),
            ..self
        }
    }

    /// The one category it is listed under.
    pub fn category(self, category: impl Into<String>) -> Self {
        Self {
            category: category.into(),
            ..self
        }
    }

    /// One more word to find it by.
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tags.push(tag.into());
        self
    }

    /// What a call costs; nothing unless it is given.
    pub fn price(self, pricing: Pricing) -> Self {
        Self { pricing, ..self }
    }

    /// The agent as it enters the catalog.
    ///
    /// # Errors
    /// Its slug or its organization is no [`Slug`](orch_core::agent::Slug).
    pub fn draft(&self) -> Result<AgentDraft, NameError> {
        let name = self.slug.parse()?;
        Ok(AgentDraft {
            developer: self.developer.clone(),
            visibility: self.visibility,
            ..AgentDraft::new(self.organization.parse()?, name, self.version_draft())
        })
    }

    fn version_draft(&self) -> VersionDraft {
        let tasks = self.tasks.iter().map(|local| local.task.clone()).collect();
        VersionDraft {
            version: self.number,
            description: self.description.clone(),
            category: self.category.clone(),
            tags: self.tags.clone(),
            ..VersionDraft::new(
                self.title.clone(),
                tasks,
                self.pricing.clone(),
                Endpoint::InProcess,
            )
        }
    }

    /// Whether a published version is this agent as it is now, so that nothing new need be published.
    pub fn matches(&self, published: &AgentVersion) -> bool {
        self.version_draft().matches(published)
    }

    pub(super) fn functions(&self) -> Functions {
        let tasks = self.tasks.iter();
        tasks
            .map(|local| (local.task.name.clone(), (local.function.clone(), local.mode)))
            .collect()
    }
}

impl fmt::Debug for LocalAgent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tasks: Vec<_> = self.tasks.iter().map(|local| &local.task.name).collect();
        f.debug_struct("LocalAgent")
            .field("slug", &self.slug)
            .field("tasks", &tasks)
            .finish_non_exhaustive()
    }
}
