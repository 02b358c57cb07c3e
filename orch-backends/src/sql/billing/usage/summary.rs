//! Sums over any period, made of the sums that are kept.

use std::time::Duration;

use orch_billing::{Activity, Grouping, Period, UsageGroup};
use orch_core::{AccountId, AgentId, Currency, StoreError, Timestamp};

use super::{
    super::holds::amount,
    sums::{DAY, HOUR},
};
use crate::sql::{Row, Tx, Value};

/// Records of a stretch of time.
const RECORDS: &str = "SELECT agent, agent_slug, task, at / 86400000 AS day, 1 AS requests, \
    CASE WHEN outcome = 'answered' THEN 1 ELSE 0 END AS answered, cost, took_millis \
    FROM orch_usage WHERE account = ?1 AND currency = ?2 AND at >= ";

/// Sums of a stretch of time.
const SUMS: &str = "SELECT agent, agent_slug, task, starts_at / 86400000 AS day, requests, answered, cost, took_millis \
    FROM orch_usage_sums WHERE account = ?1 AND currency = ?2 AND span = ";

/// Whole days from the sums over days, whole hours beside them from those over hours, and what is left at both ends from
/// the records: a few thousand rows, however many calls there were. Records that an earlier release wrote are in no sum.
pub(in crate::sql::billing) async fn summarize(
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
        Grouping::Day => ("day", "key"),
    };
    let sql = format!(
        "SELECT {column} AS key, CAST(SUM(requests) AS BIGINT) AS requests, COUNT(DISTINCT agent) AS agents, \
         CAST(SUM(answered) AS BIGINT) AS answered, CAST(SUM(cost) AS BIGINT) AS cost, \
         CAST(SUM(took_millis) AS BIGINT) AS took_millis FROM (\
         {RECORDS} ?3 AND at < ?4 UNION ALL {RECORDS} ?7 AND at < ?8 UNION ALL \
         {RECORDS} ?4 AND at < ?7 AND summed = 0 UNION ALL \
         {SUMS} 'hour' AND starts_at >= ?4 AND starts_at < ?5 UNION ALL \
         {SUMS} 'hour' AND starts_at >= ?6 AND starts_at < ?7 UNION ALL \
         {SUMS} 'day' AND starts_at >= ?5 AND starts_at < ?6) used \
         GROUP BY 1 ORDER BY {order} LIMIT ?9"
    );
    let [from, hours, days, after_days, after_hours, until] = edges(period);
    let params = [
        account.as_str().into(),
        currency.code().into(),
        from.into(),
        hours.into(),
        days.into(),
        after_days.into(),
        after_hours.into(),
        until.into(),
        limit.into(),
    ];
    let rows = tx.query(&sql, &params).await?;
    rows.iter().map(|row| group(row, currency, by)).collect()
}

/// What the sums over hours say of an agent; calls that an earlier release recorded are not among them.
const ACTIVITY: &str = "SELECT CAST(COALESCE(SUM(requests), 0) AS BIGINT) AS requests, COUNT(*) AS hours, \
    CAST(COALESCE(SUM(CASE WHEN answered > 0 THEN 1 ELSE 0 END), 0) AS BIGINT) AS answered_hours FROM (\
    SELECT SUM(requests) AS requests, SUM(answered) AS answered FROM orch_usage_sums \
    WHERE agent = ?1 AND span = 'hour' AND starts_at >= ?2 AND starts_at < ?3 \
    GROUP BY starts_at HAVING SUM(requests) > 0) called";

/// How much an agent was called, whoever called it.
pub(in crate::sql::billing) async fn activity(
    tx: &mut dyn Tx,
    agent: AgentId,
    period: Period,
) -> Result<Activity, StoreError> {
    let params = [Value::text(agent), period.from.into(), period.until.into()];
    let rows = tx.query(ACTIVITY, &params).await?;
    let Some(row) = rows.first() else {
        return Ok(Activity::default());
    };
    let row = row.of("orch_usage_sums");
    Ok(Activity {
        requests: row.number("requests")?,
        hours: row.number("hours")?,
        answered_hours: row.number("answered_hours")?,
    })
}

fn group(row: &Row, currency: Currency, by: Grouping) -> Result<UsageGroup, StoreError> {
    let row = row.of("orch_usage_sums");
    let key = match by {
        Grouping::Day => {
            let starts_at = row.integer("key")?.saturating_mul(DAY);
            Period::day_of(Timestamp::from_millis(starts_at))
        }
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

/// Where a period begins; where its whole hours, its whole days, the whole hours after them and the rest begin; and where
/// it ends. What there is none of begins where the next does.
fn edges(period: Period) -> [i64; 6] {
    // Beyond any calendar, and far enough from the ends to be rounded.
    const FURTHEST: i64 = i64::MAX / 4;
    let from = period.from.as_millis().clamp(-FURTHEST, FURTHEST);
    let until = period.until.as_millis().clamp(from, FURTHEST);
    let (hours, after_hours) = whole(from, until, HOUR);
    let (days, after_days) = whole(hours, after_hours, DAY);
    [from, hours, days, after_days, after_hours, until]
}

/// The part of a stretch that is made of whole spans; an empty one at its end where there is none.
fn whole(from: i64, until: i64, span: i64) -> (i64, i64) {
    let start = |at: i64| at.div_euclid(span) * span;
    let (first, last) = (start(from + span - 1), start(until));
    if first < last {
        (first, last)
    } else {
        (until, until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(from: i64, until: i64) -> [i64; 6] {
        edges(Period {
            from: Timestamp::from_millis(from),
            until: Timestamp::from_millis(until),
        })
    }

    #[test]
    fn a_period_is_cut_at_hours_and_days() {
        assert_eq!(of(5, 9), [5, 9, 9, 9, 9, 9]);
        let (hour, day) = (HOUR, DAY);
        assert_eq!(
            of(1, 3 * hour + 1),
            [1, hour, 3 * hour, 3 * hour, 3 * hour, 3 * hour + 1]
        );
        let until = 3 * day + 2 * hour + 7;
        assert_eq!(of(1, until), [1, hour, day, 3 * day, 3 * day + 2 * hour, until]);
        assert_eq!(of(day, 2 * day), [day, day, day, 2 * day, 2 * day, 2 * day]);
        assert_eq!(of(9, 5), [9; 6]);
        let always = of(i64::MIN, i64::MAX);
        assert!(always.is_sorted() && always[2] < 0 && always[3] > i64::MAX / 8);
    }
}
