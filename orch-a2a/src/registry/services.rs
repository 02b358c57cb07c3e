use std::sync::Arc;

use async_trait::async_trait;
use orch_core::StoreError;

use super::Registry;
use crate::{
    directory::{ServiceId, ServiceRecord},
    store::ServiceStore,
};

/// Services of a store, and where it knows none of an id, of the files. What is put goes to the store.
#[derive(Debug)]
pub(super) struct FiledServices {
    registry: Registry,
    store: Arc<dyn ServiceStore>,
}

impl FiledServices {
    pub(super) fn new(registry: Registry, store: Arc<dyn ServiceStore>) -> Self {
        Self { registry, store }
    }

    /// Those of the files that the store does not know, by their ids.
    async fn filed(&self, kind: Option<&str>, limit: usize) -> Result<Vec<ServiceRecord>, StoreError> {
        let filed = self.registry.filed();
        let mut services = Vec::new();
        for service in filed.services(kind) {
            if services.len() == limit {
                break;
            }
            if self.store.find(&service.id).await?.is_none() {
                services.push(service.clone());
            }
        }
        Ok(services)
    }
}

#[async_trait]
impl ServiceStore for FiledServices {
    /// A service of the files is its provider's too.
    async fn put(&self, record: &ServiceRecord) -> Result<bool, StoreError> {
        let filed = self.registry.filed();
        let is_foreign = filed
            .service(&record.id)
            .is_some_and(|filed| filed.provider != record.provider);
        if is_foreign && self.store.find(&record.id).await?.is_none() {
            return Ok(false);
        }
        self.store.put(record).await
    }

    async fn find(&self, id: &ServiceId) -> Result<Option<ServiceRecord>, StoreError> {
        let kept = self.store.find(id).await?;
        Ok(kept.or_else(|| self.registry.filed().service(id).cloned()))
    }

    async fn list(&self, kind: Option<&str>, limit: u32) -> Result<Vec<ServiceRecord>, StoreError> {
        let mut services = self.store.list(kind, limit).await?;
        services.extend(self.filed(kind, limit as usize).await?);
        services.sort_by(|left, right| left.id.cmp(&right.id));
        services.truncate(limit as usize);
        Ok(services)
    }
}
