//! The directory: which agent offers which service, and how it is reached.

mod search;
mod service;
mod template;

use std::sync::Arc;

use orch_auth::{AgentKeys, AuthError, Document, Party, PartyId};
use orch_core::{Clock, Entity, ErrorKind, Failure, StoreError};

pub use search::{Found, relevance};
pub use service::{Forward, Service, ServiceError, ServiceId, ServiceRecord};
pub use template::{PathTemplate, TemplateError, Unfilled};

use crate::store::ServiceStore;

/// Knows services, and the agents that offer them. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Directory {
    agents: AgentKeys,
    services: Arc<dyn ServiceStore>,
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
            clock,
        }
    }

    /// The agents.
    pub fn agents(&self) -> &AgentKeys {
        &self.agents
    }

    /// A service and how it is called.
    ///
    /// # Errors
    /// [`ServiceNotFound`](DirectoryError::ServiceNotFound), also for a record that cannot be called.
    pub async fn service(&self, id: &ServiceId) -> Result<Service, DirectoryError> {
        let record = self.record(id).await?;
        Service::of(record).map_err(|error| {
            tracing::warn!(service = %id, %error, "a service cannot be called");
            DirectoryError::ServiceNotFound(id.to_string())
        })
    }

    /// The record of a service.
    ///
    /// # Errors
    /// [`ServiceNotFound`](DirectoryError::ServiceNotFound).
    pub async fn record(&self, id: &ServiceId) -> Result<ServiceRecord, DirectoryError> {
        let found = self.services.find(id).await?;
        found.ok_or_else(|| DirectoryError::ServiceNotFound(id.to_string()))
    }

    /// The records of the services of a type, or of all.
    ///
    /// # Errors
    /// The store failed.
    pub async fn services(&self, kind: Option<&str>) -> Result<Vec<ServiceRecord>, DirectoryError> {
        Ok(self.services.list(kind, Self::MAX_SERVICES).await?)
    }

    /// Registers a service that its provider has signed, or puts it in the place of the one before.
    ///
    /// # Errors
    /// The record is none, its provider is unknown or did not sign it, or the service is another's.
    pub async fn register_signed(
        &self,
        record: &Document<'_>,
        signature: &str,
    ) -> Result<ServiceRecord, DirectoryError> {
        let service = Service::of(ServiceRecord::read(record, self.clock.now())?)?;
        self.agents
            .verify(&service.record.provider, record, signature)
            .await?;
        self.keep(service.record).await
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

    /// The agents that words fit, best first.
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

    /// An agent, whatever became of it.
    ///
    /// # Errors
    /// It is not known.
    pub async fn agent(&self, id: &PartyId) -> Result<Party, DirectoryError> {
        Ok(self.agents.find(id).await?)
    }
}
