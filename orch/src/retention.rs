//! How long what is over is kept.

use std::time::Duration;

use crate::orchestrator::Parts;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How long what is over is kept. Accounts, the ledger with its entries and holds, agents, and whatever is not over are
/// kept for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Runs after their end, with their events, results, and the keys that make starting them twice the same as once; for
    /// good where this is `None`. 90 days unless it is set.
    pub runs: Option<Duration>,
    /// Usage records; for good where this is `None`. 400 days unless it is set, so that a year can be compared with the
    /// one before. Volume discounts count the calls of the calendar month: keep at least 31 days where there are any.
    pub usage: Option<Duration>,
    /// Approvals after they were closed, with their events; for good where this is `None`. 90 days unless it is set.
    pub approvals: Option<Duration>,
    /// Signed transactions after they were asked for, with their events and their ids, which make asking twice the same as
    /// once, and what the log says of requests for one that were refused; for good where this is `None`. 400 days unless it
    /// is set, as usage records. Their answers are kept as long as [`TransactionOptions`](orch_a2a::TransactionOptions) says.
    pub transactions: Option<Duration>,
    /// How often is looked for what is too old.
    pub interval: Duration,
    /// How many of a kind are removed in one unit of work.
    pub batch: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            runs: Some(90 * DAY),
            usage: Some(400 * DAY),
            approvals: Some(90 * DAY),
            transactions: Some(400 * DAY),
            interval: Duration::from_secs(600),
            batch: 100,
        }
    }
}

impl Retention {
    /// How long the events of a stream are kept after they happened, at least; for good where this is `None`.
    pub fn of_events(&self, stream: &str) -> Option<Duration> {
        match stream.split_once('/') {
            Some(("approval", _)) => self.approvals,
            Some(("transaction" | "rejection", _)) => self.transactions,
            _ => None,
        }
    }
}

/// Between two batches others come to their turn.
const PAUSE: Duration = Duration::from_millis(20);

/// Removes what is too old, a batch at a time, now and then.
pub(crate) async fn prune(parts: Parts) {
    let Retention {
        runs,
        usage,
        approvals,
        transactions,
        interval,
        batch,
    } = parts.options.retention;
    let batch = batch.max(1);
    loop {
        let mut n_most = 0;
        if let Some(older_than) = runs {
            let pruned = parts.orchestrations.prune(older_than, batch).await;
            n_most = n_most.max(n_of(pruned, "ended runs cannot be pruned"));
        }
        if let Some(older_than) = usage {
            let pruned = parts.metering.prune(older_than, batch).await;
            n_most = n_most.max(n_of(pruned, "usage records cannot be pruned"));
        }
        if let Some(older_than) = approvals {
            let closed_before = parts.clock.now() - older_than;
            let pruned = parts.approvals.prune(closed_before, batch).await;
            n_most = n_most.max(n_of(pruned, "closed approvals cannot be pruned"));
        }
        if let Some(older_than) = transactions {
            let pruned = parts.transactions.prune(older_than, batch).await;
            n_most = n_most.max(n_of(pruned, "transactions cannot be pruned"));
        }
        let forgotten = parts.transactions.forget(batch).await;
        n_most = n_most.max(n_of(forgotten, "answers cannot be forgotten"));
        let forgotten = parts.transactions.directory().agents().forget_nonces(batch).await;
        n_most = n_most.max(n_of(forgotten.map(small), "nonces cannot be forgotten"));
        // There may be more where a whole batch came from.
        parts
            .clock
            .sleep(if n_most >= batch { PAUSE } else { interval })
            .await;
    }
}

fn small(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn n_of(pruned: Result<u32, impl std::error::Error + 'static>, what: &'static str) -> u32 {
    pruned.unwrap_or_else(|error| {
        tracing::warn!(error = &error as &dyn std::error::Error, "{what}");
        0
    })
}
