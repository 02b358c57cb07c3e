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
];
