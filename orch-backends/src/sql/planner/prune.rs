use orch_core::{StoreError, Timestamp};

use crate::sql::{Tx, Value};

/// Removes runs that ended before a moment. Of replicas that prune at once, each takes others; what ended stays so, and
/// the row count settles who removed it.
pub(super) async fn prune(tx: &mut dyn Tx, ended_before: Timestamp, limit: u32) -> Result<u32, StoreError> {
    let sql = format!(
        "SELECT id FROM orch_runs WHERE phase = 'ended' AND ended_at < ?1 ORDER BY ended_at, id LIMIT ?2{}",
        tx.dialect().skip_locked()
    );
    let due = tx.query(&sql, &[ended_before.into(), limit.into()]).await?;
    let mut n_removed = 0;
    for row in &due {
        let id = [Value::from(row.of("orch_runs").text("id")?)];
        let sql = "DELETE FROM orch_runs WHERE id = ?1 AND phase = 'ended'";
        if tx.execute(sql, &id).await? == 1 {
            tx.execute("DELETE FROM orch_events WHERE stream = ?1", &id)
                .await?;
            n_removed += 1;
        }
    }
    Ok(n_removed)
}
