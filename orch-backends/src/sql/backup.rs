//! A copy of a database that is in use.

use std::{
    io,
    path::{Path, PathBuf},
};

use orch_core::{ErrorKind, Failure, StoreError};

use super::SqlStore;

impl SqlStore {
    /// Copies the database into a new file while it is served; see [`Engine::backup`](super::Engine::backup). The copy is
    /// a database of its own, to be opened as any other.
    pub async fn backup(&self, file: &Path) -> Result<(), BackupError> {
        self.engine().backup(file).await
    }
}

/// Why there is no copy of the database.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// The database has tools of its own.
    #[error("only a SQLite file is copied; PostgreSQL has pg_dump and pg_basebackup")]
    Unsupported,
    /// Nothing is overwritten.
    #[error("{} is there already", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The file of the copy cannot be written.
    #[error("{} cannot be written", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The database cannot be read, or the copy not be finished.
    #[error("the database cannot be copied")]
    Store(#[from] StoreError),
}

impl Failure for BackupError {
    fn kind(&self) -> ErrorKind {
        let reason = self.to_string();
        match self {
            Self::Unsupported => ErrorKind::Invalid {
                field: "db".into(),
                reason,
            },
            Self::Exists { .. } => ErrorKind::Conflict { reason },
            Self::File { .. } => ErrorKind::Invalid {
                field: "file".into(),
                reason,
            },
            Self::Store(error) => error.kind(),
        }
    }
}
