//! Opens connections to one database, all with the same settings.

use std::{
    ffi::OsString,
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

use orch_core::StoreError;
use rusqlite::{Connection, OpenFlags, config::DbConfig, ffi::ErrorCode};

use super::{failure::store_error, session::Session};
use crate::sql::{Durability, Options};

/// How often one who waits for another process's lock looks again. SQLite's own handler slows down to a tenth of a
/// second, and then never meets the short gaps between the commits of a busy writer.
const POLL: Duration = Duration::from_millis(1);

/// Statements that a connection keeps prepared.
pub(super) const STATEMENTS: usize = 256;

/// Where a database is and how it is opened.
#[derive(Clone, Debug)]
pub(super) struct Database {
    path: Option<PathBuf>,
    durability: Durability,
    timeout: Duration,
}

impl Database {
    pub(super) fn in_memory(options: &Options) -> Self {
        Self {
            path: None,
            durability: options.durability,
            timeout: options.timeout,
        }
    }

    pub(super) fn at(path: PathBuf, options: &Options) -> Self {
        Self {
            path: Some(path),
            durability: options.durability,
            timeout: options.timeout,
        }
    }

    /// The connection that writes; it makes the file if need be.
    pub(super) fn open_writer(&self) -> Result<Session, StoreError> {
        let mut connection = self.open().map_err(store_error)?;
        self.prepare_file(&mut connection).map_err(store_error)?;
        Ok(Session::new(connection))
    }

    /// A connection that only reads.
    pub(super) fn open_reader(&self) -> Result<Session, StoreError> {
        let connection = self.open().map_err(store_error)?;
        connection
            .pragma_update(None, "query_only", true)
            .map_err(store_error)?;
        Ok(Session::new(connection))
    }

    /// The file that the serving process locks: the same one by whatever path the database is opened.
    pub(super) fn lock_path(&self) -> Result<PathBuf, StoreError> {
        let path = self.path.clone().unwrap_or_default();
        let mut name: OsString = path
            .canonicalize()
            .map_err(|error| StoreError::Unavailable(Box::new(error)))?
            .into();
        name.push(".lock");
        Ok(name.into())
    }

    fn open(&self) -> rusqlite::Result<Connection> {
        // Each connection is used by one thread at a time, so SQLite need not lock it.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = match &self.path {
            Some(path) => Connection::open_with_flags(path, flags)?,
            None => Connection::open_in_memory_with_flags(flags)?,
        };
        let polls = self.timeout.as_millis() / POLL.as_millis();
        connection.busy_handler(Some(move |n_polls: i32| {
            thread::sleep(POLL);
            u128::try_from(n_polls).is_ok_and(|n_polls| n_polls < polls)
        }))?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        // Otherwise a statement with a range is planned anew whenever the values of the range are bound.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "temp_store", "memory")?;
        connection.pragma_update(None, "cache_size", -16_384)?; // 16 MiB
        Ok(connection)
    }

    /// What concerns the file as a whole.
    fn prepare_file(&self, connection: &mut Connection) -> rusqlite::Result<()> {
        // The switch to a write-ahead log fails at once, without asking the busy handler, when another makes it too.
        let started = Instant::now();
        while let Err(error) = connection.pragma_update(None, "journal_mode", "wal") {
            let is_busy = error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy);
            if !is_busy || started.elapsed() > self.timeout {
                return Err(error);
            }
            thread::sleep(POLL);
        }
        let synchronous = match self.durability {
            Durability::Full => "full",
            Durability::Normal => "normal",
        };
        connection.pragma_update(None, "synchronous", synchronous)?;
        // The first 256 MiB are read without a copy. A connection that reads would map them anew after each commit of the
        // writer, which costs more than the copies of what most reads look at.
        connection.pragma_update(None, "mmap_size", 268_435_456)?;
        // 16 MiB: what is written again and again goes into the database less often, and one table still finds each page.
        connection.pragma_update(None, "wal_autocheckpoint", 4096)?;
        connection.pragma_update(None, "journal_size_limit", 67_108_864) // 64 MiB
    }
}
