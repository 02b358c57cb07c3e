//! What is stopped.

use async_trait::async_trait;
use orch_core::{
    StoreError,
    switch::{Stop, Stoppable, SwitchStore},
};

use super::{Row, SqlStore, Value};

/// What kind of thing is stopped, and its id; everything has none.
fn key(what: &Stoppable) -> [Value<'static>; 2] {
    match what {
        Stoppable::Everything => ["everything".into(), "".into()],
        Stoppable::Agent(agent) => ["agent".into(), Value::text(agent)],
        Stoppable::Account(account) => ["account".into(), Value::text(account)],
    }
}

fn read(row: &Row) -> Result<Stop, StoreError> {
    let row = row.of("orch_stops");
    let what = match row.text("kind")? {
        "everything" => Stoppable::Everything,
        "agent" => Stoppable::Agent(row.parse("id")?),
        "account" => Stoppable::Account(row.parse("id")?),
        other => return Err(row.corrupt(format!("{other:?} is nothing that can be stopped"))),
    };
    Ok(Stop {
        what,
        reason: row.text("reason")?.to_owned(),
        at: row.timestamp("at")?,
    })
}

#[async_trait]
impl SwitchStore for SqlStore {
    async fn stop(&self, stop: &Stop, most: u32) -> Result<bool, StoreError> {
        self.write((stop.clone(), most), |tx, (stop, most)| {
            Box::pin(async move {
                let [kind, id] = key(&stop.what);
                let params = [kind, id, stop.reason.as_str().into(), stop.at.into()];
                let sql = "UPDATE orch_stops SET reason = ?3, at = ?4 WHERE kind = ?1 AND id = ?2";
                if tx.execute(sql, &params).await? > 0 {
                    return Ok(true);
                }
                // The bound keeps a list short. Who stops at the same moment may exceed it by one.
                let count = tx.query("SELECT COUNT(*) AS n FROM orch_stops", &[]).await?;
                let n_stops: u64 = match count.first() {
                    Some(row) => row.of("orch_stops").number("n")?,
                    None => 0,
                };
                if n_stops >= u64::from(*most) {
                    return Ok(false);
                }
                let sql = "INSERT INTO orch_stops (kind, id, reason, at) VALUES (?1, ?2, ?3, ?4) \
                           ON CONFLICT (kind, id) DO UPDATE SET reason = excluded.reason, at = excluded.at";
                tx.execute(sql, &params).await?;
                Ok(true)
            })
        })
        .await
    }

    async fn start(&self, what: &Stoppable) -> Result<bool, StoreError> {
        self.write(what.clone(), |tx, what| {
            Box::pin(async move {
                let sql = "DELETE FROM orch_stops WHERE kind = ?1 AND id = ?2";
                Ok(tx.execute(sql, &key(what)).await? > 0)
            })
        })
        .await
    }

    async fn list(&self) -> Result<Vec<Stop>, StoreError> {
        let rows = self.read((), |tx, ()| {
            Box::pin(async move {
                let sql = "SELECT kind, id, reason, at FROM orch_stops";
                tx.query(sql, &[])
                    .await?
                    .iter()
                    .map(read)
                    .collect::<Result<Vec<_>, _>>()
            })
        });
        let mut stops = rows.await?;
        stops.sort_unstable_by(|left: &Stop, right| left.what.cmp(&right.what));
        Ok(stops)
    }
}
