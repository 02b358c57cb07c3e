//! A copy of the file while others write to it.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    thread,
};

use orch_core::StoreError;
use rusqlite::{Connection, OpenFlags, backup::Backup};
use tokio::sync::oneshot;

use super::{connection::Database, failure::store_error};
use crate::sql::BackupError;

/// Copies on a thread of its own, under a name that says it is not whole until it is.
pub(super) async fn run(database: Database, file: &Path) -> Result<(), BackupError> {
    let (file, (sender, copied)) = (file.to_owned(), oneshot::channel());
    let copying = move || drop(sender.send(copy(&database, &file)));
    let thread = thread::Builder::new()
        .name("orch-backup".to_owned())
        .spawn(copying);
    thread.map_err(|error| StoreError::Unavailable(Box::new(error)))?;
    copied
        .await
        .unwrap_or_else(|_| Err(StoreError::Broken("the copying thread has panicked".into()).into()))
}

fn copy(database: &Database, file: &Path) -> Result<(), BackupError> {
    let path = file.to_owned();
    if file.exists() {
        return Err(BackupError::Exists { path });
    }
    let failed = |source| BackupError::File {
        path: path.clone(),
        source,
    };
    let part = part_of(file);
    // Claims the name, so that two copies at once do not mix.
    drop(File::create_new(&part).map_err(failed)?);
    let whole = write(database, &part).map_err(BackupError::from).and_then(|()| {
        File::open(&part)
            .and_then(|part| part.sync_all())
            .map_err(failed)?;
        // Unlike a rename, a link replaces nothing that came in the meantime.
        fs::hard_link(&part, file).map_err(failed)
    });
    // What is left behind bothers nobody.
    let _ = fs::remove_file(&part);
    whole
}

/// All pages in one step, which is one read of the database: writers go on beside it, and never make it begin anew.
fn write(database: &Database, part: &Path) -> Result<(), StoreError> {
    let source = database.open_reader()?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut target = Connection::open_with_flags(part, flags).map_err(store_error)?;
    let backup = Backup::new(&source.connection, &mut target).map_err(store_error)?;
    backup.step(-1).map_err(store_error)?;
    drop(backup);
    target.close().map_err(|(_, error)| store_error(error))
}

fn part_of(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".part");
    name.into()
}
