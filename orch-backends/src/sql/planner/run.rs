use orch_core::{AccountId, Amount, Currency, Page, PageRequest, RunId, StoreError};
use orch_planner::{
    RunRecord, RunStatus,
    store::{RunKey, RunSummary},
};

use crate::sql::{Row, Tx, Value};

/// The columns of a run, in the order of the table.
pub(super) const COLUMNS: &str = "id, account, phase, status, seq, worker, epoch, key, fingerprint, goal, n_steps, \
    price, currency, created_at, ended_at";

/// What is to be done for a run, as far as claims are concerned.
pub(super) fn phase(status: RunStatus) -> &'static str {
    if status.is_ended() {
        "ended"
    } else if status.is_ready() {
        "ready"
    } else {
        "waiting"
    }
}

pub(super) async fn find(tx: &mut dyn Tx, id: RunId) -> Result<Option<RunRecord>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM orch_runs WHERE id = ?1");
    let rows = tx.query(&sql, &[Value::text(id)]).await?;
    rows.first().map(read).transpose()
}

pub(super) async fn find_by_key(
    tx: &mut dyn Tx,
    account: &AccountId,
    key: &str,
) -> Result<Option<RunRecord>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM orch_runs WHERE account = ?1 AND key = ?2");
    let rows = tx.query(&sql, &[account.as_str().into(), key.into()]).await?;
    rows.first().map(read).transpose()
}

pub(super) async fn list(
    tx: &mut dyn Tx,
    account: &AccountId,
    page: PageRequest,
) -> Result<Page<RunRecord>, StoreError> {
    let sql =
        format!("SELECT {COLUMNS} FROM orch_runs WHERE account = ?1 ORDER BY id DESC LIMIT ?2 OFFSET ?3");
    let offset = i64::try_from(page.offset).unwrap_or(i64::MAX);
    let rows = tx
        .query(&sql, &[account.as_str().into(), page.limit.into(), offset.into()])
        .await?;
    let items = rows.iter().map(read).collect::<Result<_, _>>()?;
    let sql = "SELECT COUNT(*) AS total FROM orch_runs WHERE account = ?1";
    let rows = tx.query(sql, &[account.as_str().into()]).await?;
    let total = rows
        .first()
        .map_or(Ok(0), |row| row.of("orch_runs").number("total"))?;
    Ok(Page { items, total })
}

pub(super) fn read(row: &Row) -> Result<RunRecord, StoreError> {
    let row = row.of("orch_runs");
    let key = row.optional_text("key")?.map(|key| {
        let fingerprint = row.text("fingerprint")?.to_owned();
        Ok::<_, StoreError>(RunKey {
            key: key.to_owned(),
            fingerprint,
        })
    });
    let price = Amount::new(row.integer("price")?, row.parse::<Currency>("currency")?);
    Ok(RunRecord {
        id: row.parse("id")?,
        account: row.parse("account")?,
        status: row.parse("status")?,
        seq: row.number("seq")?,
        worker: row.optional_parse("worker")?,
        epoch: row.number("epoch")?,
        key: key.transpose()?,
        summary: RunSummary {
            goal: row.optional_text("goal")?.map(str::to_owned),
            n_steps: row.number("n_steps")?,
            price: price.map_err(|error| row.corrupt(error))?,
        },
        created_at: row.timestamp("created_at")?,
        ended_at: row.optional_timestamp("ended_at")?,
    })
}

/// A count as the database keeps it.
pub(super) fn integer(count: u64) -> Result<Value<'static>, StoreError> {
    let count =
        i64::try_from(count).map_err(|_| StoreError::Broken("a count is too large to be kept".into()))?;
    Ok(count.into())
}
