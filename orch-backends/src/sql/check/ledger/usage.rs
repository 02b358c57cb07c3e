use super::Law;

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
        broken_by: "SELECT account || ' ' || span || ' ' || CAST(starts_at AS TEXT) || ' ' || agent_slug || ' ' || task || ' ' || \
            currency AS violator, 'the sum has ' || CAST(SUM(n) AS TEXT) || ' requests and ' || CAST(SUM(cost) AS TEXT) || \
            ' too much' AS detail FROM (\
            SELECT account, currency, span, starts_at, agent, agent_slug, task, requests AS n, answered AS a, cost, took_millis \
            FROM orch_usage_sums UNION ALL \
            SELECT account, currency, 'hour', at / 3600000 * 3600000, agent, agent_slug, task, -1, \
            CASE WHEN outcome = 'answered' THEN -1 ELSE 0 END, -cost, -took_millis FROM orch_usage WHERE summed = 1 UNION ALL \
            SELECT account, currency, 'day', at / 86400000 * 86400000, agent, agent_slug, task, -1, \
            CASE WHEN outcome = 'answered' THEN -1 ELSE 0 END, -cost, -took_millis FROM orch_usage WHERE summed = 1) sides \
            GROUP BY account, currency, span, starts_at, agent, agent_slug, task \
            HAVING SUM(n) <> 0 OR SUM(a) <> 0 OR SUM(cost) <> 0 OR SUM(took_millis) <> 0 LIMIT ?1",
    },
];
