//! What must hold of runs: between their rows, their events and their holds.

mod answers;
mod logs;

use orch_core::StoreError;

use super::{Violation, found};
use crate::sql::Tx;

/// Laws that one statement settles: what they say, and the rows that break them.
const LAWS: [(&str, &str); 8] = [
    (
        "a run's number is that of its last event",
        "SELECT r.id AS violator, CAST(r.seq AS TEXT) || ', its last event is ' || \
         CAST(COALESCE((SELECT MAX(e.seq) FROM orch_events e WHERE e.stream = r.id), 0) AS TEXT) AS detail \
         FROM orch_runs r WHERE r.seq <> COALESCE((SELECT MAX(e.seq) FROM orch_events e WHERE e.stream = r.id), 0) LIMIT ?1",
    ),
    (
        "an ended run's last event says how it ended",
        "SELECT r.id AS violator, r.status || ', its last event is ' || COALESCE(e.kind, 'missing') AS detail \
         FROM orch_runs r LEFT JOIN orch_events e ON e.stream = r.id AND e.seq = r.seq \
         WHERE r.phase = 'ended' AND (e.kind IS NULL OR e.kind <> r.status OR r.ended_at IS NULL) LIMIT ?1",
    ),
    (
        "only an ended run's last event ends it",
        "SELECT r.id AS violator, r.status || ', its last event is ' || e.kind AS detail \
         FROM orch_runs r JOIN orch_events e ON e.stream = r.id AND e.seq = r.seq \
         WHERE r.phase <> 'ended' AND (e.kind IN ('completed', 'failed', 'cancelled') OR r.ended_at IS NOT NULL) LIMIT ?1",
    ),
    (
        "a run's phase fits its status, and only a ready one has a worker",
        "SELECT id AS violator, phase || ', ' || status || COALESCE(', of ' || worker, '') AS detail FROM orch_runs \
         WHERE phase <> CASE WHEN status IN ('running', 'cancelling', 'failing') THEN 'ready' \
         WHEN status = 'waiting' THEN 'waiting' ELSE 'ended' END OR (phase <> 'ready' AND worker IS NOT NULL) LIMIT ?1",
    ),
    (
        "a run that costs something has its hold",
        "SELECT r.id AS violator, 'there is no hold_' || SUBSTR(r.id, 5) AS detail FROM orch_runs r WHERE r.price > 0 \
         AND NOT EXISTS (SELECT 1 FROM orch_holds h WHERE h.id = 'hold_' || SUBSTR(r.id, 5) \
         AND h.account = r.account AND h.currency = r.currency) LIMIT ?1",
    ),
    (
        // A run of one call is paid from its own hold.
        "a run's hold is open until the run ends, and pays for nothing but the one call that a run may be",
        "SELECT r.id AS violator, 'its hold is ' || h.state AS detail FROM orch_runs r \
         JOIN orch_holds h ON h.id = 'hold_' || SUBSTR(r.id, 5) WHERE (r.phase = 'waiting' AND h.state <> 'open') \
         OR (h.state = 'captured' AND NOT (r.n_steps = 1 AND h.payee IS NOT NULL AND EXISTS (SELECT 1 FROM orch_events e \
         WHERE e.stream = r.id AND e.kind = 'step_succeeded'))) LIMIT ?1",
    ),
    (
        "an ended run holds nothing",
        "SELECT r.id AS violator, h.id || ' is open' AS detail FROM orch_holds h JOIN orch_runs r ON r.id = h.keeper \
         WHERE h.state = 'open' AND h.amount > 0 AND r.phase = 'ended' LIMIT ?1",
    ),
    (
        "an ended run has paid for each answer that counts, and for nothing else",
        "SELECT r.id AS violator, CAST(sides.n AS TEXT) || ' more paid than answered' AS detail FROM (\
         SELECT id, CAST(SUM(n) AS BIGINT) AS n FROM (\
         SELECT keeper AS id, 1 AS n FROM orch_holds WHERE state = 'captured' AND keeper LIKE 'run!_%' ESCAPE '!' UNION ALL \
         SELECT stream, -1 FROM orch_events WHERE kind IN ('step_succeeded', 'synthesized')) counted GROUP BY id) sides \
         JOIN orch_runs r ON r.id = sides.id WHERE sides.n <> 0 AND r.phase = 'ended' LIMIT ?1",
    ),
];

pub(super) async fn violations(tx: &mut dyn Tx) -> Result<Vec<Violation>, StoreError> {
    let mut violations = Vec::new();
    for (law, sql) in LAWS {
        violations.extend(found(tx, law, sql).await?);
    }
    answers::check(tx, &mut violations).await?;
    logs::check(tx, &mut violations).await?;
    Ok(violations)
}
