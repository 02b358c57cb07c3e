//! The event log, and how every other store writes the events of its units into it.

use std::collections::{BTreeMap, btree_map::Entry};

use async_trait::async_trait;
use orch_core::{Event, EventLog, StoreError};

use super::{SqlStore, Tx, Value, rows};

const CONFLICT: &str = "ON CONFLICT DO NOTHING";

const ONE: &str = "INSERT INTO orch_events (stream, seq, kind, at, data) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING";

/// Adds the events that a unit of work causes, after a conditional write has settled that the unit may count on: the
/// numbers of the events then follow from what was written.
///
/// # Errors
///
/// [`StoreError::Broken`] if the place of an event is taken, which undoes the unit.
pub(crate) async fn insert(tx: &mut dyn Tx, events: &[Event]) -> Result<(), StoreError> {
    let mut values = Vec::with_capacity(events.len());
    for event in events {
        let seq = i64::try_from(event.seq)
            .map_err(|_| StoreError::Broken("the event's number is too large".into()))?;
        values.push([
            Value::from(&event.stream),
            seq.into(),
            (&event.kind).into(),
            event.at.into(),
            (&event.data).into(),
        ]);
    }
    let n_inserted = match &values[..] {
        // Most units cause one, whose text need not be put together.
        [value] => tx.execute(ONE, value).await?,
        values => {
            rows::insert(
                tx,
                "INSERT INTO orch_events (stream, seq, kind, at, data)",
                CONFLICT,
                values,
            )
            .await?
        }
    };
    if n_inserted == events.len() as u64 {
        Ok(())
    } else {
        Err(StoreError::Broken(Box::new(Taken)))
    }
}

/// Undoes a unit whose event came too late.
#[derive(Debug, thiserror::Error)]
#[error("the place of an event is taken")]
struct Taken;

/// Whether each event is the next one of its stream, as far as can be read.
async fn fits(tx: &mut dyn Tx, events: &[Event]) -> Result<bool, StoreError> {
    let mut ends: BTreeMap<&str, u64> = BTreeMap::new();
    for event in events {
        let end = match ends.entry(&event.stream) {
            Entry::Occupied(end) => end.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(end_of(tx, &event.stream).await?),
        };
        *end += 1;
        if event.seq != *end {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn end_of(tx: &mut dyn Tx, stream: &str) -> Result<u64, StoreError> {
    let sql = "SELECT seq FROM orch_events WHERE stream = ?1 ORDER BY seq DESC LIMIT 1";
    let rows = tx.query(sql, &[stream.into()]).await?;
    rows.first()
        .map_or(Ok(0), |row| row.of("orch_events").number("seq"))
}

#[async_trait]
impl EventLog for SqlStore {
    async fn append(&self, events: &[Event]) -> Result<bool, StoreError> {
        let appended = self.write(events.to_vec(), |tx, events| {
            Box::pin(async move {
                // Streams only grow, so what fits now can be overtaken, but not leave a gap.
                if !fits(tx, events).await? {
                    return Ok(false);
                }
                insert(tx, events).await?;
                Ok(true)
            })
        });
        match appended.await {
            Err(StoreError::Broken(cause)) if cause.is::<Taken>() => Ok(false),
            appended => appended,
        }
    }

    async fn read(&self, stream: &str, from_seq: u64, limit: u32) -> Result<Vec<Event>, StoreError> {
        let from_seq = i64::try_from(from_seq).unwrap_or(i64::MAX);
        self.read(
            (stream.to_owned(), from_seq, limit),
            |tx, (stream, from_seq, limit)| {
                Box::pin(async move {
                    let sql = "SELECT stream, seq, kind, at, data FROM orch_events \
                           WHERE stream = ?1 AND seq >= ?2 ORDER BY seq LIMIT ?3";
                    let rows = tx
                        .query(sql, &[stream.into(), (*from_seq).into(), (*limit).into()])
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
                })
            },
        )
        .await
    }
}
