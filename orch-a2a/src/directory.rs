//! The directory: which agent offers which service, and how it is reached.

mod endpoint;
mod search;
mod service;
mod template;

use std::sync::Arc;

use orch_auth::{AgentKeys, AuthError, DirectoryAway, Document, Party, PartyId};
use orch_core::{Clock, Entity, ErrorKind, Failure, StoreError};

pub use endpoint::reached_at;
pub use search::{Found, relevance};
pub use service::{Forward, Service, ServiceError, ServiceId, ServiceRecord};
pub(crate) use template::encode;
pub use template::{PathTemplate, TemplateError, Unfilled};

use crate::{remote::RemoteDirectory, store::ServiceStore};

/// Knows services, and the agents that offer them. Cloning is cheap.
///
/// [Beside another directory](Self::beside), agents and services that are not known here are those that it knows. They can be
/// called and can ask; what is shown, listed, searched and registered here is this directory's own, and counts first.
#[derive(Clone, Debug)]
pub struct Directory {
    agents: AgentKeys,
    services: Arc<dyn ServiceStore>,
    remote: Option<RemoteDirectory>,
    clock: Arc<dyn Clock>,
}

/// Why the directory does not do what it is asked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DirectoryError {
    /// There is no such service.
    #[error("service {0} not found")]
    ServiceNotFound(String),
    /// The record cannot be that of a service.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// It is not known here, and the other directory cannot be asked.
    #[error(transparent)]
    DirectoryAway(#[from] DirectoryAway),
    /// The service is another provider's.
    #[error("service {0} belongs to another agent")]
    NotYours(ServiceId),
    /// The agent is not known, or did not sign.
    #[error(transparent)]
    Auth(#[from] AuthError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Failure for DirectoryError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::ServiceNotFound(id) => ErrorKind::NotFound {
                entity: Entity::Task,
                id: id.clone(),
            },
            Self::Service(ServiceError { field, reason }) => ErrorKind::Invalid {
                field: (*field).to_owned(),
                reason: reason.clone(),
            },
            Self::DirectoryAway(error) => AuthError::from(*error).kind(),
            Self::NotYours(_) => ErrorKind::Forbidden {
                reason: self.to_string(),
            },
            Self::Auth(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }
}

impl Directory {
    /// The most services that a search yields.
    pub const MAX_SERVICES: u32 = 200;
    /// The most agents that a search looks at.
    const MAX_SEARCHED: u32 = 1000;

    /// The services of a store, offered by these agents.
    pub fn new(agents: AgentKeys, services: Arc<dyn ServiceStore>, clock: Arc<dyn Clock>) -> Self {
        Self {
            agents,
            services,
            remote: None,
            clock,
        }
    }

    /// The same beside another directory, which is asked for whatever is not known here.
    pub fn beside(self, remote: RemoteDirectory) -> Self {
        Self {
            agents: self.agents.beside(Arc::new(remote.clone())),
            remote: Some(remote),
            ..self
        }
    }

    /// The agents.
    pub fn agents(&self) -> &AgentKeys {
        &self.agents
    }

    /// A service and how it is called.
    ///
    /// # Errors
    /// [`ServiceNotFound`](DirectoryError::ServiceNotFound), also for a record that cannot be called;
    /// [`DirectoryAway`](DirectoryError::DirectoryAway) if it is not known here and nobody can be asked elsewhere.
    pub async fn service(&self, id: &ServiceId) -> Result<Service, DirectoryError> {
        let found = match self.services.find(id).await? {
            Some(record) => Some(record),
            None => self.service_elsewhere(id).await?,
        };
        let record = found.ok_or_else(|| DirectoryError::ServiceNotFound(id.to_string()))?;
        Service::of(record).map_err(|error| {
            tracing::warn!(service = %id, %error, "a service cannot be called");
            DirectoryError::ServiceNotFound(id.to_string())
        })
    }

