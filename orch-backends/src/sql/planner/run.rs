use orch_core::{AccountId, Amount, Currency, Page, PageRequest, RunId, StoreError};
use orch_planner::{
    RunRecord, RunStatus,
    store::{RunHandle, RunKey, RunName, RunSummary},
};

use crate::sql::{Row, Tx, Value};

/// The columns of a run, in the order of the table.
pub(super) const COLUMNS: &str = "id, account, phase, status, seq, worker, epoch, key, fingerprint, goal, n_steps, \
    price, currency, created_at, ended_at, handle, handle_kind, handle_notes";

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

pub(super) async fn find_by(
    tx: &mut dyn Tx,
    account: &AccountId,
    name: &RunName,
) -> Result<Option<RunRecord>, StoreError> {
    let (column, name) = match name {
        RunName::Key(key) => ("key", key),
        RunName::Handle(name) => ("handle", name),
    };
    let sql = format!("SELECT {COLUMNS} FROM orch_runs WHERE account = ?1 AND {column} = ?2");
    let rows = tx.query(&sql, &[account.as_str().into(), name.into()]).await?;
    rows.first().map(read).transpose()
}

/// The run of a handle, whoever owns it.
pub(super) async fn find_by_handle(tx: &mut dyn Tx, name: &str) -> Result<Option<RunRecord>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM orch_runs WHERE handle = ?1");
    let rows = tx.query(&sql, &[name.into()]).await?;
    rows.first().map(read).transpose()
}

pub(super) async fn list(
    tx: &mut dyn Tx,
    account: &AccountId,
    kind: Option<&str>,
    page: PageRequest,
) -> Result<Page<RunRecord>, StoreError> {
    let (of_kind, number) = if kind.is_some() {
        (" AND handle_kind = ?2", 3)
    } else {
        ("", 2)
    };
    let offset = i64::try_from(page.offset).unwrap_or(i64::MAX);
    let mut params = vec![Value::from(account.as_str())];
    params.extend(kind.map(Value::from));
    let sql = format!("SELECT COUNT(*) AS total FROM orch_runs WHERE account = ?1{of_kind}");
    let counted = tx.query(&sql, &params).await?;
    let sql = format!(
        "SELECT {COLUMNS} FROM orch_runs WHERE account = ?1{of_kind} ORDER BY id DESC LIMIT ?{number} OFFSET ?{}",
        number + 1
    );
    params.extend([page.limit.into(), offset.into()]);
    let rows = tx.query(&sql, &params).await?;
    let items = rows.iter().map(read).collect::<Result<_, _>>()?;
    let rows = counted;
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
    let handle = row.optional_text("handle")?.map(|name| {
        Ok::<_, StoreError>(RunHandle {
            name: name.to_owned(),
            kind: row.text("handle_kind")?.to_owned(),
            notes: row.json("handle_notes")?,
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
        handle: handle.transpose()?,
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
