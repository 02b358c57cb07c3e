use crate::{Agent, Entity, ErrorKind, Failure, StoreError};

/// Why the catalog refuses.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogError {
    /// A member of the request is wrong.
    #[error("{field}: {reason}")]
    Invalid {
        /// Which, as a dotted path: `tasks[0].name`.
        field: String,
        /// What is wrong with it.
        reason: String,
    },
    /// There is no such agent, or the caller may not know that there is.
    #[error("agent {0} not found")]
    AgentNotFound(String),
    /// The agent has no such version.
    #[error("agent {agent} has no version {version}")]
    VersionNotFound {
        /// The agent's slug.
        agent: String,
        /// What was asked for.
        version: String,
    },
    /// The slug or the name within the organization is taken.
    #[error("agent {0} exists already")]
    AlreadyExists(String),
    /// Another change of the agent came first.
    #[error("agent {0} was changed by another call first")]
    Conflict(String),
    /// The caller may see the agent, but not do this with it.
    #[error("{reason}")]
    Forbidden {
        /// What is not allowed.
        reason: String,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl CatalogError {
    pub(super) fn invalid(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Invalid {
            field: field.into(),
            reason: reason.into(),
        }
    }

    pub(super) fn agent_not_found(reference: &(impl ToString + ?Sized)) -> Self {
        Self::AgentNotFound(bounded(reference))
    }

    pub(super) fn version_not_found(agent: &Agent, version: &(impl ToString + ?Sized)) -> Self {
        Self::VersionNotFound {
            agent: agent.slug.to_string(),
            version: bounded(version),
        }
    }
}

/// What a caller wrote, cut to 200 characters.
fn bounded(text: &(impl ToString + ?Sized)) -> String {
    text.to_string().chars().take(200).collect()
}

impl Failure for CatalogError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Invalid { field, reason } => ErrorKind::Invalid {
                field: field.clone(),
                reason: reason.clone(),
            },
            Self::AgentNotFound(id) => ErrorKind::NotFound {
                entity: Entity::Agent,
                id: id.clone(),
            },
            Self::VersionNotFound { agent, version } => ErrorKind::NotFound {
                entity: Entity::Version,
                id: format!("{agent}@{version}"),
            },
            Self::AlreadyExists(id) => ErrorKind::AlreadyExists {
                entity: Entity::Agent,
                id: id.clone(),
            },
            Self::Conflict(_) => ErrorKind::Conflict {
                reason: self.to_string(),
            },
            Self::Forbidden { reason } => ErrorKind::Forbidden {
                reason: reason.clone(),
            },
            Self::Store(error) => error.kind(),
        }
    }
}
