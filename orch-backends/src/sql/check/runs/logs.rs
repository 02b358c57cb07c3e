use orch_core::{Event, RunId, StoreError};
use orch_planner::Orchestration;

use super::Violation;
use crate::sql::{Tx, Value, check::MAX_VIOLATIONS};

const LAW: &str = "a run that goes on is the fold of its events";

/// How many runs, and events of one, are looked at together.
const PAGE: u32 = 100;

/// Folds each run that has not ended, one at a time.
pub(super) async fn check(tx: &mut dyn Tx, violations: &mut Vec<Violation>) -> Result<(), StoreError> {
    let sql = "SELECT id, status, seq FROM orch_runs WHERE phase <> 'ended' AND id > ?1 ORDER BY id LIMIT ?2";
    let mut after = String::new();
    let mut n_found = 0;
    loop {
        let page = tx.query(sql, &[after.as_str().into(), PAGE.into()]).await?;
        let Some(last) = page.last() else {
            return Ok(());
        };
        last.of("orch_runs").text("id")?.clone_into(&mut after);
        for row in &page {
            let row = row.of("orch_runs");
            let (id, status) = (row.text("id")?, row.text("status")?);
            let detail = match fold(tx, row.parse("id")?).await? {
                Ok(run) if run.status().name() == status => continue,
                Ok(run) => format!("it is {status}, its events say {}", run.status()),
                Err(reason) => reason,
            };
            if n_found == MAX_VIOLATIONS {
                return Ok(());
            }
            n_found += 1;
            violations.push(Violation {
                law: LAW,
                row: id.to_owned(),
                detail,
            });
        }
    }
}

async fn fold(tx: &mut dyn Tx, id: RunId) -> Result<Result<Orchestration, String>, StoreError> {
    let mut run: Option<Orchestration> = None;
    loop {
        let events = read(tx, id, run.as_ref().map_or(0, Orchestration::seq)).await?;
        let folded = match &mut run {
            Some(_) if events.is_empty() => break,
            Some(run) => run.extend(&events),
            none => Orchestration::fold(id, &events).map(|folded| *none = Some(folded)),
        };
        if let Err(error) = folded {
            return Ok(Err(error.to_string()));
        }
    }
    Ok(run.ok_or_else(|| "it has no events".to_owned()))
}

async fn read(tx: &mut dyn Tx, id: RunId, after: u64) -> Result<Vec<Event>, StoreError> {
    let sql = "SELECT stream, seq, kind, at, data FROM orch_events WHERE stream = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3";
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let rows = tx
        .query(sql, &[Value::text(id), after.into(), PAGE.into()])
        .await?;
    let events = rows.iter().map(|row| {
        let row = row.of("orch_events");
        Ok(Event {
            stream: row.text("stream")?.to_owned(),
            seq: row.number("seq")?,
            kind: row.text("kind")?.to_owned(),
            at: row.timestamp("at")?,
            data: row.text("data")?.to_owned(),
        })
    });
    events.collect()
}
