use std::collections::HashSet;

use orch_core::{RunId, StoreError};
use orch_planner::{RunRecord, orchestration::FORM, store::WorkerId};

use super::{run, worker::is_alive};
use crate::sql::{Row, Tx, Value};

/// Takes runs that have something to do and no live worker, and whose log this release can read. What the query finds is settled by the row count of the
/// conditional update, so that each run gets one worker.
pub(super) async fn claim(
    tx: &mut dyn Tx,
    worker: WorkerId,
    limit: u32,
) -> Result<Vec<RunRecord>, StoreError> {
    let now = tx.now().await?;
    if !is_alive(tx, worker, now).await? {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT {} FROM orch_runs r WHERE r.phase = 'ready' AND r.form <= ?3 AND (r.worker IS NULL OR NOT EXISTS \
         (SELECT 1 FROM orch_workers w WHERE w.id = r.worker AND w.alive_until > ?1)) ORDER BY r.id LIMIT ?2{}",
        run::COLUMNS,
        tx.dialect().skip_locked()
    );
    let free = tx.query(&sql, &[now.into(), limit.into(), FORM.into()]).await?;
    give(tx, worker, &read(&free)?).await
}

/// Takes runs that are the worker's own and that it does not drive, in the same way.
pub(super) async fn reclaim(
    tx: &mut dyn Tx,
    worker: WorkerId,
    driven: &[RunId],
    limit: u32,
) -> Result<Vec<RunRecord>, StoreError> {
    let now = tx.now().await?;
    if !is_alive(tx, worker, now).await? {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT {} FROM orch_runs WHERE phase = 'ready' AND worker = ?1 AND form <= ?3 ORDER BY id LIMIT ?2{}",
        run::COLUMNS,
        tx.dialect().skip_locked()
    );
    // Among so many there are as many as wanted that are not driven, if there are as many at all.
    let n_read = u64::from(limit) + driven.len() as u64;
    let own = [Value::text(worker), run::integer(n_read)?, FORM.into()];
    let driven: HashSet<&RunId> = driven.iter().collect();
    let mut lost = read(&tx.query(&sql, &own).await?)?;
    lost.retain(|run| !driven.contains(&run.id));
    lost.truncate(limit as usize);
    give(tx, worker, &lost).await
}

fn read(rows: &[Row]) -> Result<Vec<RunRecord>, StoreError> {
    rows.iter().map(run::read).collect()
}

/// Gives a worker those of the runs that are as they were read, each under a new epoch.
async fn give(tx: &mut dyn Tx, worker: WorkerId, found: &[RunRecord]) -> Result<Vec<RunRecord>, StoreError> {
    let mut given = Vec::with_capacity(found.len());
    for run in found {
        let sql = "UPDATE orch_runs SET worker = ?3, epoch = epoch + 1 WHERE id = ?1 AND epoch = ?2 AND phase = 'ready'";
        let values = [Value::text(run.id), run::integer(run.epoch)?, Value::text(worker)];
        if tx.execute(sql, &values).await? == 1 {
            given.push(RunRecord {
                worker: Some(worker),
                epoch: run.epoch + 1,
                ..run.clone()
            });
        }
    }
    Ok(given)
}
