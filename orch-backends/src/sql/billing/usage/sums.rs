//! Sums over hours and days, kept with each record in the same unit of work.

use std::collections::BTreeMap;

use orch_billing::{UsageOutcome, UsageRecord};
use orch_core::{StoreError, Timestamp};

use crate::sql::{Dialect, Row, Tx, Value, rows};

pub(super) const HOUR: i64 = 60 * 60 * 1_000;
pub(super) const DAY: i64 = 24 * HOUR;

/// How many rows share a sum where writers are not serial.
const SLOTS: u128 = 4;

const INTO: &str = "INSERT INTO orch_usage_sums (account, currency, span, starts_at, agent, agent_slug, task, slot, \
    requests, answered, cost, took_millis)";
const ADD: &str = "ON CONFLICT (account, currency, span, starts_at, agent, agent_slug, task, slot) DO UPDATE SET \
    requests = orch_usage_sums.requests + excluded.requests, answered = orch_usage_sums.answered + excluded.answered, \
    cost = orch_usage_sums.cost + excluded.cost, took_millis = orch_usage_sums.took_millis + excluded.took_millis";

/// What is summed up together. Rows are written in its order, in which nobody waits for one that waits for him.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key<'r> {
    /// Hours before days, whatever their names.
    is_day: bool,
    starts_at: i64,
    account: &'r str,
    currency: &'r str,
    agent: &'r str,
    agent_slug: &'r str,
    task: &'r str,
    slot: i64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    requests: i64,
    answered: i64,
    cost: i64,
    took_millis: i64,
}

impl Sum {
    fn take(&mut self, other: Self) {
        self.requests -= other.requests;
        self.answered -= other.answered;
        self.cost -= other.cost;
        self.took_millis -= other.took_millis;
    }
}

/// Adds a record to the sums of its hour and its day.
pub(super) async fn add(tx: &mut dyn Tx, usage: &UsageRecord) -> Result<(), StoreError> {
    let (invocation, agent) = (usage.invocation.to_string(), usage.agent.to_string());
    let slot = slot_of(tx.dialect(), &invocation);
    let key = |is_day| Key {
        is_day,
        starts_at: span_start(usage.at.as_millis(), is_day),
        account: usage.account.as_str(),
        currency: usage.cost.currency().code(),
        agent: &agent,
        agent_slug: &usage.agent_slug,
        task: &usage.task,
        slot,
    };
    let sum = Sum {
        requests: 1,
        answered: i64::from(usage.outcome == UsageOutcome::Answered),
        cost: usage.cost.minor(),
        took_millis: i64::try_from(usage.took.as_millis()).unwrap_or(i64::MAX),
    };
    write(tx, [(key(false), sum), (key(true), sum)]).await
}

/// Takes removed records out of the sums that have them.
pub(super) async fn take(tx: &mut dyn Tx, removed: &[Row]) -> Result<(), StoreError> {
    let dialect = tx.dialect();
    let mut sums: BTreeMap<Key<'_>, Sum> = BTreeMap::new();
    for row in removed {
        let row = row.of("orch_usage");
        if !row.boolean("summed")? {
            continue;
        }
        let sum = Sum {
            requests: 1,
            answered: i64::from(row.text("outcome")? == UsageOutcome::Answered.name()),
            cost: row.integer("cost")?,
            took_millis: row.integer("took_millis")?,
        };
        for is_day in [false, true] {
            let key = Key {
                is_day,
                starts_at: span_start(row.integer("at")?, is_day),
                account: row.text("account")?,
                currency: row.text("currency")?,
                agent: row.text("agent")?,
                agent_slug: row.text("agent_slug")?,
                task: row.text("task")?,
                slot: slot_of(dialect, row.text("invocation")?),
            };
            sums.entry(key).or_default().take(sum);
        }
    }
    write(tx, sums).await
}

/// Removes the sums of whole spans before a moment before which there are no records, whoever removed those.
pub(super) async fn forget(tx: &mut dyn Tx, before: Timestamp) -> Result<(), StoreError> {
    let sql = "DELETE FROM orch_usage_sums WHERE ((span = 'hour' AND starts_at <= ?1) OR (span = 'day' AND starts_at <= ?2)) \
               AND NOT EXISTS (SELECT 1 FROM orch_usage WHERE at < ?3)";
    let before = before.as_millis();
    let params = [
        before.saturating_sub(HOUR).into(),
        before.saturating_sub(DAY).into(),
        before.into(),
    ];
    tx.execute(sql, &params).await?;
    Ok(())
}

async fn write<'r>(
    tx: &mut dyn Tx,
    sums: impl IntoIterator<Item = (Key<'r>, Sum)>,
) -> Result<(), StoreError> {
    let values = |(key, sum): (Key<'r>, Sum)| {
        [
            key.account.into(),
            key.currency.into(),
            if key.is_day { "day" } else { "hour" }.into(),
            key.starts_at.into(),
            key.agent.into(),
            key.agent_slug.into(),
            key.task.into(),
            key.slot.into(),
            sum.requests.into(),
            sum.answered.into(),
            sum.cost.into(),
            sum.took_millis.into(),
        ]
    };
    let values: Vec<[Value<'_>; 12]> = sums.into_iter().map(values).collect();
    rows::insert(tx, INTO, ADD, &values).await?;
    Ok(())
}

/// Where the span begins that a moment is in.
fn span_start(at: i64, is_day: bool) -> i64 {
    let length = if is_day { DAY } else { HOUR };
    at.div_euclid(length).saturating_mul(length)
}

/// Which of the rows that share a sum has a record: always the same, so that it can be taken out again.
fn slot_of(dialect: Dialect, invocation: &str) -> i64 {
    let sum = || invocation.bytes().map(u128::from).sum::<u128>();
    match dialect {
        Dialect::Sqlite => 0,
        Dialect::Postgres => i64::try_from(sum() % SLOTS).unwrap_or(0),
    }
}
