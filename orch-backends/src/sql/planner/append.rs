use orch_core::StoreError;
use orch_planner::{orchestration::FORM, store::Append};

use super::run::{integer, phase};
use crate::sql::{Tx, Value, events};

/// Moves a run on. The row count settles who was first; the events follow from that.
///
/// A worker of an older release, which cannot read what is added, loses the run: who knows its form may claim it.
const MOVE: &str = "UPDATE orch_runs SET seq = ?3, status = ?4, phase = ?5, ended_at = ?6, \
    worker = CASE WHEN ?5 = 'ready' AND form >= ?7 THEN worker ELSE NULL END, \
    form = CASE WHEN form < ?7 THEN ?7 ELSE form END WHERE id = ?1 AND seq = ?2";

/// The same under a lease.
const MOVE_LEASED: &str = "UPDATE orch_runs SET seq = ?3, status = ?4, phase = ?5, ended_at = ?6, \
    worker = CASE WHEN ?5 = 'ready' THEN worker ELSE NULL END, form = CASE WHEN form < ?7 THEN ?7 ELSE form END \
    WHERE id = ?1 AND seq = ?2 AND worker = ?8 AND epoch = ?9";

pub(in crate::sql) async fn append(tx: &mut dyn Tx, append: &Append) -> Result<bool, StoreError> {
    let run = [
        Value::text(append.run),
        integer(append.expected_seq)?,
        integer(append.last_seq())?,
        append.status.name().into(),
        phase(append.status).into(),
        append.ended_at.map_or(Value::Null, Value::from),
        FORM.into(),
    ];
    let moved = match append.lease {
        None => tx.execute(MOVE, &run).await?,
        Some(lease) => {
            let [id, expected, seq, status, phase, ended_at, form] = run;
            let (worker, epoch) = (Value::text(lease.worker), integer(lease.epoch)?);
            tx.execute(
                MOVE_LEASED,
                &[id, expected, seq, status, phase, ended_at, form, worker, epoch],
            )
            .await?
        }
    };
    if moved == 0 {
        return Ok(false);
    }
    events::insert(tx, &append.events).await?;
    Ok(true)
}
