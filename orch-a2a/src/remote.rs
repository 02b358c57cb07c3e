//! Another directory, which is asked for agents and services that are not known here.
//!
//! It is asked as the published reference server asks its own: `GET /api/v1/lookup/{agent_id}` and
//! `GET /api/v1/services/{service_id}`. What it answers is believed of the id alone that it was asked for, and for a while: a
//! minute if there is such an agent or service, so that a revocation counts within a minute, and five seconds if there is none.
//! While it fails - it does not answer, or not like a directory - what it said within the last five minutes counts, and of
//! whatever else nothing is certain: then [`DirectoryAway`] is returned, and nobody is turned away as unknown.
//!
//! However many ask for an id at once, the directory is asked once; and for a bounded number of ids at once, as strangers name
//! them. All that is remembered is bounded too.

mod cache;
mod lookup;
mod memory;
mod record;
mod shelf;

use std::{fmt, sync::Arc, time::Duration};

use async_trait::async_trait;
use orch_auth::{DirectoryAway, Party, PartyId, PartySource};
use orch_core::{Cause, Clock, Timestamp};

pub use lookup::Lookup;

use crate::directory::{ServiceId, ServiceRecord};
use memory::Said;
use shelf::Shelf;

/// How another directory is asked: a port.
#[async_trait]
pub trait DirectorySource: fmt::Debug + Send + Sync + 'static {
    /// The body of its answer, as it came; `None` where it answers that there is no such thing. Whatever else it answers is a
    /// failure.
    async fn look_up(&self, lookup: &Lookup<'_>) -> Result<Option<Vec<u8>>, Cause>;
}

/// What another directory knows. Cloning is cheap; clones share what they remember.
#[derive(Clone, Debug)]
pub struct RemoteDirectory(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    source: Arc<dyn DirectorySource>,
    clock: Arc<dyn Clock>,
    agents: Shelf<PartyId, Party>,
    services: Shelf<ServiceId, ServiceRecord>,
}

impl RemoteDirectory {
    /// How long an answer is waited for.
    pub const PATIENCE: Duration = Duration::from_secs(5);
    /// The most bytes of an answer.
    pub const MAX_ANSWER_BYTES: usize = 1024 * 1024;

    /// A directory of which nothing is known yet.
    pub fn new(source: Arc<dyn DirectorySource>, clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Shared {
            source,
            clock,
            agents: Shelf::new(record::weigh_agent),
            services: Shelf::new(record::weigh_service),
        }))
    }

    /// An agent, whatever became of it.
    ///
    /// # Errors
    /// Nothing is certain of it now.
    pub async fn agent(&self, id: &PartyId) -> Result<Option<Party>, DirectoryAway> {
        let Some(lookup) = Lookup::agent(id) else {
            return Ok(None);
        };
        let Shared { clock, agents, .. } = &*self.0;
        let asking = self.ask(&lookup, |body, at| record::agent(id, body, at));
        agents.find(id, &**clock, asking).await
    }

    /// The record of a service.
    ///
    /// # Errors
    /// Nothing is certain of it now.
    pub async fn service(&self, id: &ServiceId) -> Result<Option<ServiceRecord>, DirectoryAway> {
        let Some(lookup) = Lookup::service(id) else {
            return Ok(None);
        };
        let Shared { clock, services, .. } = &*self.0;
        let asking = self.ask(&lookup, |body, at| record::service(id, body, at));
        services.find(id, &**clock, asking).await
    }

    async fn ask<R>(
        &self,
        lookup: &Lookup<'_>,
        read: impl FnOnce(&[u8], Timestamp) -> Result<Said<R>, Cause>,
    ) -> Result<Said<R>, Cause> {
        let Shared { source, clock, .. } = &*self.0;
        let asked_at = clock.now();
        match source.look_up(lookup).await? {
            Some(body) => read(&body, asked_at),
            None => Ok(Said::No(None)),
        }
    }
}

#[async_trait]
impl PartySource for RemoteDirectory {
    async fn find(&self, id: &PartyId) -> Result<Option<Party>, DirectoryAway> {
        self.agent(id).await
    }
}

#[cfg(test)]
mod tests;
