use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;

use super::SwitchStore;
use crate::{
    StoreError,
    switch::{Stop, Stoppable},
};

/// Keeps what is stopped while the process lives: the reference for every other store.
#[derive(Debug, Default)]
pub struct InMemorySwitch(Mutex<BTreeMap<Stoppable, Stop>>);

impl InMemorySwitch {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<Stoppable, Stop>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl SwitchStore for InMemorySwitch {
    async fn stop(&self, stop: &Stop, most: u32) -> Result<bool, StoreError> {
        let mut stops = self.lock();
        if !stops.contains_key(&stop.what) && stops.len() >= most as usize {
            return Ok(false);
        }
        stops.insert(stop.what.clone(), stop.clone());
        Ok(true)
    }

    async fn start(&self, what: &Stoppable) -> Result<bool, StoreError> {
        Ok(self.lock().remove(what).is_some())
    }

    async fn list(&self) -> Result<Vec<Stop>, StoreError> {
        Ok(self.lock().values().cloned().collect())
    }
}

#[cfg(test)]
mod tests {
    crate::switch_store_tests!(crate::InMemorySwitch::default());
}
