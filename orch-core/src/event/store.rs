#[cfg(any(test, feature = "testing"))]
pub mod conformance;
#[cfg(feature = "memory")]
pub(crate) mod in_memory;

use std::fmt;

use async_trait::async_trait;

use super::Event;
use crate::StoreError;

/// Keeps events, in order and for ever. Each method is one atomic unit of work.
///
/// Stores of other things write the events that their units cause into the same log, in the same unit.
#[async_trait]
pub trait EventLog: fmt::Debug + Send + Sync + 'static {
    /// Adds events, all or none. `false` if the sequence number of one is taken, or would leave a gap in its stream.
    async fn append(&self, events: &[Event]) -> Result<bool, StoreError>;

    /// Reads at most `limit` events of a stream, from a sequence number on, in order.
    ///
    /// Empty for an unknown stream and beyond the end of one.
    async fn read(&self, stream: &str, from_seq: u64, limit: u32) -> Result<Vec<Event>, StoreError>;
}
