use orch_core::StoreError;
use orch_planner::{RunRecord, store::WorkerId};

use super::{run, worker::is_alive};
use crate::sql::{Tx, Value};

/// Takes runs that have something to do and no live worker. What the query finds is settled by the row count of the
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
        "SELECT {} FROM orch_runs r WHERE r.phase = 'ready' AND (r.worker IS NULL OR NOT EXISTS \
         (SELECT 1 FROM orch_workers w WHERE w.id = r.worker AND w.alive_until > ?1)) ORDER BY r.id LIMIT ?2{}",
        run::COLUMNS,
        tx.dialect().skip_locked()
    );
    let free = tx.query(&sql, &[now.into(), limit.into()]).await?;
    let mut claimed = Vec::with_capacity(free.len());
    for row in &free {
        let mut run = run::read(row)?;
        let sql = "UPDATE orch_runs SET worker = ?3, epoch = epoch + 1 WHERE id = ?1 AND epoch = ?2 AND phase = 'ready'";
        let values = [Value::text(run.id), run::integer(run.epoch)?, Value::text(worker)];
        if tx.execute(sql, &values).await? == 1 {
            run.worker = Some(worker);
            run.epoch += 1;
            claimed.push(run);
        }
    }
    Ok(claimed)
}
