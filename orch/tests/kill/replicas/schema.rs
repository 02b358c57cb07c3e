//! A schema of its own on a server that others use as well.

use std::process;

use orch::{Clock, SystemClock};
use tokio::runtime::Runtime;

use crate::{Fallible, files::Files};

/// Tells schemas apart, those of other processes too.
pub(crate) fn unique_name() -> String {
    format!("orch_kill_{}_{}", SystemClock.now().as_millis(), process::id())
}

/// Removes it with all that is in it.
pub(crate) fn remove(files: &Files, runtime: &Runtime) -> Fallible<()> {
    runtime.block_on(async {
        let store = files.open().await?;
        let sql = format!("DROP SCHEMA {} CASCADE", files.schema);
        let dropped = store.write(sql, |tx, sql| Box::pin(async move { tx.execute(sql, &[]).await }));
        dropped.await?;
        Ok(())
    })
}
