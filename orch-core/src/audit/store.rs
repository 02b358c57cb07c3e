#[cfg(any(test, feature = "testing"))]
pub mod conformance;
pub(crate) mod in_memory;

use std::{fmt, time::Duration};

use async_trait::async_trait;

use super::{Entry, Seal};
use crate::{Event, StoreError, Timestamp};

/// What is in no seal yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tail {
    /// How many events.
    pub n_events: u64,
    /// When the oldest of them happened.
    pub oldest: Option<Timestamp>,
    /// The last seal that any entry belongs to, whether or not the chain has it; 0 for none.
    pub last_seal: u64,
}

/// Keeps the seals over the events of [audited](super::is_audited) streams. Each method is one atomic unit of work.
#[async_trait]
pub trait AuditStore: fmt::Debug + Send + Sync + 'static {
    /// Lets one of many seal from now on for `ttl`, by the clock of the store; `false` while another may.
    async fn lease(&self, sealer: &str, ttl: Duration) -> Result<bool, StoreError>;

    /// The last seal, and at most `limit` events that are in none, in the order of their streams and places.
    async fn unsealed(&self, limit: u32) -> Result<(Option<Seal>, Vec<Event>), StoreError>;

    /// Adds a seal over entries. `false`, and nothing changes, if the sealer may not seal now, if the seal does not follow the
    /// last one, or if the event of one of the entries is sealed or not there.
    async fn seal(&self, sealer: &str, seal: &Seal, entries: &[Entry]) -> Result<bool, StoreError>;

    /// At most `limit` seals from a number on, in their order.
    async fn seals(&self, from: u64, limit: u32) -> Result<Vec<Seal>, StoreError>;

    /// The entries of a seal, in the order of their streams and places, each with its event as that is now, if it is kept and
    /// bears the seal.
    async fn sealed(&self, number: u64) -> Result<Vec<(Entry, Option<Event>)>, StoreError>;

    /// What is in no seal yet.
    async fn tail(&self) -> Result<Tail, StoreError>;
}
