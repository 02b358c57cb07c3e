#[cfg(any(test, feature = "testing"))]
pub mod conformance;
#[cfg(feature = "memory")]
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
    /// Of how many streams.
    pub n_streams: u64,
    /// Which of each of the first of these streams, in the order of their names.
    pub stretches: Vec<Stretch>,
    /// When the oldest of them happened.
    pub oldest: Option<Timestamp>,
    /// The last seal that any entry belongs to, whether or not the chain has it; 0 for none.
    pub last_seal: u64,
}

/// What of one stream is in no seal yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The stream.
    pub stream: String,
    /// The place of the first such event.
    pub from: u64,
    /// The place of the last.
    pub to: u64,
    /// How many there are: all from the first to the last, unless somebody changed what was sealed.
    pub n_events: u64,
}

impl fmt::Display for Stretch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            stream,
            from,
            to,
            n_events,
        } = self;
        if *n_events == 1 {
            return write!(f, "event {from} of {stream}");
        }
        write!(f, "events {from} to {to} of {stream}")?;
        if to.saturating_sub(*from).saturating_add(1) > *n_events {
            write!(f, ", {n_events} of them")?;
        }
        Ok(())
    }
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

    /// What is in no seal yet, with the stretches of at most `limit` streams.
    async fn tail(&self, limit: u32) -> Result<Tail, StoreError>;
}
