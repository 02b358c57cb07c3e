//! What only SQLite promises.

mod backup;
mod file;
mod thread;

use std::path::Path;

use orch_backends::{Options, SqlStore};
use orch_core::StoreError;

const INSERT: &str = "INSERT INTO boats (id) VALUES (?1)";

async fn open(path: &Path) -> SqlStore {
    open_with(path, Options::default()).await
}

async fn open_with(path: &Path, options: Options) -> SqlStore {
    let store = SqlStore::connect(&format!("sqlite://{}", path.display()), options)
        .await
        .unwrap();
    store
        .write((), |tx, ()| {
            Box::pin(async move {
                tx.execute(
                    "CREATE TABLE IF NOT EXISTS boats (id BIGINT PRIMARY KEY, n BIGINT, note TEXT)",
                    &[],
                )
                .await
            })
        })
        .await
        .unwrap();
    store
}

async fn insert(store: &SqlStore, id: i64) -> Result<u64, StoreError> {
    store
        .write(id, |tx, id| {
            Box::pin(async move { tx.execute(INSERT, &[(*id).into()]).await })
        })
        .await
}

async fn count(store: &SqlStore) -> i64 {
    store
        .read((), |tx, ()| {
            Box::pin(async move {
                let rows = tx.query("SELECT COUNT(*) AS n FROM boats", &[]).await?;
                rows[0].of("boats").integer("n")
            })
        })
        .await
        .unwrap()
}
