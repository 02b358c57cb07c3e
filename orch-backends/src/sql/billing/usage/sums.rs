//! Sums over hours and days, and totals over weeks and whole days of an account, kept with each record in the same unit of
//! work.

use std::collections::BTreeMap;

use orch_billing::{UsageOutcome, UsageRecord};
use orch_core::{StoreError, Timestamp};

use crate::sql::{Dialect, Row, Tx, Value, rows};

pub(super) const HOUR: i64 = 60 * 60 * 1_000;
pub(super) const DAY: i64 = 24 * HOUR;
pub(super) const WEEK: i64 = 7 * DAY;

/// How many rows share a sum where writers are not serial.
const SLOTS: u128 = 4;

/// A span of time, and what of it is summed up together. Sums come before totals, whatever their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Span {
    /// The calls in an hour of one agent with one task.
    Hour,
    /// The calls in a day of one agent with one task.
    Day,
    /// The calls in a week of one agent with one task.
    Week,
    /// All calls in a day.
    WholeDay,
}

/// A table of sums, and which of them it has.
struct Table {
    spans: [Span; 2],
    into: &'static str,
    add: &'static str,
}

/// Text that adds to what there is.
macro_rules! table {
    ($table:literal, $spans:expr) => {
        Table {
            spans: $spans,
            into: concat!(
                "INSERT INTO ",
                $table,
                " (account, currency, span, starts_at, agent, agent_slug, task, slot, \
                requests, answered, cost, took_millis)"
            ),
            add: concat!(
                "ON CONFLICT (account, currency, span, starts_at, agent, agent_slug, task, slot) DO UPDATE SET requests = ",
                $table,
                ".requests + excluded.requests, answered = ",
                $table,
                ".answered + excluded.answered, cost = ",
                $table,
                ".cost + excluded.cost, took_millis = ",
                $table,
                ".took_millis + excluded.took_millis"
            ),
        }
    };
}

const SUMS: Table = table!("orch_usage_sums", [Span::Hour, Span::Day]);
const TOTALS: Table = table!("orch_usage_totals", [Span::Week, Span::WholeDay]);

impl Span {
    /// As it is called in its table.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day | Self::WholeDay => "day",
            Self::Week => "week",
        }
    }

    /// In milliseconds.
    pub(super) const fn length(self) -> i64 {
        match self {
            Self::Hour => HOUR,
            Self::Day | Self::WholeDay => DAY,
            Self::Week => WEEK,
        }
    }

    /// Where the span begins that a moment is in.
    fn start(self, at: i64) -> i64 {
        at.div_euclid(self.length()).saturating_mul(self.length())
    }
}

/// What is summed up together. Rows are written in its order, in which nobody waits for one that waits for him.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key<'r> {
    span: Span,
    starts_at: i64,
    account: &'r str,
    currency: &'r str,
    agent: &'r str,
    agent_slug: &'r str,
    task: &'r str,
    slot: i64,
}

impl Key<'_> {
    /// The key of a record that ended at a moment, in a span.
    fn within(self, span: Span, at: i64) -> Self {
        let key = Self {
            span,
            starts_at: span.start(at),
            ..self
        };
        match span {
            Span::WholeDay => Self {
                agent: "",
                agent_slug: "",
                task: "",
                ..key
            },
            Span::Hour | Span::Day | Span::Week => key,
        }
    }
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

/// Adds a record to the sums and totals of its time.
pub(super) async fn add(tx: &mut dyn Tx, usage: &UsageRecord) -> Result<(), StoreError> {
    let (invocation, agent) = (usage.invocation.to_string(), usage.agent.to_string());
    let key = Key {
        span: Span::Hour,
        starts_at: 0,
        account: usage.account.as_str(),
        currency: usage.cost.currency().code(),
        agent: &agent,
        agent_slug: &usage.agent_slug,
        task: &usage.task,
        slot: slot_of(tx.dialect(), &invocation),
    };
    let sum = Sum {
        requests: 1,
        answered: i64::from(usage.outcome == UsageOutcome::Answered),
        cost: usage.cost.minor(),
        took_millis: i64::try_from(usage.took.as_millis()).unwrap_or(i64::MAX),
    };
    for table in [SUMS, TOTALS] {
        let keys = table.spans.map(|span| key.within(span, usage.at.as_millis()));
        write(tx, &table, keys.map(|key| (key, sum))).await?;
    }
    Ok(())
}

/// Takes removed records out of the sums and totals that have them.
pub(super) async fn take(tx: &mut dyn Tx, removed: &[Row]) -> Result<(), StoreError> {
    for (table, is_in) in [(SUMS, "summed"), (TOTALS, "totaled")] {
        let dialect = tx.dialect();
        let mut sums: BTreeMap<Key<'_>, Sum> = BTreeMap::new();
        for row in removed {
            let row = row.of("orch_usage");
            if !row.boolean(is_in)? {
                continue;
            }
            let sum = Sum {
                requests: 1,
                answered: i64::from(row.text("outcome")? == UsageOutcome::Answered.name()),
                cost: row.integer("cost")?,
                took_millis: row.integer("took_millis")?,
            };
            let key = Key {
                span: Span::Hour,
                starts_at: 0,
                account: row.text("account")?,
                currency: row.text("currency")?,
                agent: row.text("agent")?,
                agent_slug: row.text("agent_slug")?,
                task: row.text("task")?,
                slot: slot_of(dialect, row.text("invocation")?),
            };
            for span in table.spans {
                let key = key.within(span, row.integer("at")?);
                sums.entry(key).or_default().take(sum);
            }
        }
        write(tx, &table, sums).await?;
    }
    Ok(())
}

/// Removes the sums and totals of whole spans before a moment before which there are no records, whoever removed those.
pub(super) async fn forget(tx: &mut dyn Tx, before: Timestamp) -> Result<(), StoreError> {
    for (table, spans) in [("sums", SUMS.spans), ("totals", TOTALS.spans)] {
        let [short, long] = spans.map(Span::name);
        let sql = format!(
            "DELETE FROM orch_usage_{table} WHERE ((span = '{short}' AND starts_at <= ?1) OR \
             (span = '{long}' AND starts_at <= ?2)) AND NOT EXISTS (SELECT 1 FROM orch_usage WHERE at < ?3)"
        );
        let before = before.as_millis();
        let [short, long] = spans.map(|span| before.saturating_sub(span.length()).into());
        tx.execute(&sql, &[short, long, before.into()]).await?;
    }
    Ok(())
}

async fn write<'r>(
    tx: &mut dyn Tx,
    table: &Table,
    sums: impl IntoIterator<Item = (Key<'r>, Sum)>,
) -> Result<(), StoreError> {
    let values = |(key, sum): (Key<'r>, Sum)| {
        [
            key.account.into(),
            key.currency.into(),
            key.span.name().into(),
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
    rows::insert(tx, table.into, table.add, &values).await?;
    Ok(())
}

/// Which of the rows that share a sum has a record: always the same, so that it can be taken out again.
fn slot_of(dialect: Dialect, invocation: &str) -> i64 {
    let sum = || invocation.bytes().map(u128::from).sum::<u128>();
    match dialect {
        Dialect::Sqlite => 0,
        Dialect::Postgres => i64::try_from(sum() % SLOTS).unwrap_or(0),
    }
}
