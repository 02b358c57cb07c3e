use orch_core::{Event, StoreError};
use orch_planner::{RunRecord, orchestration::FORM, store::Insertion};

use super::run::{COLUMNS, find, find_by_key, integer, phase};
use crate::sql::{Tx, Value, events};

pub(super) async fn insert(
    tx: &mut dyn Tx,
    run: &RunRecord,
    events: &[Event],
) -> Result<Insertion, StoreError> {
    let sql = format!(
        "INSERT INTO orch_runs ({COLUMNS}, form) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16) ON CONFLICT DO NOTHING"
    );
    let key = run.key.as_ref();
    let values = [
        Value::text(run.id),
        run.account.as_str().into(),
        phase(run.status).into(),
        run.status.name().into(),
        integer(run.seq)?,
        run.worker.map_or(Value::Null, Value::text),
        integer(run.epoch)?,
        key.map_or(Value::Null, |key| (&key.key).into()),
        key.map_or(Value::Null, |key| (&key.fingerprint).into()),
        run.summary.goal.as_ref().map_or(Value::Null, Value::from),
        integer(run.summary.n_steps as u64)?,
        run.summary.price.minor().into(),
        run.summary.price.currency().code().into(),
        run.created_at.into(),
        run.ended_at.map_or(Value::Null, Value::from),
        FORM.into(),
    ];
    if tx.execute(&sql, &values).await? == 1 {
        events::insert(tx, events).await?;
        return Ok(Insertion::New);
    }
    if let Some(first) = find(tx, run.id).await? {
        return Ok(Insertion::Taken(Box::new(first)));
    }
    let first = match key {
        Some(key) => find_by_key(tx, &run.account, &key.key).await?,
        None => None,
    };
    let first = first.ok_or_else(|| {
        StoreError::corrupt("orch_runs", run.id.to_string(), "its place is taken by nobody")
    })?;
    Ok(Insertion::Taken(Box::new(first)))
}
