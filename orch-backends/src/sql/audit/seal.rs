use orch_core::{
    StoreError,
    audit::{Entry, Seal},
};

use crate::sql::{Row, SqlStore, Tx, Value, rows};

/// The last seal of the chain.
pub(super) async fn last(tx: &mut dyn Tx) -> Result<Option<Seal>, StoreError> {
    let sql = "SELECT number, previous, digest, n_events, at FROM orch_seals ORDER BY number DESC LIMIT 1";
    tx.query(sql, &[]).await?.first().map(read).transpose()
}

pub(super) fn read(row: &Row) -> Result<Seal, StoreError> {
    let row = row.of("orch_seals");
    let previous = row.optional_text("previous")?;
    let previous = previous.map(|_| row.parse("previous")).transpose()?;
    Ok(Seal {
        number: row.number("number")?,
        previous,
        digest: row.parse("digest")?,
        n_events: row.number("n_events")?,
        at: row.timestamp("at")?,
    })
}

/// Undoes a seal one of whose events is not there, or is sealed already.
#[derive(Debug, thiserror::Error)]
#[error("an event cannot be sealed")]
struct Unsealable;

pub(super) async fn add(
    store: &SqlStore,
    sealer: &str,
    seal: &Seal,
    entries: &[Entry],
) -> Result<bool, StoreError> {
    let input = (sealer.to_owned(), seal.clone(), entries.to_vec());
    let added = store.write(input, |tx, (sealer, seal, entries)| {
        Box::pin(async move {
            let now = tx.now().await?;
            // Whoever writes this row has it until the seal is durable: there is one seal at a time.
            let sql = "UPDATE orch_sealers SET until = until WHERE id = 1 AND sealer = ?1 AND until > ?2";
            if tx.execute(sql, &[sealer.into(), now.into()]).await? != 1 {
                return Ok(false);
            }
            let last = last(tx).await?;
            let follows = seal.number == last.as_ref().map_or(0, |last| last.number) + 1
                && seal.previous == last.map(|last| last.digest);
            if !follows {
                return Ok(false);
            }
            insert(tx, seal, entries).await?;
            mark(tx, seal, entries).await?;
            Ok(true)
        })
    });
    match added.await {
        Err(StoreError::Broken(cause)) if cause.is::<Unsealable>() => Ok(false),
        added => added,
    }
}

async fn insert(tx: &mut dyn Tx, seal: &Seal, entries: &[Entry]) -> Result<(), StoreError> {
    let number = number(seal)?;
    let sql = "INSERT INTO orch_seals (number, previous, digest, n_events, at) VALUES (?1, ?2, ?3, ?4, ?5)";
    let params = [
        number.into(),
        seal.previous.map_or(Value::Null, Value::text),
        Value::text(seal.digest),
        seal.n_events.into(),
        seal.at.into(),
    ];
    tx.execute(sql, &params).await?;
    let row = |entry: &Entry| -> Result<[Value<'static>; 5], StoreError> {
        Ok([
            number.into(),
            Value::text(&entry.stream),
            place(entry.seq)?.into(),
            entry.at.into(),
            Value::text(entry.digest),
        ])
    };
    let values: Vec<_> = entries.iter().map(row).collect::<Result<_, _>>()?;
    let into = "INSERT INTO orch_seal_entries (seal, stream, seq, at, digest)";
    rows::insert(tx, into, "", &values).await?;
    Ok(())
}

/// Lets the events of the entries that were just inserted bear their seal.
async fn mark(tx: &mut dyn Tx, seal: &Seal, entries: &[Entry]) -> Result<(), StoreError> {
    let sql = "UPDATE orch_events SET seal = ?1 FROM orch_seal_entries e \
               WHERE e.seal = ?1 AND orch_events.stream = e.stream AND orch_events.seq = e.seq \
               AND orch_events.seal IS NULL";
    let n_marked = tx.execute(sql, &[number(seal)?.into()]).await?;
    if n_marked == entries.len() as u64 {
        Ok(())
    } else {
        Err(StoreError::Broken(Box::new(Unsealable)))
    }
}

fn number(seal: &Seal) -> Result<i64, StoreError> {
    place(seal.number)
}

fn place(number: u64) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|_| StoreError::Broken("a number of the chain is too large".into()))
}
