use orch_core::{StoreError, Timestamp};

use super::TABLE;
use crate::sql::{Tx, Value};

/// Removes approvals that were closed before a moment, of which nothing is due and to which nothing has happened since. What is closed stays so, and the row
/// count settles who of several removed it.
pub(super) async fn prune(tx: &mut dyn Tx, closed_before: Timestamp, limit: u32) -> Result<u32, StoreError> {
    let sql = format!(
        "SELECT id FROM orch_approvals WHERE closed_at < ?1 AND due_at IS NULL AND NOT EXISTS \
         (SELECT 1 FROM orch_events WHERE stream = 'approval/' || orch_approvals.id AND at >= ?1) \
         ORDER BY closed_at, id LIMIT ?2{}",
        tx.dialect().skip_locked()
    );
    let over = tx.query(&sql, &[closed_before.into(), limit.into()]).await?;
    let mut n_removed = 0;
    for row in &over {
        let id = row.of(TABLE).text("id")?;
        let key = [Value::from(id)];
        let sql = "DELETE FROM orch_approvals WHERE id = ?1 AND closed_at IS NOT NULL AND due_at IS NULL";
        if tx.execute(sql, &key).await? == 1 {
            let sql = "DELETE FROM orch_approval_viewers WHERE approval = ?1";
            tx.execute(sql, &key).await?;
            let sql = "DELETE FROM orch_events WHERE stream = ?1";
            tx.execute(sql, &[format!("approval/{id}").into()]).await?;
            n_removed += 1;
        }
    }
    Ok(n_removed)
}
