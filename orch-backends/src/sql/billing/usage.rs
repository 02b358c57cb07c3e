use std::time::Duration;

use orch_billing::{Grouping, Period, UsageGroup, UsageRecord};
use orch_core::{AccountId, AgentId, Currency, Page, PageRequest, StoreError, Timestamp};

use super::holds::amount;
use crate::sql::{Row, Tx, Value};

const INSERT: &str = "INSERT INTO orch_usage (invocation, account, agent, agent_slug, task, outcome, units, cost, currency, \
    took_millis, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";

const LIST: &str = "SELECT invocation, account, agent, agent_slug, task, outcome, units, cost, currency, took_millis, at \
    FROM orch_usage WHERE account = ?1 AND at >= ?2 AND at < ?3 ORDER BY at DESC, invocation DESC LIMIT ?4 OFFSET ?5";

const DAY_MILLIS: i64 = 24 * 60 * 60 * 1_000;

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
    Ok(())
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

pub(super) async fn summarize(
    tx: &mut dyn Tx,
    account: &AccountId,
    currency: Currency,
    period: Period,
    by: Grouping,
    limit: u32,
) -> Result<Vec<UsageGroup>, StoreError> {
    let (column, order) = match by {
        Grouping::Whole => ("''", "cost DESC"),
        Grouping::Agent => ("agent_slug", "cost DESC, key"),
        Grouping::Task => ("task", "cost DESC, key"),
        Grouping::Day => ("at / ?6", "key"),
    };
    // Every number of a parameter has to occur, and a whole has no column to group by.
    let sql = format!(
        "SELECT {column} AS key, COUNT(*) AS requests, COUNT(DISTINCT agent) AS agents, \
         CAST(SUM(CASE WHEN outcome = 'answered' THEN 1 ELSE 0 END) AS BIGINT) AS answered, \
         CAST(SUM(cost) AS BIGINT) AS cost, CAST(SUM(took_millis) AS BIGINT) AS took_millis \
         FROM orch_usage WHERE account = ?1 AND at >= ?2 AND at < ?3 AND currency = ?4 \
         GROUP BY 1 ORDER BY {order} LIMIT ?5"
    );
    let [account, from, until] = within(account, period);
    let mut params = vec![account, from, until, currency.code().into(), limit.into()];
    if by == Grouping::Day {
        params.push(DAY_MILLIS.into());
    }
    let rows = tx.query(&sql, &params).await?;
    rows.iter().map(|row| group(row, currency, by)).collect()
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

pub(super) async fn prune(tx: &mut dyn Tx, before: Timestamp, limit: u32) -> Result<u32, StoreError> {
    let sql = "DELETE FROM orch_usage WHERE invocation IN \
               (SELECT invocation FROM orch_usage WHERE at < ?1 ORDER BY at, invocation LIMIT ?2)";
    let n_removed = tx.execute(sql, &[before.into(), limit.into()]).await?;
    Ok(n_removed.try_into().unwrap_or(u32::MAX))
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

fn group(row: &Row, currency: Currency, by: Grouping) -> Result<UsageGroup, StoreError> {
    let row = row.of("orch_usage");
    let key = match by {
        Grouping::Day => Period::day_of(Timestamp::from_millis(
            row.integer("key")?.saturating_mul(DAY_MILLIS),
        )),
        Grouping::Whole | Grouping::Agent | Grouping::Task => row.text("key")?.to_owned(),
    };
    Ok(UsageGroup {
        key,
        requests: row.number("requests")?,
        answered: row.number("answered")?,
        agents: row.number("agents")?,
        cost: amount(&row, "cost", currency)?,
        took: Duration::from_millis(row.number("took_millis")?),
    })
}
