//! Sums over any period, made of the sums that are kept.

use std::time::Duration;

use orch_billing::{Activity, Grouping, Period, UsageGroup};
use orch_core::{AccountId, AgentId, Currency, StoreError, Timestamp};

use super::{
    super::holds::amount,
    sums::{DAY, HOUR, Span},
};
use crate::sql::{Row, Tx, Value};

/// Records of a stretch of time.
const RECORDS: &str = "SELECT agent, agent_slug, task, at / 86400000 AS day, 1 AS requests, \
    CASE WHEN outcome = 'answered' THEN 1 ELSE 0 END AS answered, cost, took_millis \
    FROM orch_usage WHERE account = ?1 AND currency = ?2 AND at >= ";

/// Sums or totals of a stretch of time.
const KEPT: &str = "SELECT agent, agent_slug, task, starts_at / 86400000 AS day, requests, answered, cost, took_millis \
    FROM orch_usage_";

/// Whose, of which spans.
const OF: &str = "WHERE account = ?1 AND currency = ?2 AND span = ";

/// Whole weeks from the totals (or whole days, where days are asked for), whole days beside them from the sums over days,
/// whole hours beside those from the sums over hours, and what is left at both ends from the records: a few thousand rows,
/// however many calls there were. Records that an earlier release wrote are in no sum, or in no total.
pub(in crate::sql::billing) async fn summarize(
    tx: &mut dyn Tx,
    account: &AccountId,
    currency: Currency,
    period: Period,
    by: Grouping,
    limit: u32,
) -> Result<Vec<UsageGroup>, StoreError> {
    let (column, agents, order) = match by {
        Grouping::Whole => ("''", "COUNT(DISTINCT agent)", "cost DESC"),
        Grouping::Agent => ("agent_slug", "0", "cost DESC, key"),
        Grouping::Task => ("task", "0", "cost DESC, key"),
        Grouping::Day => ("day", "0", "key"),
    };
    let total = match by {
        Grouping::Whole | Grouping::Agent | Grouping::Task => Span::Week,
        Grouping::Day => Span::WholeDay,
    };
    let span = total.name();
    let sql = format!(
        "SELECT {column} AS key, CAST(SUM(requests) AS BIGINT) AS requests, {agents} AS agents, \
         CAST(SUM(answered) AS BIGINT) AS answered, CAST(SUM(cost) AS BIGINT) AS cost, \
         CAST(SUM(took_millis) AS BIGINT) AS took_millis FROM (\
         {RECORDS} ?3 AND at < ?4 UNION ALL {RECORDS} ?9 AND at < ?10 UNION ALL \
         {RECORDS} ?4 AND at < ?6 AND summed = 0 UNION ALL {RECORDS} ?7 AND at < ?9 AND summed = 0 UNION ALL \
         {RECORDS} ?6 AND at < ?7 AND totaled = 0 UNION ALL \
         {KEPT}sums {OF} 'hour' AND starts_at >= ?4 AND starts_at < ?5 UNION ALL \
         {KEPT}sums {OF} 'hour' AND starts_at >= ?8 AND starts_at < ?9 UNION ALL \
         {KEPT}sums {OF} 'day' AND starts_at >= ?5 AND starts_at < ?6 UNION ALL \
         {KEPT}sums {OF} 'day' AND starts_at >= ?7 AND starts_at < ?8 UNION ALL \
         {KEPT}totals {OF} '{span}' AND starts_at >= ?6 AND starts_at < ?7) used \
         GROUP BY 1 ORDER BY {order} LIMIT ?11"
    );
    let mut params: Vec<Value<'_>> = vec![account.as_str().into(), currency.code().into()];
    params.extend(edges(period, total.length()).map(Value::from));
    params.push(limit.into());
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
        agents: (by == Grouping::Whole)
            .then(|| row.number("agents"))
            .transpose()?,
        cost: amount(&row, "cost", currency)?,
        took: Duration::from_millis(row.number("took_millis")?),
    })
}

/// Where a period begins; where its whole hours, its whole days, its whole spans of the totals, the whole days and hours
/// after them and the rest begin; and where it ends. What there is none of begins where the next does.
fn edges(period: Period, total: i64) -> [i64; 8] {
    // Beyond any calendar, and far enough from the ends to be rounded.
    const FURTHEST: i64 = i64::MAX / 4;
    let from = period.from.as_millis().clamp(-FURTHEST, FURTHEST);
    let until = period.until.as_millis().clamp(from, FURTHEST);
    let (hours, after_hours) = whole(from, until, HOUR);
    let (days, after_days) = whole(hours, after_hours, DAY);
    let (totals, after_totals) = whole(days, after_days, total);
    [
        from,
        hours,
        days,
        totals,
        after_totals,
        after_days,
        after_hours,
        until,
    ]
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
    use super::{super::sums::WEEK, *};

    fn of(from: i64, until: i64) -> [i64; 8] {
        let period = Period {
            from: Timestamp::from_millis(from),
            until: Timestamp::from_millis(until),
        };
        edges(period, WEEK)
    }

    #[test]
    fn a_period_is_cut_at_hours_days_and_weeks() {
        let (hour, day, week) = (HOUR, DAY, WEEK);
        assert_eq!(of(5, 9), [5, 9, 9, 9, 9, 9, 9, 9]);
        let until = 3 * hour + 1;
        let last = 3 * hour;
        assert_eq!(of(1, until), [1, hour, last, last, last, last, last, until]);
        let (last, until) = (3 * day + 2 * hour, 3 * day + 2 * hour + 7);
        assert_eq!(
            of(1, until),
            [1, hour, day, 3 * day, 3 * day, 3 * day, last, until]
        );
        let end = 2 * day;
        assert_eq!(of(day, end), [day, day, day, end, end, end, end, end]);
        let end = 2 * week + day + hour;
        assert_eq!(
            of(day, end),
            [day, day, day, week, 2 * week, 2 * week + day, end, end]
        );
        assert_eq!(of(9, 5), [9; 8]);
        let always = of(i64::MIN, i64::MAX);
        assert!(always.is_sorted() && always[3] < 0 && always[4] > i64::MAX / 8);
    }
}
