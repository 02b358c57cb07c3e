use super::Law;

/// The laws of holds and of the transactions about them.
pub(super) const LAWS: &[Law] = &[
    Law {
        says: "what remains of a hold is what its entries sum to",
        broken_by: "SELECT id AS violator, 'they differ by ' || CAST(SUM(minor) AS TEXT) AS detail FROM (\
            SELECT id, remaining AS minor FROM orch_holds UNION ALL \
            SELECT owner, -minor FROM orch_ledger_entries WHERE ledger = 'hold') sides \
            GROUP BY id HAVING CAST(SUM(minor) AS BIGINT) <> 0 LIMIT ?1",
    },
    Law {
        says: "no part of a hold is less than nothing",
        broken_by: "SELECT id AS violator, 'it has a negative column' AS detail FROM orch_holds \
            WHERE amount < 0 OR opened_with < 0 OR remaining < 0 OR open_sub_holds < 0 OR captured < 0 OR fee < 0 \
            OR returned < 0 OR refunded < 0 LIMIT ?1",
    },
    Law {
        says: "an open hold has not ended",
        broken_by: "SELECT id AS violator, 'it is open and has ended' AS detail FROM orch_holds WHERE state = 'open' \
            AND (captured <> 0 OR fee <> 0 OR returned <> 0 OR refunded <> 0 OR closed_at IS NOT NULL) LIMIT ?1",
    },
    Law {
        says: "a closed hold is empty",
        broken_by: "SELECT id AS violator, state || ', with ' || CAST(remaining AS TEXT) || ' and ' || \
            CAST(open_sub_holds AS TEXT) || ' open sub-holds' AS detail FROM orch_holds WHERE state <> 'open' \
            AND (remaining <> 0 OR open_sub_holds <> 0 OR closed_at IS NULL) LIMIT ?1",
    },
    Law {
        says: "a hold is open, captured, released or expired",
        broken_by: "SELECT id AS violator, 'it is ' || state AS detail FROM orch_holds \
            WHERE state NOT IN ('open', 'captured', 'released', 'expired') \
            OR (state <> 'captured' AND (captured <> 0 OR fee <> 0 OR refunded <> 0)) LIMIT ?1",
    },
    Law {
        says: "a sub-hold has a parent of its account and currency, open while it is",
        broken_by: "SELECT h.id AS violator, COALESCE(p.id || ' is ' || p.state || ', of ' || p.account || ' in ' || \
            p.currency, 'there is no ' || h.parent) AS detail \
            FROM orch_holds h LEFT JOIN orch_holds p ON p.id = h.parent WHERE h.parent IS NOT NULL \
            AND (p.id IS NULL OR p.account <> h.account OR p.currency <> h.currency \
            OR (h.state = 'open' AND p.state <> 'open')) LIMIT ?1",
    },
    Law {
        says: "a hold counts its open sub-holds",
        broken_by: "SELECT id AS violator, 'it counts ' || CAST(SUM(n) AS TEXT) || ' too many' AS detail FROM (\
            SELECT id, open_sub_holds AS n FROM orch_holds UNION ALL \
            SELECT parent, -1 FROM orch_holds WHERE parent IS NOT NULL AND state = 'open') sides \
            GROUP BY id HAVING CAST(SUM(n) AS BIGINT) <> 0 LIMIT ?1",
    },
    Law {
        says: "a hold has the transaction that took what it was opened with",
        broken_by: "SELECT h.id AS violator, COALESCE('it took ' || CAST(t.amount AS TEXT) || ' ' || t.currency, \
            'there is none') AS detail \
            FROM orch_holds h LEFT JOIN orch_ledger_transactions t ON t.id = 'hold/' || h.id \
            WHERE t.id IS NULL OR t.amount <> h.opened_with OR t.currency <> h.currency LIMIT ?1",
    },
    Law {
        says: "a hold took what it was opened with and its enlargements",
        broken_by: "SELECT id AS violator, 'they differ by ' || CAST(SUM(minor) AS TEXT) AS detail FROM (\
            SELECT id, amount - opened_with AS minor FROM orch_holds UNION ALL \
            SELECT e.owner, -e.minor FROM orch_ledger_entries e \
            JOIN orch_ledger_transactions t ON t.id = e.transaction_id \
            WHERE t.kind = 'enlarge' AND e.ledger = 'hold' AND e.minor > 0) sides \
            GROUP BY id HAVING CAST(SUM(minor) AS BIGINT) <> 0 LIMIT ?1",
    },
    Law {
        says: "a closed hold has the transaction that emptied it",
        broken_by: "SELECT h.id AS violator, COALESCE('it emptied ' || CAST(t.amount AS TEXT), 'there is none') AS detail \
            FROM orch_holds h LEFT JOIN orch_ledger_transactions t ON t.id = \
            CASE h.state WHEN 'captured' THEN 'capture/' WHEN 'released' THEN 'release/' ELSE 'expire/' END || h.id \
            WHERE h.state <> 'open' AND (t.id IS NULL OR t.amount <> h.captured + h.returned) LIMIT ?1",
    },
    Law {
        says: "a transaction about a hold agrees with what became of it",
        broken_by: "SELECT t.id AS violator, COALESCE('the hold is ' || h.state, 'there is no hold') AS detail \
            FROM orch_ledger_transactions t \
            LEFT JOIN orch_holds h ON h.id = SUBSTR(t.id, LENGTH(t.kind) + 2, 37) \
            WHERE t.kind <> 'grant' AND (h.id IS NULL \
            OR (t.kind IN ('capture', 'refund') AND h.state <> 'captured') \
            OR (t.kind = 'release' AND h.state <> 'released') OR (t.kind = 'expire' AND h.state <> 'expired')) LIMIT ?1",
    },
    Law {
        says: "what was captured is what was earned",
        broken_by: "SELECT id AS violator, 'they differ by ' || CAST(SUM(minor) AS TEXT) AS detail FROM (\
            SELECT id, COALESCE(payee, '') AS owner, captured - fee AS minor FROM orch_holds WHERE state = 'captured' \
            UNION ALL SELECT id, 'the fee', fee FROM orch_holds WHERE state = 'captured' \
            UNION ALL SELECT SUBSTR(transaction_id, 9), CASE ledger WHEN 'fees' THEN 'the fee' ELSE owner END, -minor \
            FROM orch_ledger_entries WHERE ledger IN ('earnings', 'fees') AND transaction_id LIKE 'capture/%') sides \
            GROUP BY id, owner HAVING CAST(SUM(minor) AS BIGINT) <> 0 LIMIT ?1",
    },
    Law {
        says: "what was refunded is what its refunds sum to, and at most what was captured",
        broken_by: "SELECT id AS violator, 'they differ by ' || CAST(SUM(minor) AS TEXT) AS detail FROM (\
            SELECT id, refunded AS minor, captured - refunded AS rest FROM orch_holds UNION ALL \
            SELECT SUBSTR(id, 8, 37), -amount, 0 FROM orch_ledger_transactions WHERE kind = 'refund') sides \
            GROUP BY id HAVING CAST(SUM(minor) AS BIGINT) <> 0 OR MIN(rest) < 0 LIMIT ?1",
    },
];
