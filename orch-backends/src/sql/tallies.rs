//! What processes let through of each limit.

use async_trait::async_trait;
use orch_core::{
    StoreError, Timestamp,
    limit::{Heard, Tally, TallyStore},
};

use super::{Row, SqlStore, Value, rows};

const INTO: &str = "INSERT INTO orch_tallies (limiter, subject, replica, slot, n, told_at)";
const AGAIN: &str =
    "ON CONFLICT (limiter, subject, replica, slot) DO UPDATE SET n = excluded.n, told_at = excluded.told_at";

#[async_trait]
impl TallyStore for SqlStore {
    async fn tell(&self, replica: &str, tallies: &[Tally]) -> Result<(), StoreError> {
        let input = (replica.to_owned(), tallies.to_vec());
        self.write(input, |tx, (replica, tallies)| {
            Box::pin(async move {
                let now = tx.now().await?;
                let row = |tally| row(replica, tally, now);
                let values: Vec<[Value<'_>; 6]> = tallies.iter().map(row).collect();
                rows::insert(tx, INTO, AGAIN, &values).await?;
                Ok(())
            })
        })
        .await
    }

    async fn hear(&self, but: &str, since: Timestamp) -> Result<(Timestamp, Vec<Heard>), StoreError> {
        self.read((but.to_owned(), since), |tx, (but, since)| {
            Box::pin(async move {
                let now = tx.now().await?;
                let sql = "SELECT limiter, subject, replica, slot, n FROM orch_tallies \
                           WHERE told_at >= ?1 AND replica <> ?2";
                let found = tx.query(sql, &[(*since).into(), but.into()]).await?;
                let heard = found.iter().map(read).collect::<Result<_, _>>()?;
                Ok((now, heard))
            })
        })
        .await
    }

    async fn forget(&self, before: Timestamp) -> Result<(), StoreError> {
        self.write(before, |tx, before| {
            Box::pin(async move {
                let sql = "DELETE FROM orch_tallies WHERE told_at < ?1";
                tx.execute(sql, &[(*before).into()]).await?;
                Ok(())
            })
        })
        .await
    }
}

fn row<'t>(replica: &'t str, tally: &'t Tally, now: Timestamp) -> [Value<'t>; 6] {
    [
        tally.limit.as_str().into(),
        tally.subject.as_str().into(),
        replica.into(),
        tally.slot.into(),
        tally.count.into(),
        now.into(),
    ]
}

fn read(row: &Row) -> Result<Heard, StoreError> {
    let row = row.of("orch_tallies");
    Ok(Heard {
        replica: row.text("replica")?.to_owned(),
        tally: Tally {
            limit: row.text("limiter")?.to_owned(),
            subject: row.text("subject")?.to_owned(),
            slot: row.timestamp("slot")?,
            count: row.number("n")?,
        },
    })
}
