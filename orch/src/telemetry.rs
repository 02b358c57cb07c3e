//! What an orchestrator counts, through the `metrics` facade, for the host's recorder.
//!
//! Without a recorder it costs next to nothing. Spans and logs go through `tracing`: `run`, within it `invoke` with the
//! ids of run, step and invocation, within that `send` with the number of the attempt.

/// Tells the recorder of this process what the figures mean. Once, by the host's program.
pub fn describe() {
    orch_billing::telemetry::describe();
    orch_a2a::telemetry::describe();
    orch_planner::telemetry::describe();
    #[cfg(any(feature = "sqlite", feature = "postgres"))]
    orch_backends::sql::telemetry::describe();
}
