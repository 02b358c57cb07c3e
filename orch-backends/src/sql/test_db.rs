//! Fresh databases for the tests of stores, here and in a host.

#![expect(clippy::expect_used, reason = "a test cannot go on without its database")]

mod disposable;
#[cfg(feature = "sqlite")]
mod file;
#[cfg(feature = "postgres")]
mod schema;

use std::{
    process,
    sync::atomic::{AtomicU32, Ordering},
};

use orch_core::{Clock, SystemClock};

use self::disposable::Disposable;
use super::{Options, SqlStore};

/// A store on a file of its own, which is deleted with the store.
///
/// # Panics
///
/// When the file cannot be made.
#[cfg(feature = "sqlite")]
pub async fn sqlite() -> SqlStore {
    let store = empty_sqlite();
    store.migrate().await.expect("the migrations");
    store
}

/// A store in a schema of its own on the server that `ORCH_TEST_POSTGRES` names; the schema is dropped with the
/// store.
///
/// `None` when the variable is not set, which is said once on the standard error, where no test captures it.
///
/// # Panics
///
/// When the server cannot be used.
#[cfg(feature = "postgres")]
pub async fn postgres() -> Option<SqlStore> {
    let store = empty_postgres().await?;
    store.migrate().await.expect("the migrations");
    Some(store)
}

/// As [`postgres`], twice over one schema: each store has connections of its own, as two processes would.
///
/// # Panics
///
/// When the server cannot be used.
#[cfg(feature = "postgres")]
pub async fn postgres_twice() -> Option<[SqlStore; 2]> {
    let url = postgres_url()?;
    let opened = schema::open_twice(url, unique_name()).await;
    let (engines, schema) = opened.expect("the server of ORCH_TEST_POSTGRES");
    let schema = std::sync::Arc::new(schema);
    let stores = engines.map(|engine| SqlStore::new(Disposable::new(engine, schema.clone())));
    stores[0].migrate().await.expect("the migrations");
    Some(stores)
}

/// The server that `ORCH_TEST_POSTGRES` names; `None`, with a word on the standard error, when it is not set.
#[cfg(feature = "postgres")]
pub fn postgres_url() -> Option<String> {
    use std::{io::Write, sync::Once};

    static SKIPPED: Once = Once::new();

    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where tests learn of their server"
    )]
    let url = std::env::var("ORCH_TEST_POSTGRES")
        .ok()
        .filter(|url| !url.is_empty());
    if url.is_none() {
        SKIPPED.call_once(|| {
            let line = "PostgreSQL laws skipped: ORCH_TEST_POSTGRES is not set";
            // Not `eprintln!`, which tests capture. A closed standard error is no reason to fail.
            let _ = writeln!(std::io::stderr(), "{line}");
        });
    }
    url
}

/// As [`sqlite`], without tables.
#[cfg(feature = "sqlite")]
pub(super) fn empty_sqlite() -> SqlStore {
    let (engine, directory) = file::open(&unique_name()).expect("a directory for temporary files");
    SqlStore::new(Disposable::new(engine, directory))
}

/// As [`postgres`], without tables.
#[cfg(feature = "postgres")]
pub(super) async fn empty_postgres() -> Option<SqlStore> {
    let url = postgres_url()?;
    let (engine, schema) = schema::open(url, unique_name())
        .await
        .expect("the server of ORCH_TEST_POSTGRES");
    Some(SqlStore::new(Disposable::new(engine, schema)))
}

/// Tells databases apart, those of other processes too.
fn unique_name() -> String {
    static DATABASES: AtomicU32 = AtomicU32::new(0);
    let n_databases = DATABASES.fetch_add(1, Ordering::Relaxed);
    format!(
        "orch_test_{}_{}_{n_databases}",
        SystemClock.now().as_millis(),
        process::id()
    )
}
