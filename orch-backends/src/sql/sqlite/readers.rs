//! The connections that read.

use std::sync::{Arc, Mutex, PoisonError};

use orch_core::{Clock, StoreError};

use super::{
    connection::Database,
    session::Session,
    tx::{self, Access},
};
use crate::sql::{Options, Unit};

/// Reads on the thread of the caller: waking another would take longer than most reads.
#[derive(Debug)]
pub(super) struct Readers {
    database: Database,
    clock: Arc<dyn Clock>,
    /// Open and in nobody's use.
    idle: Mutex<Vec<Session>>,
    most_idle: usize,
}

impl Readers {
    pub(super) fn of(database: Database, options: &Options) -> Self {
        Self {
            database,
            clock: Arc::clone(&options.clock),
            idle: Mutex::default(),
            most_idle: options.connections.max(1),
        }
    }

    /// What they read.
    pub(super) fn database(&self) -> &Database {
        &self.database
    }

    /// Runs a unit outside any transaction: each of its queries sees the newest commit.
    ///
    /// No read is ever suspended, so there are never more connections than threads that read at once; none waits.
    pub(super) fn read(&self, unit: &dyn Unit) -> Result<(), StoreError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut session = match idle {
            Some(session) => session,
            None => self.database.open_reader()?,
        };
        let outcome = tx::run(unit, &mut session, &*self.clock, Access::Read);
        // A unit that left a transaction open would hold back the write-ahead log for good.
        if session.connection.is_autocommit() {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            if idle.len() < self.most_idle {
                idle.push(session);
            }
        }
        outcome
    }
}
