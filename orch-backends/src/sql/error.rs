//! Why a database cannot be used.

use std::path::PathBuf;

use orch_core::{ErrorKind, Failure, StoreError};

/// A database cannot be opened, brought up to date or served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The URL or an option cannot be meant; the URL is not repeated, as it may hold a password.
    #[error("the database url or its options are invalid: {reason}")]
    Invalid {
        /// What is wrong.
        reason: String,
    },
    /// No engine for this kind of database was compiled in.
    #[error("no engine for {scheme}:// databases was compiled in")]
    Unsupported {
        /// The scheme of the URL.
        scheme: String,
    },
    /// A later release has migrated the database.
    #[error("the database has migration {number} ({name}), which is newer than this program")]
    Newer {
        /// The first migration that this program does not know.
        number: i64,
        /// Its name.
        name: String,
    },
    /// A migration was applied with another text than this program has.
    #[error("migration {number} ({name}) was applied to the database in another form")]
    Altered {
        /// The migration.
        number: i64,
        /// Its name, as this program knows it.
        name: String,
    },
    /// Another process serves this database.
    #[error("another process serves this database: it holds {}", path.display())]
    Served {
        /// The file that it has locked.
        path: PathBuf,
    },
    /// The database failed.
    #[error("the database cannot be used")]
    Store(#[from] StoreError),
}

impl ConnectError {
    pub(crate) fn invalid(reason: impl Into<String>) -> Self {
        Self::Invalid {
            reason: reason.into(),
        }
    }
}

impl Failure for ConnectError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Invalid { reason } => ErrorKind::Invalid {
                field: "db".into(),
                reason: reason.clone(),
            },
            Self::Unsupported { .. } => ErrorKind::Invalid {
                field: "db".into(),
                reason: self.to_string(),
            },
            Self::Newer { .. } | Self::Altered { .. } | Self::Served { .. } => ErrorKind::Conflict {
                reason: self.to_string(),
            },
            Self::Store(error) => error.kind(),
        }
    }
}
