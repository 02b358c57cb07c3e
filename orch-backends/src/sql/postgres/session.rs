//! A connection that one unit has for itself.

use deadpool_postgres::{Object, Pool};
use orch_core::StoreError;

use super::failure::pool_error;

/// Statements that a connection keeps prepared. A text that is put together has few variants, so this is not reached
/// but by mistake.
const STATEMENTS: usize = 512;

/// A connection of the pool, which goes back there only when its unit is settled.
///
/// Dropped before that, it is closed, so that the server rolls back and no other unit inherits a half-done one.
pub(super) struct Session(Option<Object>);

impl Session {
    pub(super) async fn open(pool: &Pool) -> Result<Self, StoreError> {
        pool.get()
            .await
            .map(|connection| Self(Some(connection)))
            .map_err(pool_error)
    }

    pub(super) fn connection(&self) -> Result<&Object, StoreError> {
        self.0
            .as_ref()
            .ok_or_else(|| StoreError::Broken("the session is over".into()))
    }

    /// Gives the connection back: no transaction is open, and no answer outstanding.
    pub(super) fn settle(mut self) {
        if let Some(connection) = self.0.take()
            && connection.statement_cache.size() > STATEMENTS
        {
            connection.statement_cache.clear();
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Some(connection) = self.0.take() {
            drop(Object::take(connection));
        }
    }
}
