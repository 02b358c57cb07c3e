//! What the check of a database finds in its runs.

use orch_backends::{SqlStore, sql::test_db};

use super::runs::{process, start, work};
use crate::spoiled;

/// Each change breaks a law, and the next one mends it.
async fn every_law_is_checked(store: SqlStore) {
    let house = process(&store, true).await;
    start(&house, 1).await;
    work(&house).await;
    start(&house, 1).await;
    let breaks = [
        (
            "UPDATE orch_runs SET seq = seq + 1",
            "a run's number is that of its last event",
            "UPDATE orch_runs SET seq = seq - 1",
        ),
        (
            "UPDATE orch_runs SET status = 'failed' WHERE phase = 'ended'",
            "an ended run's last event says how it ended",
            "UPDATE orch_runs SET status = 'completed' WHERE phase = 'ended'",
        ),
        (
            "UPDATE orch_runs SET ended_at = 7 WHERE phase = 'ready'",
            "only an ended run's last event ends it",
            "UPDATE orch_runs SET ended_at = NULL WHERE phase = 'ready'",
        ),
        (
            "UPDATE orch_runs SET worker = 'worker_1' WHERE phase = 'ended'",
            "a run's phase fits its status, and only a ready one has a worker",
            "UPDATE orch_runs SET worker = NULL WHERE phase = 'ended'",
        ),
        (
            "UPDATE orch_runs SET currency = 'USD'",
            "a run that costs something has its hold",
            "UPDATE orch_runs SET currency = 'ALGO'",
        ),
        (
            "UPDATE orch_runs SET phase = 'waiting', status = 'waiting' WHERE phase = 'ended'",
            "a run's hold is open until the run ends, and pays for nothing but the one call that a run may be",
            "UPDATE orch_runs SET phase = 'ended', status = 'completed' WHERE phase = 'waiting'",
        ),
        (
            "UPDATE orch_holds SET state = 'open' WHERE state = 'released'",
            "an ended run holds nothing",
            "UPDATE orch_holds SET state = 'released' WHERE state = 'open' AND remaining = 0",
        ),
        (
            "UPDATE orch_holds SET state = 'released' WHERE state = 'captured'",
            "an ended run has paid for each answer that counts, and for nothing else",
            "UPDATE orch_holds SET state = 'captured' WHERE parent IS NOT NULL",
        ),
        (
            "UPDATE orch_holds SET captured = captured + 1 WHERE state = 'captured'",
            "an answer that counts costs what was paid for it",
            "UPDATE orch_holds SET captured = captured - 1 WHERE state = 'captured'",
        ),
        (
            "UPDATE orch_runs SET status = 'failing' WHERE phase = 'ready'",
            "a run that goes on is the fold of its events",
            "UPDATE orch_runs SET status = 'running' WHERE phase = 'ready'",
        ),
        (
            "UPDATE orch_events SET data = REPLACE(data, '\"v\":1', '\"v\":9') WHERE kind = 'planned'",
            "a run that goes on is the fold of its events",
            "UPDATE orch_events SET data = REPLACE(data, '\"v\":9', '\"v\":1') WHERE kind = 'planned'",
        ),
    ];
    spoiled::every_law_is_checked(&store, &breaks).await;
}

#[tokio::test]
async fn every_law_is_checked_on_sqlite() {
    every_law_is_checked(test_db::sqlite().await).await;
}

#[tokio::test]
async fn every_law_is_checked_on_postgres() {
    if let Some(store) = test_db::postgres().await {
        every_law_is_checked(store).await;
    }
}
