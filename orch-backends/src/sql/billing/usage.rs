mod summary;
mod sums;
#[cfg(test)]
mod tests;

use std::time::Duration;

use orch_billing::{Period, UsageRecord};
use orch_core::{AccountId, AgentId, Page, PageRequest, StoreError, Timestamp};

use super::holds::amount;
use crate::sql::{Row, Tx, Value};

pub(super) use summary::{activity, summarize};

const INSERT: &str = "INSERT INTO orch_usage (invocation, account, agent, agent_slug, task, outcome, units, cost, currency, \
    took_millis, at, summed, totaled) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 1, 1)";

const LIST: &str = "SELECT invocation, account, agent, agent_slug, task, outcome, units, cost, currency, took_millis, at \
    FROM orch_usage WHERE account = ?1 AND at >= ?2 AND at < ?3 ORDER BY at DESC, invocation DESC LIMIT ?4 OFFSET ?5";

/// Keeps a record, and adds it to its sums.
pub(super) async fn insert(tx: &mut dyn Tx, usage: &UsageRecord) -> Result<(), StoreError> {
    let params = [
        Value::text(usage.invocation),
        usage.account.as_str().into(),
        Value::text(usage.agent),
        (&usage.agent_slug).into(),
        (&usage.task).into(),
        usage.outcome.name().into(),
        i64::try_from(usage.units).unwrap_or(i64::MAX).into(),
        usage.cost.minor().into(),
        usage.cost.currency().code().into(),
        i64::try_from(usage.took.as_millis()).unwrap_or(i64::MAX).into(),
        usage.at.into(),
    ];
    tx.execute(INSERT, &params).await?;
    sums::add(tx, usage).await
}

pub(super) async fn list(
    tx: &mut dyn Tx,
    account: &AccountId,
    period: Period,
    page: PageRequest,
) -> Result<Page<UsageRecord>, StoreError> {
    let [account, from, until] = within(account, period);
    let offset = i64::try_from(page.offset).unwrap_or(i64::MAX);
    let params = [
        account.clone(),
        from.clone(),
        until.clone(),
        page.limit.into(),
        offset.into(),
    ];
    let rows = tx.query(LIST, &params).await?;
    let sql = "SELECT COUNT(*) AS n FROM orch_usage WHERE account = ?1 AND at >= ?2 AND at < ?3";
    let total = tx.query(sql, &[account, from, until]).await?;
    Ok(Page {
        items: rows.iter().map(read).collect::<Result<_, _>>()?,
        total: count(&total)?,
    })
}

pub(super) async fn count_answered(
    tx: &mut dyn Tx,
    account: &AccountId,
    agent: AgentId,
    period: Period,
) -> Result<u64, StoreError> {
    let sql = "SELECT COUNT(*) AS n FROM orch_usage \
        WHERE account = ?1 AND at >= ?2 AND at < ?3 AND agent = ?4 AND outcome = 'answered'";
    let [account, from, until] = within(account, period);
    count(&tx.query(sql, &[account, from, until, Value::text(agent)]).await?)
}

fn within(account: &AccountId, period: Period) -> [Value<'_>; 3] {
    [account.as_str().into(), period.from.into(), period.until.into()]
}

/// Removes records with their part in the sums, and once there are no more, what is left of old sums.
pub(super) async fn prune(tx: &mut dyn Tx, before: Timestamp, limit: u32) -> Result<u32, StoreError> {
    let sql = "DELETE FROM orch_usage WHERE invocation IN \
               (SELECT invocation FROM orch_usage WHERE at < ?1 ORDER BY at, invocation LIMIT ?2) \
               RETURNING invocation, account, agent, agent_slug, task, outcome, cost, currency, took_millis, at, summed, \
               totaled";
    let removed = tx.query(sql, &[before.into(), limit.into()]).await?;
    sums::take(tx, &removed).await?;
    let n_removed = removed.len().try_into().unwrap_or(u32::MAX);
    if n_removed < limit {
        sums::forget(tx, before).await?;
    }
    Ok(n_removed)
}

fn count(rows: &[Row]) -> Result<u64, StoreError> {
    let row = rows
        .first()
        .ok_or_else(|| StoreError::Broken("a count has one row".into()))?;
    row.of("orch_usage").number("n")
}

fn read(row: &Row) -> Result<UsageRecord, StoreError> {
    let row = row.of("orch_usage");
    Ok(UsageRecord {
        invocation: row.parse("invocation")?,
        account: row.parse("account")?,
        agent: row.parse("agent")?,
        agent_slug: row.text("agent_slug")?.to_owned(),
        task: row.text("task")?.to_owned(),
        outcome: row.parse("outcome")?,
        units: row.number("units")?,
        cost: amount(&row, "cost", row.parse("currency")?)?,
        took: Duration::from_millis(row.number("took_millis")?),
        at: row.timestamp("at")?,
    })
}
