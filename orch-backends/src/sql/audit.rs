//! The chain over the event log. Who appends events never waits for it: only the sealer writes here, and to the events that
//! it seals.

mod seal;

use std::time::Duration;

use async_trait::async_trait;
use orch_core::{
    Event, StoreError,
    audit::{AuditStore, Entry, Seal, Stretch, Tail},
};

use super::{Row, SqlStore};

/// Events in no seal, as the index of them has it.
const UNSEALED: &str = "seal IS NULL AND (stream < 'run_' OR stream >= 'run`')";

#[async_trait]
impl AuditStore for SqlStore {
    async fn lease(&self, sealer: &str, ttl: Duration) -> Result<bool, StoreError> {
        self.write((sealer.to_owned(), ttl), |tx, (sealer, ttl)| {
            Box::pin(async move {
                let now = tx.now().await?;
                let sql = "INSERT INTO orch_sealers (id, sealer, until) VALUES (1, ?1, ?2) ON CONFLICT (id) DO UPDATE SET \
                           sealer = excluded.sealer, until = excluded.until \
                           WHERE orch_sealers.sealer = excluded.sealer OR orch_sealers.until <= ?3";
                let params = [sealer.into(), (now + *ttl).into(), now.into()];
                Ok(tx.execute(sql, &params).await? == 1)
            })
        })
        .await
    }

    async fn unsealed(&self, limit: u32) -> Result<(Option<Seal>, Vec<Event>), StoreError> {
        self.read(limit, |tx, limit| {
            Box::pin(async move {
                let last = seal::last(tx).await?;
                let sql = format!(
                    "SELECT stream, seq, kind, at, data FROM orch_events WHERE {UNSEALED} ORDER BY stream, seq LIMIT ?1"
                );
                let rows = tx.query(&sql, &[(*limit).into()]).await?;
                let events = rows.iter().map(event).collect::<Result<_, _>>()?;
                Ok((last, events))
            })
        })
        .await
    }

    async fn seal(&self, sealer: &str, seal: &Seal, entries: &[Entry]) -> Result<bool, StoreError> {
        seal::add(self, sealer, seal, entries).await
    }

    async fn seals(&self, from: u64, limit: u32) -> Result<Vec<Seal>, StoreError> {
        let from = i64::try_from(from).unwrap_or(i64::MAX);
        self.read((from, limit), |tx, (from, limit)| {
            Box::pin(async move {
                let sql = "SELECT number, previous, digest, n_events, at FROM orch_seals \
                           WHERE number >= ?1 ORDER BY number LIMIT ?2";
                let rows = tx.query(sql, &[(*from).into(), (*limit).into()]).await?;
                rows.iter().map(seal::read).collect()
            })
        })
        .await
    }

    async fn sealed(&self, number: u64) -> Result<Vec<(Entry, Option<Event>)>, StoreError> {
        let number = i64::try_from(number).unwrap_or(i64::MAX);
        self.read(number, |tx, number| {
            Box::pin(async move {
                let sql = "SELECT e.stream, e.seq, e.at AS sealed_at, e.digest, v.kind, v.at, v.data \
                           FROM orch_seal_entries e LEFT JOIN orch_events v \
                           ON v.stream = e.stream AND v.seq = e.seq AND v.seal = e.seal \
                           WHERE e.seal = ?1 ORDER BY e.stream, e.seq";
                let rows = tx.query(sql, &[(*number).into()]).await?;
                rows.iter().map(entry).collect()
            })
        })
        .await
    }

    async fn tail(&self, limit: u32) -> Result<Tail, StoreError> {
        self.read(limit, |tx, limit| {
            Box::pin(async move {
                let sql = format!(
                    "SELECT stream, MIN(seq) AS from_seq, MAX(seq) AS to_seq, COUNT(*) AS n FROM orch_events \
                     WHERE {UNSEALED} GROUP BY stream ORDER BY stream LIMIT ?1"
                );
                let rows = tx.query(&sql, &[(*limit).into()]).await?;
                let stretches = rows.iter().map(stretch).collect::<Result<_, _>>()?;
                let sql = format!(
                    "SELECT COUNT(*) AS n, COUNT(DISTINCT stream) AS n_streams, MIN(at) AS oldest, \
                     (SELECT COALESCE(MAX(seal), 0) FROM orch_seal_entries) AS last_seal FROM orch_events WHERE {UNSEALED}"
                );
                let rows = tx.query(&sql, &[]).await?;
                let Some(row) = rows.first() else {
                    return Ok(Tail::default());
                };
                let row = row.of("orch_events");
                Ok(Tail {
                    n_events: row.number("n")?,
                    n_streams: row.number("n_streams")?,
                    stretches,
                    oldest: row.optional_timestamp("oldest")?,
                    last_seal: row.number("last_seal")?,
                })
            })
        })
        .await
    }
}

fn stretch(row: &Row) -> Result<Stretch, StoreError> {
    let row = row.of("orch_events");
    Ok(Stretch {
        stream: row.text("stream")?.to_owned(),
        from: row.number("from_seq")?,
        to: row.number("to_seq")?,
        n_events: row.number("n")?,
    })
}

fn event(row: &Row) -> Result<Event, StoreError> {
    let row = row.of("orch_events");
    Ok(Event {
        stream: row.text("stream")?.to_owned(),
        seq: row.number("seq")?,
        kind: row.text("kind")?.to_owned(),
        at: row.timestamp("at")?,
        data: row.text("data")?.to_owned(),
    })
}

fn entry(row: &Row) -> Result<(Entry, Option<Event>), StoreError> {
    let fields = row.of("orch_seal_entries");
    let entry = Entry {
        stream: fields.text("stream")?.to_owned(),
        seq: fields.number("seq")?,
        at: fields.timestamp("sealed_at")?,
        digest: fields.parse("digest")?,
    };
    let is_kept = fields.optional_text("kind")?.is_some();
    Ok((entry, is_kept.then(|| event(row)).transpose()?))
}
