//! The orchestrator through its public API, as a host uses it: in memory, on SQLite and on PostgreSQL.
#![cfg(test)]

mod agents;
mod approvals;
mod bad_input;
mod catalog;
mod engine;
mod enrollment;
mod host;
mod isolation;
mod replicas;
mod retention;
mod runs;
mod send;
mod shutdown;
mod telemetry;
mod unpaid;
mod unplanned;
mod waiting;
