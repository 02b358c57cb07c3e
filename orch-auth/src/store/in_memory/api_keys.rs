use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use orch_core::{AccountId, ApiKeyId, Page, PageRequest, StoreError, Timestamp};

use super::super::{ApiKeyStore, Replacement};
use crate::{ApiKey, KeyDigest, api_key::KeyStatus};

/// Keeps keys while the process lives: the reference for every other store.
#[derive(Debug, Default)]
pub struct InMemoryApiKeys {
    keys: Mutex<BTreeMap<ApiKeyId, ApiKey>>,
}

impl InMemoryApiKeys {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<ApiKeyId, ApiKey>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_taken(keys: &BTreeMap<ApiKeyId, ApiKey>, key: &ApiKey) -> bool {
    keys.contains_key(&key.id) || keys.values().any(|known| known.digest == key.digest)
}

#[async_trait]
impl ApiKeyStore for InMemoryApiKeys {
    async fn insert(&self, key: &ApiKey) -> Result<bool, StoreError> {
        let mut keys = self.lock();
        if is_taken(&keys, key) {
            return Ok(false);
        }
        keys.insert(key.id, key.clone());
        Ok(true)
    }

    async fn find(&self, id: ApiKeyId) -> Result<Option<ApiKey>, StoreError> {
        Ok(self.lock().get(&id).cloned())
    }

    async fn find_by_digest(&self, digest: &KeyDigest) -> Result<Option<ApiKey>, StoreError> {
        Ok(self.lock().values().find(|key| key.digest == *digest).cloned())
    }

    async fn list(&self, account: &AccountId, page: PageRequest) -> Result<Page<ApiKey>, StoreError> {
        let keys = self.lock();
        let own = || keys.values().rev().filter(|key| key.account == *account);
        let skipped = own().skip(usize::try_from(page.offset).unwrap_or(usize::MAX));
        Ok(Page {
            items: skipped.take(page.limit as usize).cloned().collect(),
            total: own().count() as u64,
        })
    }

    async fn revoke(&self, id: ApiKeyId, at: Timestamp) -> Result<bool, StoreError> {
        let mut keys = self.lock();
        let key = keys.get_mut(&id).filter(|key| key.revoked_at.is_none());
        Ok(key.map(|key| key.revoked_at = Some(at)).is_some())
    }

    async fn replace(&self, replacement: &Replacement) -> Result<bool, StoreError> {
        let Replacement {
            replaced,
            until,
            successor,
        } = replacement;
        let mut keys = self.lock();
        if is_taken(&keys, successor) {
            return Ok(false);
        }
        let goes = keys
            .get_mut(replaced)
            .filter(|key| key.status(successor.created_at) == KeyStatus::Active && key.replaced_by.is_none());
        let Some(goes) = goes else {
            return Ok(false);
        };
        goes.expires_at = Some(goes.expires_at.map_or(*until, |sooner| sooner.min(*until)));
        goes.replaced_by = Some(successor.id);
        keys.insert(successor.id, successor.clone());
        Ok(true)
    }

    async fn touch(&self, id: ApiKeyId, at: Timestamp) -> Result<(), StoreError> {
        if let Some(key) = self.lock().get_mut(&id) {
            key.last_used_at = key.last_used_at.max(Some(at));
        }
        Ok(())
    }
}
