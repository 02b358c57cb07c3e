use super::Law;

/// What breaks the law of a table of sums: a row that is not the sum of the records that count in it (`flag = 1`). Of each span,
/// the millis that it lasts and what a row of it is about, besides account and currency.
macro_rules! is_not_the_sum {
    ($sum:literal of $table:literal, $flag:literal: $($span:literal $millis:literal $about:literal),+) => {
        concat!(
            "SELECT account || ' ' || span || ' ' || CAST(starts_at AS TEXT) || ' ' || agent_slug || ' ' || task || ' ' || \
            currency AS violator, 'the ", $sum, " has ' || CAST(SUM(n) AS TEXT) || ' requests and ' || CAST(SUM(cost) AS TEXT) || \
            ' too much' AS detail FROM (\
            SELECT account, currency, span, starts_at, agent, agent_slug, task, requests AS n, answered AS a, cost, took_millis \
            FROM ", $table,
            $(" UNION ALL SELECT account, currency, '", $span, "', at / ", $millis, " * ", $millis, ", ", $about, ", -1, \
            CASE WHEN outcome = 'answered' THEN -1 ELSE 0 END, -cost, -took_millis FROM orch_usage WHERE ", $flag, " = 1",)+
            ") sides GROUP BY account, currency, span, starts_at, agent, agent_slug, task \
            HAVING SUM(n) <> 0 OR SUM(a) <> 0 OR SUM(cost) <> 0 OR SUM(took_millis) <> 0 LIMIT ?1"
        )
    };
}

/// The laws of usage records. An invocation and its hold bear the same UUID.
pub(super) const LAWS: &[Law] = &[
    Law {
        says: "a usage record is of a closed hold of its account",
        broken_by: "SELECT u.invocation AS violator, \
            COALESCE('the hold is ' || h.state || ', of ' || h.account, 'there is no hold') AS detail \
            FROM orch_usage u LEFT JOIN orch_holds h ON h.id = 'hold_' || SUBSTR(u.invocation, 5) \
            WHERE h.id IS NULL OR h.state = 'open' OR h.account <> u.account LIMIT ?1",
    },
    Law {
        says: "usage costs what was captured",
        broken_by: "SELECT u.invocation AS violator, 'it cost ' || CAST(u.cost AS TEXT) || ' ' || u.currency || \
            ', captured was ' || CAST(h.captured AS TEXT) || ' ' || h.currency AS detail \
            FROM orch_usage u JOIN orch_holds h ON h.id = 'hold_' || SUBSTR(u.invocation, 5) \
            WHERE u.cost <> h.captured OR u.currency <> h.currency LIMIT ?1",
    },
    Law {
        says: "the sums of usage are those of its records",
        broken_by: is_not_the_sum!("sum" of "orch_usage_sums", "summed":
            "hour" 3600000 "agent, agent_slug, task", "day" 86400000 "agent, agent_slug, task"),
    },
    Law {
        says: "the totals of usage are those of its records",
        broken_by: is_not_the_sum!("total" of "orch_usage_totals", "totaled":
            "week" 604800000 "agent, agent_slug, task", "day" 86400000 "'', '', ''"),
    },
];
