//! In-process agents enter the catalog.

use orch_a2a::{InProcess, LocalAgent};
use orch_core::{Caller, Catalog, CatalogError, agent::NameError, catalog::AgentDraft};

/// How often an agent is published again when other replicas come first.
const ATTEMPTS: usize = 10;

/// Why an in-process agent cannot be enrolled.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EnrollError {
    /// Its slug or its organization is no name.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The catalog refuses it.
    #[error("agent {slug} cannot be enrolled")]
    Catalog {
        /// The agent.
        slug: String,
        /// Why.
        #[source]
        source: CatalogError,
    },
}

/// Makes an agent callable: registers it where it is new, publishes a version where it has changed.
pub(crate) async fn enroll(
    catalog: &Catalog,
    functions: &InProcess,
    owner: &Caller,
    agent: &LocalAgent,
) -> Result<(), EnrollError> {
    let draft = agent.draft()?;
    let slug = draft.slug.clone().unwrap_or_else(|| draft.name.clone());
    let published = publish(catalog, owner, agent, slug.as_str(), draft).await;
    published.map_err(|source| EnrollError::Catalog {
        slug: slug.to_string(),
        source,
    })?;
    functions.enroll(slug, agent);
    Ok(())
}

/// Replicas may publish the same agent at once: whoever comes second finds it as the first left it.
async fn publish(
    catalog: &Catalog,
    owner: &Caller,
    agent: &LocalAgent,
    slug: &str,
    draft: AgentDraft,
) -> Result<(), CatalogError> {
    let mut known = match catalog.find(owner, slug).await {
        Err(CatalogError::AgentNotFound(_)) => match catalog.register(owner, draft.clone()).await {
            Ok(_) => return Ok(()),
            Err(CatalogError::AlreadyExists(taken)) => match catalog.find(owner, slug).await {
                // It is not this agent that took the name.
                Err(CatalogError::AgentNotFound(_)) => return Err(CatalogError::AlreadyExists(taken)),
                known => known?,
            },
            Err(error) => return Err(error),
        },
        known => known?,
    };
    for _ in 0..ATTEMPTS {
        if !owner.owns(&known.owner) {
            return Err(CatalogError::AlreadyExists(slug.to_owned()));
        }
        if agent.matches(&known.latest) {
            return Ok(());
        }
        match catalog.revise(owner, known.id, draft.version.clone()).await {
            Ok(_) => return Ok(()),
            Err(CatalogError::Conflict(_)) => known = catalog.find(owner, slug).await?,
            Err(error) => return Err(error),
        }
    }
    Err(CatalogError::Conflict(slug.to_owned()))
}
