use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;

use super::{Heard, Tally, TallyStore};
use crate::{Clock, StoreError, SystemClock, Timestamp};

/// A limit, whose requests, the process, and the slot.
type Key = (String, String, String, Timestamp);

/// Keeps tallies while the process lives: the reference for every other store.
#[derive(Debug)]
pub struct InMemoryTallies {
    clock: Arc<dyn Clock>,
    /// How many, and when that was told.
    told: Mutex<BTreeMap<Key, (u32, Timestamp)>>,
}

impl InMemoryTallies {
    /// Where this clock is the one of the store.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let told = Mutex::default();
        Self { clock, told }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Key, (u32, Timestamp)>> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for InMemoryTallies {
    fn default() -> Self {
        Self::new(Arc::new(SystemClock))
    }
}

#[async_trait]
impl TallyStore for InMemoryTallies {
    async fn tell(&self, replica: &str, tallies: &[Tally]) -> Result<(), StoreError> {
        let now = self.clock.now();
        let mut told = self.lock();
        for tally in tallies {
            let key = (
                tally.limit.clone(),
                tally.subject.clone(),
                replica.to_owned(),
                tally.slot,
            );
            told.insert(key, (tally.count, now));
        }
        Ok(())
    }

    async fn hear(&self, but: &str, since: Timestamp) -> Result<(Timestamp, Vec<Heard>), StoreError> {
        let told = self.lock();
        let others = told
            .iter()
            .filter(|((_, _, replica, _), (_, at))| replica != but && *at >= since);
        let heard = others.map(|((limit, subject, replica, slot), &(count, _))| Heard {
            replica: replica.clone(),
            tally: Tally {
                limit: limit.clone(),
                subject: subject.clone(),
                slot: *slot,
                count,
            },
        });
        Ok((self.clock.now(), heard.collect()))
    }

    async fn forget(&self, before: Timestamp) -> Result<(), StoreError> {
        self.lock().retain(|_, (_, at)| *at >= before);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    crate::tally_store_tests!(crate::limit::InMemoryTallies::default());
}
