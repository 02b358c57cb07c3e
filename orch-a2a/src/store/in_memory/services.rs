use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use orch_core::StoreError;

use super::super::ServiceStore;
use crate::directory::{ServiceId, ServiceRecord};

/// Keeps services while the process lives: the reference for every other store.
#[derive(Debug, Default)]
pub struct InMemoryServices {
    services: Mutex<BTreeMap<ServiceId, ServiceRecord>>,
}

impl InMemoryServices {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<ServiceId, ServiceRecord>> {
        self.services.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl ServiceStore for InMemoryServices {
    async fn put(&self, record: &ServiceRecord) -> Result<bool, StoreError> {
        let mut services = self.lock();
        let is_foreign = services
            .get(&record.id)
            .is_some_and(|known| known.provider != record.provider);
        if !is_foreign {
            services.insert(record.id.clone(), record.clone());
        }
        Ok(!is_foreign)
    }

    async fn find(&self, id: &ServiceId) -> Result<Option<ServiceRecord>, StoreError> {
        Ok(self.lock().get(id).cloned())
    }

    async fn list(&self, kind: Option<&str>, limit: u32) -> Result<Vec<ServiceRecord>, StoreError> {
        let services = self.lock();
        let wanted = services
            .values()
            .filter(|record| kind.is_none() || record.kind.as_deref() == kind);
        Ok(wanted.take(limit as usize).cloned().collect())
    }
}

#[cfg(test)]
mod tests {
    crate::service_store_tests!(crate::InMemoryServices::default());
}
