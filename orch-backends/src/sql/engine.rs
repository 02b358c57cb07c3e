//! The port that a database stands behind.

#[cfg(any(test, feature = "testing"))]
pub mod conformance;

use std::{
    fmt,
    fs::File,
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use orch_core::{StoreError, event::Bell};

use super::{BackupError, ConnectError, Dialect, Tx};

/// A unit of work: statements that happen together or not at all.
///
/// Store methods are written as closures, which [`SqlStore::write`](super::SqlStore::write) makes units of.
pub trait Unit: Send + Sync + 'static {
    /// Runs the statements. It may be called again when the engine had to give up an attempt.
    fn run<'t>(&'t self, tx: &'t mut dyn Tx) -> BoxFuture<'t, Result<(), StoreError>>;
}

/// Runs units of work on a database. Every store stands on it, so a host on another driver implements this alone.
#[async_trait]
pub trait Engine: fmt::Debug + Send + Sync + 'static {
    /// Runs a unit in a transaction and commits it.
    ///
    /// It returns `Ok` only after the commit is as durable as the engine promises. When the unit fails, when it
    /// panics, or when a statement of it failed even though the unit hides that, nothing of it remains, and the
    /// failure is returned. When the returned future is dropped, the unit happens whole or not at all.
    async fn write(&self, unit: Arc<dyn Unit>) -> Result<(), StoreError>;

    /// Runs a unit that only reads; a statement that writes fails.
    async fn read(&self, unit: Arc<dyn Unit>) -> Result<(), StoreError>;

    /// The SQL that it speaks.
    fn dialect(&self) -> Dialect;

    /// Whether one process alone may serve this database, so that whoever holds the serving lock knows every other
    /// worker to be dead.
    fn is_exclusive(&self) -> bool;

    /// Takes the leave to serve this database, to be held as long as the process serves; `None` where several may.
    ///
    /// # Errors
    ///
    /// [`ConnectError::Served`] while another process holds it.
    fn serve(&self) -> Result<Option<ServingLock>, ConnectError>;

    /// Copies the database into a new file while it is served: all that was acknowledged before, and nothing by halves.
    ///
    /// # Errors
    ///
    /// [`BackupError::Unsupported`] where the database has tools of its own for that.
    async fn backup(&self, _file: &Path) -> Result<(), BackupError> {
        Err(BackupError::Unsupported)
    }

    /// What carries news to the other processes that share this database; none where they only find out by looking.
    fn bell(&self) -> Option<Arc<dyn Bell>> {
        None
    }
}

/// The leave to serve a database that one process alone may serve. It ends when dropped, and with the process.
#[derive(Debug)]
pub struct ServingLock {
    path: PathBuf,
    _file: File,
}

impl ServingLock {
    /// Locks the file at `path`, which is made if need be and stays behind, empty.
    ///
    /// # Errors
    ///
    /// [`ConnectError::Served`] while another holds it; [`ConnectError::Store`] when the file cannot be used.
    pub fn acquire(path: PathBuf) -> Result<Self, ConnectError> {
        let unavailable = |error| ConnectError::Store(StoreError::Unavailable(Box::new(error)));
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(unavailable)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { path, _file: file }),
            Err(std::fs::TryLockError::WouldBlock) => Err(ConnectError::Served { path }),
            Err(std::fs::TryLockError::Error(error)) => Err(unavailable(error)),
        }
    }

    /// The locked file.
    pub fn path(&self) -> &std::path::Path {
        &self.path
    }
}

/// What became of a unit that panicked.
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub(super) fn panicked(payload: &(dyn std::any::Any + Send)) -> StoreError {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    StoreError::Broken(format!("a unit of work panicked: {}", text.unwrap_or("without a message")).into())
}
