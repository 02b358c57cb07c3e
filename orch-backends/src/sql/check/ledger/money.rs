use super::Law;

/// The laws of transactions, entries and credits.
pub(super) const LAWS: &[Law] = &[
    Law {
        says: "the entries of a transaction sum to zero",
        broken_by: "SELECT transaction_id AS violator, 'they sum to ' || CAST(SUM(minor) AS TEXT) AS detail \
            FROM orch_ledger_entries GROUP BY transaction_id, currency \
            HAVING CAST(SUM(minor) AS BIGINT) <> 0 LIMIT ?1",
    },
    Law {
        says: "an entry belongs to a transaction of its currency",
        broken_by: "SELECT e.transaction_id || ' line ' || CAST(e.line AS TEXT) AS violator, \
            COALESCE('the transaction is in ' || t.currency, 'there is no transaction') AS detail \
            FROM orch_ledger_entries e LEFT JOIN orch_ledger_transactions t ON t.id = e.transaction_id \
            WHERE t.id IS NULL OR t.currency <> e.currency LIMIT ?1",
    },
    Law {
        says: "an entry moves something in a known ledger",
        broken_by: "SELECT transaction_id || ' line ' || CAST(line AS TEXT) AS violator, \
            CAST(minor AS TEXT) || ' of ' || ledger || '/' || owner AS detail FROM orch_ledger_entries \
            WHERE minor = 0 OR ledger NOT IN ('credits', 'hold', 'earnings', 'fees', 'external') \
            OR (ledger IN ('fees', 'external')) <> (owner = '') LIMIT ?1",
    },
    Law {
        says: "the amount of a transaction is what came",
        broken_by: "SELECT t.id AS violator, 'it says ' || CAST(t.amount AS TEXT) AS detail \
            FROM orch_ledger_transactions t WHERE t.amount <> COALESCE((SELECT CAST(SUM(e.minor) AS BIGINT) \
            FROM orch_ledger_entries e WHERE e.transaction_id = t.id AND e.minor > 0), 0) LIMIT ?1",
    },
    Law {
        says: "an account's balance is what its entries sum to",
        broken_by: "SELECT account || ' ' || currency AS violator, \
            'they differ by ' || CAST(SUM(minor) AS TEXT) AS detail FROM (\
            SELECT account, currency, balance AS minor FROM orch_credits UNION ALL \
            SELECT owner, currency, -minor FROM orch_ledger_entries WHERE ledger = 'credits') sides \
            GROUP BY account, currency HAVING CAST(SUM(minor) AS BIGINT) <> 0 LIMIT ?1",
    },
    Law {
        says: "what an account was granted is what its grants sum to",
        broken_by: "SELECT account || ' ' || currency AS violator, \
            'they differ by ' || CAST(SUM(minor) AS TEXT) AS detail FROM (\
            SELECT account, currency, granted AS minor FROM orch_credits UNION ALL \
            SELECT e.owner, e.currency, -e.minor FROM orch_ledger_entries e \
            JOIN orch_ledger_transactions t ON t.id = e.transaction_id \
            WHERE t.kind = 'grant' AND e.ledger = 'credits') sides \
            GROUP BY account, currency HAVING CAST(SUM(minor) AS BIGINT) <> 0 LIMIT ?1",
    },
    Law {
        says: "no account has less than nothing",
        broken_by: "SELECT account || ' ' || currency AS violator, \
            'it has ' || CAST(balance AS TEXT) AS detail FROM orch_credits WHERE balance < 0 LIMIT ?1",
    },
    Law {
        says: "nobody has earned less than nothing",
        broken_by: "SELECT ledger || '/' || owner || ' ' || currency AS violator, \
            'they sum to ' || CAST(SUM(minor) AS TEXT) AS detail FROM orch_ledger_entries \
            WHERE ledger IN ('earnings', 'fees') GROUP BY ledger, owner, currency \
            HAVING CAST(SUM(minor) AS BIGINT) < 0 LIMIT ?1",
    },
];
