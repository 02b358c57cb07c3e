//! The embedded engine: one writer thread with group commit, and readers beside it.

mod backup;
mod connection;
mod failure;
mod readers;
mod session;
mod tx;
mod writer;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use orch_core::StoreError;

use self::{connection::Database, readers::Readers, tx::Access, writer::Writer};
use super::{BackupError, ConnectError, Dialect, Engine, Options, ServingLock, Unit};

/// Runs units of work on a SQLite file.
///
/// Units that write run on one thread of the engine's own, and those that queue there share a transaction and its one
/// sync to the disk, and are acknowledged only after it. When one of them fails, all that share its transaction are
/// undone and done again, each behind a savepoint of its own. Units that only read run on the thread of their caller, on
/// connections of their own, which see every acknowledged write and wait for none. The thread ends when the engine is
/// dropped, after the units that were queued.
///
/// Another process may write to the same file at the same time (it waits its turn), but only one may serve it.
#[derive(Debug)]
pub struct SqliteEngine {
    writer: Writer,
    /// None in memory, where the one connection is all there is.
    readers: Option<Readers>,
    lock_path: Option<PathBuf>,
}

impl SqliteEngine {
    /// Opens or makes the database that `url` names: `sqlite://relative`, `sqlite:///absolute` or `sqlite::memory:`.
    ///
    /// # Errors
    ///
    /// [`ConnectError::Invalid`] for another URL, [`ConnectError::Store`] when the file cannot be opened.
    pub fn connect(url: &str, options: &Options) -> Result<Self, ConnectError> {
        let path = match url.strip_prefix("sqlite://") {
            Some(path) => path,
            None if url == "sqlite::memory:" => ":memory:",
            None => return Err(ConnectError::invalid("expected sqlite://path")),
        };
        if path.is_empty() || path.contains(['?', '#', '\0']) {
            return Err(ConnectError::invalid("a sqlite:// url is a path alone"));
        }
        if path == ":memory:" {
            let database = Database::in_memory(options);
            let writer = Writer::start(database.open_writer()?, Arc::clone(&options.clock))?;
            return Ok(Self {
                writer,
                readers: None,
                lock_path: None,
            });
        }
        let database = Database::at(path.into(), options);
        let connection = database.open_writer()?;
        let lock_path = database.lock_path()?;
        Ok(Self {
            writer: Writer::start(connection, Arc::clone(&options.clock))?,
            readers: Some(Readers::of(database, options)),
            lock_path: Some(lock_path),
        })
    }
}

#[async_trait]
impl Engine for SqliteEngine {
    async fn write(&self, unit: Arc<dyn Unit>) -> Result<(), StoreError> {
        self.writer.run(unit, Access::Write).await
    }

    async fn read(&self, unit: Arc<dyn Unit>) -> Result<(), StoreError> {
        match &self.readers {
            Some(readers) => readers.read(&*unit),
            None => self.writer.run(unit, Access::Read).await,
        }
    }

    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn is_exclusive(&self) -> bool {
        true
    }

    fn serve(&self) -> Result<Option<ServingLock>, ConnectError> {
        self.lock_path.clone().map(ServingLock::acquire).transpose()
    }

    async fn backup(&self, file: &Path) -> Result<(), BackupError> {
        match &self.readers {
            Some(readers) => backup::run(readers.database().clone(), file).await,
            None => Err(BackupError::Unsupported),
        }
    }
}
