use orch_core::{Event, StoreError};
use orch_planner::{
    RunRecord,
    orchestration::FORM,
    store::{Insertion, RunName},
};

use super::run::{COLUMNS, find, find_by, find_by_handle, integer, phase};
use crate::sql::{Tx, Value, events};

pub(in crate::sql) async fn insert(
    tx: &mut dyn Tx,
    run: &RunRecord,
    events: &[Event],
) -> Result<Insertion, StoreError> {
    let sql = format!(
        "INSERT INTO orch_runs ({COLUMNS}, form) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19) ON CONFLICT DO NOTHING"
    );
    let (key, handle) = (run.key.as_ref(), run.handle.as_ref());
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
        handle.map_or(Value::Null, |handle| (&handle.name).into()),
        handle.map_or(Value::Null, |handle| (&handle.kind).into()),
        handle.map_or(Value::Null, |handle| Value::text(&handle.notes)),
        FORM.into(),
    ];
    if tx.execute(&sql, &values).await? == 1 {
        events::insert(tx, events).await?;
        return Ok(Insertion::New);
    }
    if let Some(first) = find(tx, run.id).await? {
        return Ok(Insertion::Taken(Box::new(first)));
    }
    let mut first = match key {
        Some(key) => find_by(tx, &run.account, &RunName::Key(key.key.clone())).await?,
        None => None,
    };
    if let (None, Some(handle)) = (&first, handle) {
        first = find_by_handle(tx, &handle.name).await?;
    }
    let first = first.ok_or_else(|| {
        StoreError::corrupt("orch_runs", run.id.to_string(), "its place is taken by nobody")
    })?;
    Ok(Insertion::Taken(Box::new(first)))
}
