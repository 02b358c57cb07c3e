//! What the check of a database finds in its transactions.

use orch_a2a::transaction::{End, State};
use orch_backends::{SqlStore, sql::test_db};

use super::{NOW, answered, make};
use crate::spoiled;

const END: &str = "a transaction that has ended has an end, and no other has";
const LOG: &str = "a transaction is as far as its last event says";

/// Each change breaks a law, and the next one mends it.
async fn every_law_is_checked(store: SqlStore) {
    let ended = |end| State::Ended { at: NOW, end };
    let refused = End::Refused {
        status: 422,
        body: None,
    };
    for (id, state) in [
        ("pending", State::Pending),
        ("again", State::NotExecuted),
        ("answered", answered()),
        ("refused", ended(refused)),
        ("lost", ended(End::Lost)),
        ("late", ended(End::TimedOut)),
    ] {
        make(&store, id, state).await;
    }
    let breaks = [
        (
            "UPDATE orch_transactions SET ended_at = 7 WHERE id = 'pending'",
            END,
            "UPDATE orch_transactions SET ended_at = NULL WHERE id = 'pending'",
        ),
        (
            "UPDATE orch_transactions SET provider_status = NULL WHERE id = 'refused'",
            END,
            "UPDATE orch_transactions SET provider_status = 422 WHERE id = 'refused'",
        ),
        (
            "UPDATE orch_transactions SET provider_status = 200 WHERE id = 'lost'",
            END,
            "UPDATE orch_transactions SET provider_status = NULL WHERE id = 'lost'",
        ),
        (
            "UPDATE orch_transactions SET result = '1' WHERE id = 'lost'",
            END,
            "UPDATE orch_transactions SET result = NULL WHERE id = 'lost'",
        ),
        (
            "UPDATE orch_transactions SET executions = 2 WHERE id = 'again'",
            LOG,
            "UPDATE orch_transactions SET executions = 1 WHERE id = 'again'",
        ),
        (
            "UPDATE orch_transactions SET state = 'pending', ended_at = NULL, provider_status = NULL, result = NULL \
             WHERE id = 'answered'",
            LOG,
            "UPDATE orch_transactions SET state = 'success', ended_at = 7, provider_status = 200, result = '1' \
             WHERE id = 'answered'",
        ),
        (
            "UPDATE orch_events SET kind = 'lost' WHERE stream = 'transaction/one late' AND seq = 2",
            LOG,
            "UPDATE orch_events SET kind = 'timed_out' WHERE stream = 'transaction/one late' AND seq = 2",
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
