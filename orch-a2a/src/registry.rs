//! Agents and services that files name, beside those that the stores keep.
//!
//! The files are those of the published reference server: `agents.json` and `services.json`, an object each. They are read
//! again when they change, and what they say counts from that moment on: an agent that is no longer named is not known any
//! more, and a key that is named in the place of another ends that one at once. A file that cannot be read or is no object of
//! JSON changes nothing: what it said last counts until it is right again. Of an id that a store keeps too, the store's counts.

mod file;
mod filed;
mod parties;
mod services;

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use orch_auth::PartyStore;
use orch_core::{Cause, Clock};

pub use file::{FileError, FiledAgent, LeftOut, Listed};

use crate::store::ServiceStore;
use filed::Filed;
use parties::FiledParties;
use services::FiledServices;

/// A file of the registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegistryFile {
    /// Agents, by their ids.
    Agents,
    /// Services, by their ids.
    Services,
}

impl fmt::Display for RegistryFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Agents => "agents",
            Self::Services => "services",
        })
    }
}

/// Where the files of a registry are: a port, as the domain reads no files.
#[async_trait]
pub trait RegistrySource: fmt::Debug + Send + Sync + 'static {
    /// All that a file says now; `None` where there is to be no such file.
    async fn read(&self, file: RegistryFile) -> Result<Option<Vec<u8>>, Cause>;
}

/// Why a file of a registry says nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// It cannot be read.
    #[error("the file of {file} cannot be read")]
    Unreadable {
        /// Which.
        file: RegistryFile,
        /// Why.
        source: Cause,
    },
    /// It is not what it must be.
    #[error("the file of {file} is broken")]
    Broken {
        /// Which.
        file: RegistryFile,
        /// Why.
        source: FileError,
    },
}

/// Knows what the files of a registry say. Cloning is cheap; clones are one registry.
#[derive(Clone, Debug)]
pub struct Registry(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    source: Arc<dyn RegistrySource>,
    clock: Arc<dyn Clock>,
    filed: Mutex<Arc<Filed>>,
    /// What was looked at last, by whoever looks: one at a time.
    seen: tokio::sync::Mutex<[Seen; 2]>,
}

/// How a file was when it was looked at last.
#[derive(Debug, Default, PartialEq, Eq)]
enum Seen {
    /// It was not looked at, or is not to be.
    #[default]
    Nothing,
    /// It said this, whether that is of use or not.
    Text(Vec<u8>),
    /// It could not be read.
    Unreadable(String),
}

impl Registry {
    /// Reads the files for the first time.
    ///
    /// # Errors
    /// One cannot be read or is broken: nothing is known that could count in its place.
    pub async fn open(source: Arc<dyn RegistrySource>, clock: Arc<dyn Clock>) -> Result<Self, RegistryError> {
        let registry = Self(Arc::new(Shared {
            source,
            clock,
            filed: Mutex::default(),
            seen: tokio::sync::Mutex::default(),
        }));
        let mut seen = registry.0.seen.lock().await;
        let [agents, services] = &mut *seen;
        registry.look(RegistryFile::Agents, agents).await?;
        registry.look(RegistryFile::Services, services).await?;
        drop(seen);
        Ok(registry)
    }

    /// Looks at the files again, and takes what has changed; whether anything has. A file that says nothing is logged, once
    /// for each time it changes.
    pub async fn reload(&self) -> bool {
        let mut seen = self.0.seen.lock().await;
        let [agents, services] = &mut *seen;
        let mut is_changed = false;
        for (file, seen) in [(RegistryFile::Agents, agents), (RegistryFile::Services, services)] {
            match self.look(file, seen).await {
                Ok(is_taken) => is_changed |= is_taken,
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::warn!(error, "what a file of the registry said last counts");
                }
            }
        }
        is_changed
    }

    /// The agents of the files beside those of a store.
    pub fn parties(&self, store: Arc<dyn PartyStore>) -> Arc<dyn PartyStore> {
        Arc::new(FiledParties::new(self.clone(), store))
    }

    /// The services of the files beside those of a store.
    pub fn services(&self, store: Arc<dyn ServiceStore>) -> Arc<dyn ServiceStore> {
        Arc::new(FiledServices::new(self.clone(), store))
    }

    /// Takes a file if it is another than was seen; whether it was.
    async fn look(&self, file: RegistryFile, seen: &mut Seen) -> Result<bool, RegistryError> {
        let text = match self.0.source.read(file).await {
            Ok(text) => text,
            Err(source) => {
                let unreadable = Seen::Unreadable(source.to_string());
                if *seen == unreadable {
                    return Ok(false);
                }
                *seen = unreadable;
                return Err(RegistryError::Unreadable { file, source });
            }
        };
        let now_seen = text.map_or(Seen::Nothing, Seen::Text);
        if *seen == now_seen {
            return Ok(false);
        }
        *seen = now_seen;
        let text: &[u8] = match seen {
            Seen::Text(text) => text,
            Seen::Nothing | Seen::Unreadable(_) => b"{}",
        };
        self.take(file, text)
            .map_err(|source| RegistryError::Broken { file, source })?;
        Ok(true)
    }

    /// Lets a file count from now on.
    fn take(&self, file: RegistryFile, text: &[u8]) -> Result<(), FileError> {
        let now = self.0.clock.now();
        match file {
            RegistryFile::Agents => {
                let agents = said(file, FiledAgent::list(text)?);
                self.change(|filed| filed.with_agents(agents, now));
            }
            RegistryFile::Services => {
                let services = said(file, file::services(text, now)?);
                self.change(|filed| filed.with_services(services));
            }
        }
        Ok(())
    }

    fn change(&self, change: impl FnOnce(&Filed) -> Filed) {
        let mut filed = self.lock();
        *filed = Arc::new(change(&filed));
    }

    fn lock(&self) -> MutexGuard<'_, Arc<Filed>> {
        self.0.filed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What counts now.
    fn filed(&self) -> Arc<Filed> {
        self.lock().clone()
    }
}

/// What is taken of a file. What is not is logged.
fn said<T>(file: RegistryFile, listed: Listed<T>) -> Vec<T> {
    for LeftOut { id, reason } in &listed.left_out {
        tracing::warn!(%file, id, reason, "a record of the registry is left out");
    }
    listed.taken
}

#[cfg(test)]
mod tests;
