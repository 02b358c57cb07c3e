use std::time::Duration;

use orch_core::{StoreError, Timestamp};
use orch_planner::store::WorkerId;

use crate::sql::{Tx, Value};

/// For how long a lapsed worker is remembered, so that it may come back.
const MEMORY: Duration = Duration::from_secs(24 * 60 * 60);

pub(super) async fn begin(
    tx: &mut dyn Tx,
    worker: WorkerId,
    ttl: Duration,
    sole: bool,
) -> Result<(), StoreError> {
    let now = tx.now().await?;
    let forgotten = if sole {
        Timestamp::from_millis(i64::MAX)
    } else {
        now - MEMORY
    };
    let sql = "DELETE FROM orch_workers WHERE alive_until < ?1";
    tx.execute(sql, &[forgotten.into()]).await?;
    let sql = "INSERT INTO orch_workers (id, alive_until) VALUES (?1, ?2) \
               ON CONFLICT (id) DO UPDATE SET alive_until = excluded.alive_until";
    tx.execute(sql, &[Value::text(worker), (now + ttl).into()])
        .await?;
    Ok(())
}

pub(super) async fn heartbeat(tx: &mut dyn Tx, worker: WorkerId, ttl: Duration) -> Result<bool, StoreError> {
    let until = tx.now().await? + ttl;
    let sql = "UPDATE orch_workers SET alive_until = ?2 WHERE id = ?1";
    Ok(tx.execute(sql, &[Value::text(worker), until.into()]).await? == 1)
}

pub(super) async fn end(tx: &mut dyn Tx, worker: WorkerId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM orch_workers WHERE id = ?1", &[Value::text(worker)])
        .await?;
    Ok(())
}

pub(super) async fn is_alive(tx: &mut dyn Tx, worker: WorkerId, now: Timestamp) -> Result<bool, StoreError> {
    let sql = "SELECT id FROM orch_workers WHERE id = ?1 AND alive_until > ?2";
    Ok(!tx
        .query(sql, &[Value::text(worker), now.into()])
        .await?
        .is_empty())
}