    /// A service of the other directory, which says nothing of agents that are registered here: whoever wrote there could have
    /// them called by whatever path.
    async fn service_elsewhere(&self, id: &ServiceId) -> Result<Option<ServiceRecord>, DirectoryError> {
        let Some(remote) = &self.remote else {
            return Ok(None);
        };
        let Some(record) = remote.service(id).await? else {
            return Ok(None);
        };
        match self.agents.find(&record.provider).await {
            Err(AuthError::PartyNotFound(_)) => Ok(Some(record)),
            Err(error) => Err(error.into()),
            Ok(provider) => {
                tracing::warn!(service = %id, provider = %provider.id, "another directory names a service of an agent of ours");
                Ok(None)
            }
        }
    }

    /// The record of a service that is registered here.
    ///
    /// # Errors
    /// [`ServiceNotFound`](DirectoryError::ServiceNotFound).
    pub async fn record(&self, id: &ServiceId) -> Result<ServiceRecord, DirectoryError> {
        let found = self.services.find(id).await?;
        found.ok_or_else(|| DirectoryError::ServiceNotFound(id.to_string()))
    }

    /// The records of the services of a type that are registered here, or of all.
    ///
    /// # Errors
    /// The store failed.
    pub async fn services(&self, kind: Option<&str>) -> Result<Vec<ServiceRecord>, DirectoryError> {
        Ok(self.services.list(kind, Self::MAX_SERVICES).await?)
    }

    /// Registers a service that its provider has signed, or puts it in the place of the one before.
    ///
    /// # Errors
    /// The record is none, its provider is not registered here or did not sign it, or the service is another's, here or in the
    /// other directory, which must be possible to find out.
    pub async fn register_signed(
        &self,
        record: &Document<'_>,
        signature: &str,
    ) -> Result<ServiceRecord, DirectoryError> {
        let service = Service::of(ServiceRecord::read(record, self.clock.now())?)?;
        let Service { record: kept, .. } = service;
        if self.remote.is_some() {
            self.agents.find(&kept.provider).await?;
        }
        self.agents.verify(&kept.provider, record, signature).await?;
        self.check_elsewhere(&kept).await?;
        self.keep(kept).await
    }

    /// Nobody takes the place of a service of the other directory by the name of it.
    async fn check_elsewhere(&self, record: &ServiceRecord) -> Result<(), DirectoryError> {
        let Some(remote) = &self.remote else {
            return Ok(());
        };
        if self.services.find(&record.id).await?.is_some() {
            return Ok(());
        }
        let other = remote.service(&record.id).await?;
        match other.is_some_and(|other| other.provider != record.provider) {
            true => Err(DirectoryError::NotYours(record.id.clone())),
            false => Ok(()),
        }
    }

    /// The same for the host, which signs nothing.
    ///
    /// # Errors
    /// The record is none, or the service is another's.
    pub async fn register(&self, record: &Document<'_>) -> Result<ServiceRecord, DirectoryError> {
        let service = Service::of(ServiceRecord::read(record, self.clock.now())?)?;
        self.keep(service.record).await
    }

    async fn keep(&self, record: ServiceRecord) -> Result<ServiceRecord, DirectoryError> {
        match self.services.put(&record).await? {
            true => Ok(record),
            false => Err(DirectoryError::NotYours(record.id)),
        }
    }

    /// The agents that are registered here and that words fit, best first.
    ///
    /// # Errors
    /// The store failed.
    pub async fn search(
        &self,
        words: &str,
        category: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Found>, DirectoryError> {
        let agents = self.agents.list(None, Self::MAX_SEARCHED).await?;
        Ok(search::search(agents, words, category, limit))
    }

    /// An agent that is registered here, whatever became of it.
    ///
    /// # Errors
    /// It is not known.
    pub async fn agent(&self, id: &PartyId) -> Result<Party, DirectoryError> {
        Ok(self.agents.find(id).await?)
    }
}
