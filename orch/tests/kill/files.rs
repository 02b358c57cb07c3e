//! What lives have in common, and what is left of them.

use std::{path::PathBuf, time::Duration};

use orch::backends::{SqlStore, sql::Options};

use crate::Fallible;

/// How long a transaction of a process that stands still keeps its rows from others.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(2);

/// A database, and what is beside it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Files {
    pub(crate) url: String,
    /// Where in the database; it means nothing to SQLite.
    pub(crate) schema: String,
    /// What the agents did outside of the database.
    pub(crate) effects: PathBuf,
}

impl Files {
    /// Opens the database to be served. What is acknowledged is durable: that is the default.
    pub(crate) async fn serve(&self) -> Fallible<SqlStore> {
        let mut options = self.options();
        if self.is_shared() {
            options.timeout = TIMEOUT;
        }
        Ok(SqlStore::connect(&self.url, options).await?)
    }

    /// Opens the database to look into it.
    pub(crate) async fn open(&self) -> Fallible<SqlStore> {
        Ok(SqlStore::connect(&self.url, self.options()).await?)
    }

    fn options(&self) -> Options {
        let mut options = Options::default();
        if self.is_shared() {
            options.schema.clone_from(&self.schema);
            options.connections = 8;
        }
        options
    }

    /// Whether several processes serve the database at once.
    pub(crate) fn is_shared(&self) -> bool {
        self.url.starts_with("postgres")
    }

    pub(crate) fn arguments(&self) -> [String; 3] {
        let effects = self.effects.display().to_string();
        [self.url.clone(), self.schema.clone(), effects]
    }

    pub(crate) fn parse(arguments: &mut impl Iterator<Item = String>) -> Option<Self> {
        Some(Self {
            url: arguments.next()?,
            schema: arguments.next()?,
            effects: arguments.next()?.into(),
        })
    }
}
