use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use super::{Heard, Tally, TallyStore};
use crate::{Clock, Entropy, StoreError, Timestamp};

/// A limit that processes keep together by what they tell each other.
pub trait Exchanged: fmt::Debug + Send + Sync + 'static {
    /// By what name the others know it.
    fn name(&self) -> &str;

    /// From now on others want to hear.
    fn share(&self);

    /// What the others do not know yet, of at most so many, who count as told from now on.
    fn tell(&self, most: usize) -> Vec<Tally>;

    /// They did not hear it.
    fn tell_again(&self, tallies: &[Tally]);

    /// Counts what another process let through.
    fn hear(&self, heard: &Heard, now: Timestamp);
}

/// Tells other processes what the limiters of this one let through, and them what the others let through: from time to time,
/// and never while a request waits.
///
/// **How far the processes drift apart.** One of them decides by what it let through itself, and by what the others told
/// until then. So within any 60 seconds the burst is exceeded at most by what the others let through in the time that one
/// exchange takes to come round: [`INTERVAL`](Self::INTERVAL) and two trips to the store. In the long run two processes do
/// not exceed it, since whatever was too much is owed: at most a burst, which of more processes that are all asked at once
/// may be less than they let through. While the store is away each process counts for itself, and tells afterwards
/// what it let through in the last minute.
#[derive(Debug)]
pub struct Exchange {
    limiters: Vec<Arc<dyn Exchanged>>,
    store: Arc<dyn TallyStore>,
    clock: Arc<dyn Clock>,
    /// By what name the others know this process.
    replica: String,
    state: Mutex<State>,
}

#[derive(Clone, Copy, Debug)]
struct State {
    /// From when on, by the store's clock, nothing was heard yet.
    since: Timestamp,
    /// When what is over was removed last.
    tidied_at: Timestamp,
}

impl Exchange {
    /// How often the processes tell each other.
    pub const INTERVAL: Duration = Duration::from_millis(100);
    /// Of how many of a limiter one exchange tells; the rest waits for the next.
    const MOST: usize = 1024;
    /// What a unit of work wrote becomes visible some time after the moment that it bears.
    const OVERLAP: Duration = Duration::from_secs(2);
    /// After so long nobody needs to hear it.
    const OVER_AFTER: Duration = Duration::from_secs(120);

    /// An exchange between these limiters and all of the same names that share the store.
    pub fn new(
        limiters: Vec<Arc<dyn Exchanged>>,
        store: Arc<dyn TallyStore>,
        clock: Arc<dyn Clock>,
        entropy: &dyn Entropy,
    ) -> Self {
        for limiter in &limiters {
            limiter.share();
        }
        let mut name = [0; 16];
        entropy.fill(&mut name);
        let before = Timestamp::from_millis(i64::MIN);
        Self {
            limiters,
            store,
            clock,
            replica: format!("{:032x}", u128::from_be_bytes(name)),
            state: Mutex::new(State {
                since: before,
                tidied_at: before,
            }),
        }
    }

    /// Tells and hears once.
    ///
    /// # Errors
    /// The store failed. What the others did not hear they are told the next time.
    pub async fn run(&self) -> Result<(), StoreError> {
        self.tell().await?;
        let state = *self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, mut heard) = self.store.hear(&self.replica, state.since).await?;
        heard.sort_unstable_by_key(|heard| heard.tally.slot);
        let now = self.clock.now();
        for heard in &heard {
            let limiter = self
                .limiters
                .iter()
                .find(|limiter| limiter.name() == heard.tally.limit);
            if let Some(limiter) = limiter {
                limiter.hear(heard, now);
            }
        }
        let is_tidy = at.since(state.tidied_at) < Self::OVER_AFTER;
        if !is_tidy {
            self.store.forget(at - Self::OVER_AFTER).await?;
        }
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = State {
            since: at - Self::OVERLAP,
            tidied_at: if is_tidy { state.tidied_at } else { at },
        };
        Ok(())
    }

    async fn tell(&self) -> Result<(), StoreError> {
        let untold = self.limiters.iter().map(|limiter| limiter.tell(Self::MOST));
        let untold: Vec<_> = untold.flatten().collect();
        if untold.is_empty() {
            return Ok(());
        }
        let told = self.store.tell(&self.replica, &untold).await;
        if told.is_err() {
            for limiter in &self.limiters {
                limiter.tell_again(&untold);
            }
        }
        told
    }
}

#[cfg(test)]
mod tests;
