//! What the engines count, through the `metrics` facade.

use std::time::Duration;

use metrics::{Unit, counter, describe_counter, describe_histogram, histogram};
use orch_core::StoreError;

use super::Dialect;

const SECONDS: &str = "orch_store_unit_seconds";
const FAILURES: &str = "orch_store_failures_total";
const BATCH: &str = "orch_store_batch_units";

/// Tells the recorder of this process what the figures mean. Once, by the host's program.
pub fn describe() {
    describe_histogram!(
        SECONDS,
        Unit::Seconds,
        "How long units of work took until they were durable or read, by engine and access"
    );
    describe_counter!(
        FAILURES,
        "Units of work that failed, by engine and whether trying again can help"
    );
    describe_histogram!(BATCH, "How many units shared a commit of SQLite");
}

pub(super) fn done(dialect: Dialect, access: &'static str, took: Duration, outcome: &Result<(), StoreError>) {
    let engine = match dialect {
        Dialect::Sqlite => "sqlite",
        Dialect::Postgres => "postgres",
    };
    histogram!(SECONDS, "engine" => engine, "access" => access).record(took);
    if let Err(failure) = outcome {
        let kind = if failure.is_retryable() {
            "unavailable"
        } else {
            "broken"
        };
        counter!(FAILURES, "engine" => engine, "kind" => kind).increment(1);
    }
}

#[cfg(feature = "sqlite")]
pub(super) fn committed(n_units: usize) {
    // A batch is bounded far below what a double counts exactly.
    histogram!(BATCH).record(u32::try_from(n_units).unwrap_or(u32::MAX));
}
