//! What happened: the log that watchers, webhooks and audits read.

mod bell;
mod store;

pub use bell::{Bell, Ear, News};
pub use store::EventLog;
#[cfg(any(test, feature = "testing"))]
pub use store::conformance;
#[cfg(feature = "memory")]
pub use store::in_memory::InMemoryEventLog;

use std::fmt;

use serde_json::Value;

use crate::Timestamp;

/// One thing that happened to something of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The id of what it happened to: `run_…`, `agent_…`. Each has a stream of its own.
    pub stream: String,
    /// Its place in the stream, counting from 1 without gaps.
    pub seq: u64,
    /// What happened, in the past tense: `step_succeeded`.
    pub kind: String,
    /// When.
    pub at: Timestamp,
    /// The particulars: the text of a JSON object that bears the version of its form as `v`.
    pub data: String,
}

impl Event {
    /// Something that happened to what bears the id `stream`. `data` is a JSON object with its version in `v`.
    pub fn new(stream: impl fmt::Display, seq: u64, kind: &str, at: Timestamp, data: &Value) -> Self {
        Self {
            stream: stream.to_string(),
            seq,
            kind: kind.to_owned(),
            at,
            data: data.to_string(),
        }
    }
}
