//! What must hold of signed transactions: between their columns, and with their events.

use orch_core::StoreError;

use super::{Violation, found};
use crate::sql::Tx;

/// What they say, and the rows that break them. Transactions of before they had events have none.
const LAWS: [(&str, &str); 2] = [
    (
        "a transaction that has ended has an end, and no other has",
        "SELECT consumer || ' ' || id AS violator, state || ', ended at ' || COALESCE(CAST(ended_at AS TEXT), 'no time') \
         AS detail FROM orch_transactions WHERE (state IN ('success', 'failed', 'unknown')) <> (ended_at IS NOT NULL) \
         OR (state = 'failed' AND provider_status IS NULL) OR executions < 1 OR (state NOT IN ('success', 'failed') \
         AND (provider_status IS NOT NULL OR result IS NOT NULL)) LIMIT ?1",
    ),
    (
        "a transaction is as far as its last event says",
        "SELECT t.consumer || ' ' || t.id AS violator, t.state || ', its last event is ' || CAST(e.seq AS TEXT) || ', ' || e.kind \
         AS detail FROM orch_transactions t JOIN orch_events b ON b.stream = 'transaction/' || t.consumer || ' ' || t.id \
         AND b.seq = 1 JOIN orch_events e ON e.stream = b.stream AND e.seq = \
         (SELECT MAX(m.seq) FROM orch_events m WHERE m.stream = b.stream) WHERE e.kind <> CASE t.state \
         WHEN 'pending' THEN 'began' WHEN 'success' THEN 'answered' WHEN 'failed' THEN 'refused' \
         WHEN 'unknown' THEN CASE t.is_lost WHEN 0 THEN 'timed_out' ELSE 'lost' END ELSE t.state END \
         OR e.seq <> t.executions * 2 - CASE t.state WHEN 'pending' THEN 1 ELSE 0 END LIMIT ?1",
    ),
];

pub(super) async fn violations(tx: &mut dyn Tx) -> Result<Vec<Violation>, StoreError> {
    let mut violations = Vec::new();
    for (law, sql) in LAWS {
        violations.extend(found(tx, law, sql).await?);
    }
    Ok(violations)
}
