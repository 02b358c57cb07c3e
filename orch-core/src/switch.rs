//! The switch that stops an agent, an account, or everything.

mod store;

pub use store::SwitchStore;
#[cfg(any(test, feature = "testing"))]
pub use store::conformance;
#[cfg(feature = "memory")]
pub use store::in_memory::InMemorySwitch;

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::watch;

use crate::{AccountId, AgentId, Clock, Entity, ErrorKind, Failure, StoreError, Timestamp};

/// What can be stopped.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stoppable {
    /// All calls of all agents.
    Everything,
    /// The calls of an agent, whoever makes them.
    Agent(AgentId),
    /// The calls that an account makes: it is suspended.
    Account(AccountId),
}

impl fmt::Display for Stoppable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everything => f.write_str("everything"),
            Self::Agent(agent) => write!(f, "agent {agent}"),
            Self::Account(account) => write!(f, "account {account}"),
        }
    }
}

/// That something is stopped, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} is stopped: {reason}")]
pub struct Stop {
    /// What.
    pub what: Stoppable,
    /// Why, for people.
    pub reason: String,
    /// Since when.
    pub at: Timestamp,
}

impl Failure for Stop {
    fn kind(&self) -> ErrorKind {
        match &self.what {
            Stoppable::Agent(agent) => ErrorKind::Unavailable {
                entity: Entity::Agent,
                id: agent.to_string(),
                last_seen: None,
                retry_after: None,
            },
            Stoppable::Everything | Stoppable::Account(_) => ErrorKind::Forbidden {
                reason: self.to_string(),
            },
        }
    }
}

/// Why nothing was stopped or started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SwitchError {
    /// More is stopped already than can be looked at before every call.
    #[error("{} things are stopped already", Switch::MAX_STOPS)]
    TooMany,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Failure for SwitchError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::TooMany => ErrorKind::Conflict {
                reason: self.to_string(),
            },
            Self::Store(error) => error.kind(),
        }
    }
}

/// Stops an agent, an account or everything, and starts it again. Cloning is cheap; clones are one switch.
///
/// It is for the operator of the host, so nobody is asked for leave. What is stopped in one process is known in all
/// others that share its store within [`FRESH`](Self::FRESH).
#[derive(Clone, Debug)]
pub struct Switch(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    store: Arc<dyn SwitchStore>,
    clock: Arc<dyn Clock>,
    known: Mutex<Known>,
    /// Counts what was stopped or started here, for those who cannot wait for what is known to grow old.
    turns: watch::Sender<u64>,
}

#[derive(Clone, Debug, Default)]
struct Known {
    stops: Arc<HashMap<Stoppable, Stop>>,
    at: Option<Timestamp>,
}

impl Switch {
    /// How old may be what is known of other processes.
    pub const FRESH: Duration = Duration::from_secs(1);
    /// The most that can be stopped at once.
    pub const MAX_STOPS: u32 = 10_000;
    /// The most characters of a reason that are kept.
    pub const MAX_REASON: usize = 300;

    /// A switch over a store.
    pub fn new(store: Arc<dyn SwitchStore>, clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Shared {
            store,
            clock,
            known: Mutex::default(),
            turns: watch::Sender::default(),
        }))
    }

    /// Stops it; returns once that is durable. A second time only the reason changes, and since when.
    ///
    /// # Errors
    /// [`TooMany`](SwitchError::TooMany), or the store failed.
    pub async fn stop(&self, what: Stoppable, reason: &str) -> Result<(), SwitchError> {
        let stop = Stop {
            what,
            reason: reason.chars().take(Self::MAX_REASON).collect(),
            at: self.0.clock.now(),
        };
        if !self.0.store.stop(&stop, Self::MAX_STOPS).await? {
            return Err(SwitchError::TooMany);
        }
        self.turned();
        Ok(())
    }

    /// Starts it again; `false` if it was not stopped.
    ///
    /// # Errors
    /// The store failed.
    pub async fn start(&self, what: &Stoppable) -> Result<bool, SwitchError> {
        let was_stopped = self.0.store.start(what).await?;
        self.turned();
        Ok(was_stopped)
    }

    /// All that is stopped, in the order of what it is.
    ///
    /// # Errors
    /// The store failed.
    pub async fn list(&self) -> Result<Vec<Stop>, SwitchError> {
        Ok(self.0.store.list().await?)
    }

    /// What stops this account's call of this agent, if anything does.
    ///
    /// # Errors
    /// The store failed: then nobody knows, and nothing may be sent.
    pub async fn check(
        &self,
        account: &AccountId,
        agent: Option<AgentId>,
    ) -> Result<Option<Stop>, StoreError> {
        let stops = self.known().await?;
        if stops.is_empty() {
            return Ok(None);
        }
        let stop = stops.get(&Stoppable::Everything);
        let stop = stop.or_else(|| stops.get(&Stoppable::Account(account.clone())));
        let stop = stop.or_else(|| stops.get(&Stoppable::Agent(agent?)));
        Ok(stop.cloned())
    }

    /// Returns when something is stopped or started in this process the next time, for who cannot wait for what is known
    /// to grow old.
    pub async fn turn(&self) {
        // We hold the sender ourselves, so waiting cannot fail.
        let _ = self.0.turns.subscribe().changed().await;
    }

    async fn known(&self) -> Result<Arc<HashMap<Stoppable, Stop>>, StoreError> {
        let now = self.0.clock.now();
        let known = self.lock().clone();
        if known
            .at
            .is_some_and(|at| at <= now && now.since(at) < Self::FRESH)
        {
            return Ok(known.stops);
        }
        let turn = *self.0.turns.borrow();
        let stops = self.0.store.list().await?;
        let stops: HashMap<Stoppable, Stop> =
            stops.into_iter().map(|stop| (stop.what.clone(), stop)).collect();
        let stops = Arc::new(stops);
        let mut known = self.lock();
        // What was turned while we read is read again.
        if *self.0.turns.borrow() == turn {
            *known = Known {
                stops: stops.clone(),
                at: Some(now),
            };
        }
        Ok(stops)
    }

    /// What is known is not true any more.
    fn turned(&self) {
        let mut known = self.lock();
        known.at = None;
        self.0.turns.send_modify(|turns| *turns += 1);
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
