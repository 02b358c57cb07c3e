//! The chain over what was done: events are sealed in batches, each seal over the one before, so that whoever changes a
//! sealed event later is found out.
//!
//! Every stream of events is chained but those of runs; what was decided about a run, or was done by one agent for another,
//! has streams of its own. Where what is over is removed after a while, its digests stay in the chain. Whoever appends an event waits for no seal: one process at a time
//! seals what has come, some moments later. A chain proves that what is in it was not changed; that its end was not cut off
//! along with what it sealed, only an [`Anchor`] proves that was kept elsewhere.

mod seal;
mod store;
mod verdict;

pub use seal::{Anchor, AnchorError, Entry, Seal};
#[cfg(any(test, feature = "testing"))]
pub use store::conformance;
#[cfg(feature = "memory")]
pub use store::in_memory::InMemoryAudit;
pub use store::{AuditStore, Stretch, Tail};
pub use verdict::{Fault, Verdict};

use std::{sync::Arc, time::Duration};

use crate::{Clock, Entropy, StoreError, Timestamp};

/// Whether a stream of events is chained: all are but those of runs.
pub fn is_audited(stream: &str) -> bool {
    !stream.starts_with("run_")
}

/// Seals events, and proves that they are as they were. Cloning is cheap; clones are one sealer.
#[derive(Clone, Debug)]
pub struct Audit {
    store: Arc<dyn AuditStore>,
    clock: Arc<dyn Clock>,
    /// By what name the store knows this process.
    sealer: Arc<str>,
}

impl Audit {
    /// How many events one seal has at most.
    pub const BATCH: u32 = 256;
    /// How long a process may seal before another may.
    pub const LEASE: Duration = Duration::from_secs(10);
    /// Of how many streams is said which events are in no seal yet.
    pub const MOST_STRETCHES: u32 = 20;
    /// How many seals are read at once.
    const PAGE: u32 = 64;

    /// An audit of what a store keeps.
    pub fn new(store: Arc<dyn AuditStore>, clock: Arc<dyn Clock>, entropy: &dyn Entropy) -> Self {
        let mut name = [0; 16];
        entropy.fill(&mut name);
        Self {
            store,
            clock,
            sealer: format!("{:032x}", u128::from_be_bytes(name)).into(),
        }
    }

    /// Seals the next events, at most [`BATCH`](Self::BATCH), unless another process seals; how many there were.
    ///
    /// # Errors
    /// The store failed; then nothing was sealed, or this is found out the next time.
    pub async fn seal(&self) -> Result<u32, StoreError> {
        // Most often there is nothing to do, which costs no write.
        let (_, any) = self.store.unsealed(1).await?;
        if any.is_empty() || !self.store.lease(&self.sealer, Self::LEASE).await? {
            return Ok(0);
        }
        // What was sealed before the lease was ours is not sealed twice.
        let (last, events) = self.store.unsealed(Self::BATCH).await?;
        if events.is_empty() {
            return Ok(0);
        }
        let entries: Vec<Entry> = events.iter().map(Entry::of).collect();
        let seal = Seal::over(last.as_ref(), self.clock.now(), &entries);
        let is_sealed = self.store.seal(&self.sealer, &seal, &entries).await?;
        Ok(if is_sealed { seal.n_events } else { 0 })
    }

    /// Reads the whole chain and everything in it: what is wrong with it, where it ends, and what is not in it yet. What
    /// happened longer ago than `kept_for` says of its stream need not be there any more: its digests prove that it was. With
    /// an anchor, the chain must also contain that.
    ///
    /// # Errors
    /// The store failed.
    pub async fn verify(
        &self,
        kept_for: impl Fn(&str) -> Option<Duration> + Send + Sync,
        anchor: Option<&Anchor>,
    ) -> Result<Verdict, StoreError> {
        // By the time of each look: while a long chain is read, what is old is removed.
        let kept_since = |stream: &str| match kept_for(stream) {
            Some(kept_for) => self.clock.now() - kept_for,
            None => Timestamp::from_millis(i64::MIN),
        };
        // Before the seals: what is sealed meanwhile is more, not missing.
        let mut verdict = Verdict {
            tail: self.store.tail(Self::MOST_STRETCHES).await?,
            ..Verdict::default()
        };
        let mut last: Option<Seal> = None;
        let mut is_anchored = anchor.is_none();
        loop {
            let from = last.as_ref().map_or(1, |last| last.number.saturating_add(1));
            let seals = self.store.seals(from, Self::PAGE).await?;
            if seals.is_empty() {
                break;
            }
            for seal in seals {
                let sealed = self.store.sealed(seal.number).await?;
                verdict.add(last.as_ref(), &seal, &sealed, &kept_since);
                is_anchored |= anchor.is_some_and(|anchor| *anchor == seal.anchor());
                last = Some(seal);
            }
        }
        let last_number = last.as_ref().map_or(0, |last| last.number);
        if verdict.tail.last_seal > last_number {
            let number = verdict.tail.last_seal;
            verdict.faults.push(Fault::Cut { number });
        }
        if let Some(anchor) = anchor.filter(|_| !is_anchored) {
            let anchor = anchor.clone();
            verdict.faults.push(Fault::Unanchored { anchor });
        }
        verdict.head = last.map(|last| last.anchor());
        Ok(verdict)
    }
}

#[cfg(test)]
mod tests;
