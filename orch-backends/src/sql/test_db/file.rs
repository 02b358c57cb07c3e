//! A SQLite file of its own.

use std::{fs, path::PathBuf};

use orch_core::StoreError;

use super::Options;
use crate::sql::{ConnectError, Durability, SqliteEngine};

/// A directory with a database, removed when dropped.
#[derive(Debug)]
pub(super) struct Directory(PathBuf);

impl Drop for Directory {
    fn drop(&mut self) {
        // What is left behind bothers nobody.
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub(super) fn open(name: &str) -> Result<(SqliteEngine, Directory), ConnectError> {
    let path = std::env::temp_dir().join(name);
    fs::create_dir(&path).map_err(|error| StoreError::Unavailable(Box::new(error)))?;
    let url = format!("sqlite://{}", path.join("orch.db").display());
    let directory = Directory(path);
    // No test cuts the power.
    let options = Options {
        durability: Durability::Normal,
        ..Options::default()
    };
    Ok((SqliteEngine::connect(&url, &options)?, directory))
}
