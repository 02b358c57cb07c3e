//! Requests that are on their way now, so that a repeated one joins instead of being made again.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use orch_auth::PartyId;
use orch_core::Timestamp;
use tokio::sync::watch;

use super::error::TransactError;
use crate::{store::Name, transaction::Transaction};

/// The transactions that are on their way in this process.
#[derive(Clone, Debug, Default)]
pub(super) struct Flights(Arc<Mutex<Map>>);

type Map = HashMap<(PartyId, Name), Arc<Flight>>;

/// One of them.
#[derive(Debug)]
pub(super) struct Flight {
    content: [u8; 32],
    n_joined: AtomicU32,
    landed: watch::Sender<Option<Landed>>,
}

/// What came of a flight.
#[derive(Clone, Debug)]
pub(super) enum Landed {
    /// The transaction has ended.
    Ended(Arc<Transaction>),
    /// Its provider has not begun, for this reason.
    NotExecuted(Arc<TransactError>),
    /// Whoever led it has left before it began: somebody else leads.
    Abandoned,
}

/// What a request finds that asks for a name.
#[derive(Debug)]
pub(super) enum Boarded {
    /// It is the first, and leads.
    Leads(Lead),
    /// Another one leads, and asks for the same.
    Joined(Arc<Flight>),
    /// Another one leads, and asks for something else.
    Conflict,
}

/// Leads a flight. Dropping it before it has landed abandons the flight.
#[derive(Debug)]
pub(super) struct Lead {
    flights: Flights,
    names: Vec<(PartyId, Name)>,
    flight: Arc<Flight>,
}

/// What a flight is found by: a signature is the same whenever its window began.
fn way(consumer: &PartyId, name: Name) -> (PartyId, Name) {
    let name = match name {
        Name::Signature(digest, _) => Name::Signature(digest, Timestamp::from_millis(0)),
        Name::Id(_) | Name::Key(_) => name,
    };
    (consumer.clone(), name)
}

impl Flights {
    /// Leads the flight of a name, or joins it.
    pub(super) fn board(&self, consumer: &PartyId, name: Name, content: [u8; 32]) -> Boarded {
        let name = way(consumer, name);
        match self.lock().entry(name.clone()) {
            Entry::Occupied(known) => {
                let flight = known.get();
                if flight.content != content {
                    return Boarded::Conflict;
                }
                flight.n_joined.fetch_add(1, Ordering::Relaxed);
                Boarded::Joined(flight.clone())
            }
            Entry::Vacant(free) => {
                let flight = Arc::new(Flight {
                    content,
                    n_joined: AtomicU32::new(0),
                    landed: watch::Sender::new(None),
                });
                free.insert(flight.clone());
                Boarded::Leads(Lead {
                    flights: self.clone(),
                    names: vec![name],
                    flight,
                })
            }
        }
    }

    /// The flight of a name, if there is one.
    pub(super) fn find(&self, consumer: &PartyId, name: Name) -> Option<Arc<Flight>> {
        self.lock().get(&way(consumer, name)).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, Map> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Flight {
    /// Returns what came of it.
    pub(super) async fn landed(&self) -> Landed {
        let mut landed = self.landed.subscribe();
        let landed = landed.wait_for(Option::is_some).await;
        landed
            .ok()
            .and_then(|landed| landed.clone())
            .unwrap_or(Landed::Abandoned)
    }

    /// How many joined it.
    pub(super) fn n_joined(&self) -> u32 {
        self.n_joined.load(Ordering::Relaxed)
    }
}

impl Lead {
    pub(super) fn flight(&self) -> Arc<Flight> {
        self.flight.clone()
    }

    /// Has the flight found under another name as well. `false` if another flight has it.
    pub(super) fn also(&mut self, consumer: &PartyId, name: Name) -> bool {
        let name = way(consumer, name);
        match self.flights.lock().entry(name.clone()) {
            Entry::Occupied(known) => Arc::ptr_eq(known.get(), &self.flight),
            Entry::Vacant(free) => {
                free.insert(self.flight.clone());
                self.names.push(name);
                true
            }
        }
    }

    /// Says what came of it. The flight is over.
    pub(super) fn land(self, landed: Landed) {
        self.flight.landed.send_replace(Some(landed));
    }
}

impl Drop for Lead {
    fn drop(&mut self) {
        let mut flights = self.flights.lock();
        for name in &self.names {
            flights.remove(name);
        }
        drop(flights);
        self.flight.landed.send_if_modified(|landed| {
            let is_open = landed.is_none();
            if is_open {
                *landed = Some(Landed::Abandoned);
            }
            is_open
        });
    }
}
