//! What PostgreSQL's errors mean.

use std::{error::Error, io};

use deadpool_postgres::PoolError;
use orch_core::StoreError;
use tokio_postgres::error::SqlState;

/// Why an attempt at a unit failed.
pub(super) enum Failure {
    /// Because of another unit: the same one may succeed now.
    Repeatable(StoreError),
    /// For good.
    Final(StoreError),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Final(error)
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Repeatable(error) | Failure::Final(error) => error,
        }
    }
}

/// Whether the server gave a transaction up because of another one.
pub(super) fn is_repeatable(error: &tokio_postgres::Error) -> bool {
    matches!(
        error.code(),
        Some(&SqlState::T_R_SERIALIZATION_FAILURE | &SqlState::T_R_DEADLOCK_DETECTED)
    )
}

/// The meaning of an error: that the server refuses to work now, or that the statement is at fault.
pub(super) fn store_error(error: tokio_postgres::Error) -> StoreError {
    let is_away = match error.code() {
        Some(code) => is_away(code) || is_repeatable(&error),
        None => error.is_closed() || error.source().is_some_and(<dyn Error>::is::<io::Error>),
    };
    if is_away {
        StoreError::Unavailable(Box::new(error))
    } else {
        StoreError::Broken(Box::new(error))
    }
}

/// Whatever keeps the pool from giving a connection, waiting can help.
pub(super) fn pool_error(error: PoolError) -> StoreError {
    StoreError::Unavailable(Box::new(error))
}

fn is_away(code: &SqlState) -> bool {
    // Connections, resources, operators and the system; and the timeouts that we set.
    let classes = ["08", "53", "57", "58"];
    let timeouts = [
        SqlState::LOCK_NOT_AVAILABLE,
        SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
    ];
    classes.iter().any(|class| code.code().starts_with(class)) || timeouts.contains(code)
}
