//! What is not kept any longer of transactions.

use orch_a2a::{Transaction, TransactionId, store::Surplus, transaction::rejections_before};
use orch_auth::PartyId;
use orch_core::{StoreError, Timestamp};

use crate::sql::{Row, SqlStore, Tx};

const TABLE: &str = "orch_transactions";

/// The consumer and the id of a transaction.
pub(super) type Place = (PartyId, TransactionId);

/// At most so many of which there is something to forget.
pub(super) async fn find(tx: &mut dyn Tx, surplus: Surplus, limit: u32) -> Result<Vec<Place>, StoreError> {
    let (sql, moment) = match surplus {
        Surplus::Answers { ended_before } => (
            "SELECT consumer, id FROM orch_transactions WHERE ended_at < ?1 AND result IS NOT NULL \
             ORDER BY ended_at, consumer, id LIMIT ?2",
            ended_before,
        ),
        Surplus::Transactions { before } => (
            "SELECT consumer, id FROM orch_transactions t WHERE started_at < ?1 AND ends_by < ?1 AND NOT EXISTS \
             (SELECT 1 FROM orch_events WHERE stream = 'transaction/' || t.consumer || ' ' || t.id AND at >= ?1) \
             ORDER BY started_at, consumer, id LIMIT ?2",
            before,
        ),
        Surplus::Keys { beyond } => return with_keys(tx, beyond, limit).await,
        Surplus::Rejections { .. } => return Ok(Vec::new()),
    };
    let rows = tx.query(sql, &[moment.into(), limit.into()]).await?;
    rows.iter().map(place).collect()
}

/// Of each consumer with too many keys of what has ended the earliest, as many as are too many.
async fn with_keys(tx: &mut dyn Tx, beyond: u32, limit: u32) -> Result<Vec<Place>, StoreError> {
    let sql = "SELECT consumer, COUNT(*) AS n FROM orch_transactions WHERE idempotency_key IS NOT NULL \
               AND ended_at IS NOT NULL GROUP BY consumer HAVING COUNT(*) > ?1 ORDER BY consumer LIMIT ?2";
    let consumers = tx.query(sql, &[beyond.into(), limit.into()]).await?;
    let mut found = Vec::new();
    for row in &consumers {
        let row = row.of(TABLE);
        let n_surplus = row.number::<u32>("n")?.saturating_sub(beyond);
        let room = limit.saturating_sub(u32::try_from(found.len()).unwrap_or(u32::MAX));
        if room == 0 {
            break;
        }
        let sql = "SELECT consumer, id FROM orch_transactions WHERE consumer = ?1 AND idempotency_key IS NOT NULL \
                   AND ended_at IS NOT NULL ORDER BY started_at, id LIMIT ?2";
        let params = [row.text("consumer")?.into(), n_surplus.min(room).into()];
        let rows = tx.query(sql, &params).await?;
        for row in &rows {
            found.push(place(row)?);
        }
    }
    Ok(found)
}

/// Forgets it of those that were found and of which it is still so; of how many.
pub(super) async fn forget(tx: &mut dyn Tx, surplus: Surplus, found: &[Place]) -> Result<u32, StoreError> {
    let mut n_forgotten = 0;
    for (consumer, id) in found {
        let place = [consumer.as_str().into(), id.as_str().into()];
        let n_written = match surplus {
            Surplus::Answers { .. } => {
                let sql = "UPDATE orch_transactions SET result = NULL \
                           WHERE consumer = ?1 AND id = ?2 AND result IS NOT NULL AND ended_at IS NOT NULL";
                tx.execute(sql, &place).await?
            }
            Surplus::Keys { .. } => {
                let sql = "UPDATE orch_transactions SET idempotency_key = NULL \
                           WHERE consumer = ?1 AND id = ?2 AND idempotency_key IS NOT NULL AND ended_at IS NOT NULL";
                tx.execute(sql, &place).await?
            }
            Surplus::Transactions { before } => remove(tx, consumer, id, before).await?,
            Surplus::Rejections { .. } => 0,
        };
        n_forgotten += u32::try_from(n_written).unwrap_or(u32::MAX);
    }
    Ok(n_forgotten)
}

/// Removes a transaction with its events, unless it was taken up again meanwhile.
async fn remove(
    tx: &mut dyn Tx,
    consumer: &PartyId,
    id: &TransactionId,
    before: Timestamp,
) -> Result<u64, StoreError> {
    let sql =
        "DELETE FROM orch_transactions WHERE consumer = ?1 AND id = ?2 AND started_at < ?3 AND ends_by < ?3";
    let params = [consumer.as_str().into(), id.as_str().into(), before.into()];
    let n_removed = tx.execute(sql, &params).await?;
    if n_removed > 0 {
        let sql = "DELETE FROM orch_events WHERE stream = ?1";
        let stream = Transaction::stream_of(consumer, id);
        tx.execute(sql, &[stream.into()]).await?;
    }
    Ok(n_removed)
}

/// Removes what the log says of at most so many refusals from before a moment; of how many.
pub(super) async fn rejections(store: &SqlStore, before: Timestamp, limit: u32) -> Result<u32, StoreError> {
    let (first, end) = rejections_before(before);
    let found = store.read((first, end, limit), |tx, (first, end, limit)| {
        Box::pin(async move {
            let sql =
                "SELECT stream FROM orch_events WHERE stream >= ?1 AND stream < ?2 ORDER BY stream LIMIT ?3";
            let rows = tx
                .query(sql, &[first.into(), end.into(), (*limit).into()])
                .await?;
            let streams = rows
                .iter()
                .map(|row| Ok(row.of("orch_events").text("stream")?.to_owned()));
            streams.collect::<Result<Vec<String>, StoreError>>()
        })
    });
    let found = found.await?;
    if found.is_empty() {
        return Ok(0);
    }
    let removed = store.write(found, |tx, found| {
        Box::pin(async move {
            let mut n_removed = 0;
            for stream in found {
                let sql = "DELETE FROM orch_events WHERE stream = ?1";
                n_removed += tx.execute(sql, &[stream.into()]).await?;
            }
            Ok(u32::try_from(n_removed).unwrap_or(u32::MAX))
        })
    });
    removed.await
}

fn place(row: &Row) -> Result<Place, StoreError> {
    let row = row.of(TABLE);
    Ok((row.parse("consumer")?, row.parse("id")?))
}
