#[cfg(any(test, feature = "testing"))]
pub mod conformance;
#[cfg(feature = "memory")]
pub(crate) mod in_memory;

use std::{fmt, time::Duration};

use async_trait::async_trait;

use crate::{StoreError, Timestamp};

/// How many requests of one of many a process let through in a slot of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// The name of the limiter.
    pub limit: String,
    /// Whose requests.
    pub subject: String,
    /// Where the slot begins.
    pub slot: Timestamp,
    /// How many in it so far.
    pub count: u32,
}

impl Tally {
    /// How long a slot is.
    pub const SLOT: Duration = Duration::from_secs(5);

    /// The beginning of the slot that a moment is in.
    pub fn slot_of(at: Timestamp) -> Timestamp {
        let slot = i64::try_from(Self::SLOT.as_millis()).unwrap_or(i64::MAX);
        Timestamp::from_millis(at.as_millis().div_euclid(slot).saturating_mul(slot))
    }
}

/// What a process told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// The name of the process.
    pub replica: String,
    /// What it let through.
    pub tally: Tally,
}

/// Keeps what processes tell each other of their limits, for minutes. Each method is one atomic unit of work.
#[async_trait]
pub trait TallyStore: fmt::Debug + Send + Sync + 'static {
    /// Says what a process let through; of a slot that it told of before, the last count is what holds.
    async fn tell(&self, replica: &str, tallies: &[Tally]) -> Result<(), StoreError>;

    /// What all but one process told at a moment or after, by the clock of the store, in no particular order; and what that
    /// clock shows.
    async fn hear(&self, but: &str, since: Timestamp) -> Result<(Timestamp, Vec<Heard>), StoreError>;

    /// Removes what was told before a moment, by the clock of the store.
    async fn forget(&self, before: Timestamp) -> Result<(), StoreError>;
}
