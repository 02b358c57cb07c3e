//! API keys.

mod key;

use async_trait::async_trait;
use orch_auth::{ApiKey, ApiKeyStore, KeyDigest, store::Replacement};
use orch_core::{AccountId, ApiKeyId, Page, PageRequest, StoreError, Timestamp};

use super::SqlStore;

#[async_trait]
impl ApiKeyStore for SqlStore {
    async fn insert(&self, key: &ApiKey) -> Result<bool, StoreError> {
        self.write(key.clone(), |tx, key| Box::pin(key::insert(tx, key)))
            .await
    }

    async fn find(&self, id: ApiKeyId) -> Result<Option<ApiKey>, StoreError> {
        self.read(id, |tx, id| Box::pin(key::find(tx, *id))).await
    }

    async fn find_by_digest(&self, digest: &KeyDigest) -> Result<Option<ApiKey>, StoreError> {
        self.read(*digest, |tx, digest| Box::pin(key::find_by_digest(tx, digest)))
            .await
    }

    async fn list(&self, account: &AccountId, page: PageRequest) -> Result<Page<ApiKey>, StoreError> {
        let input = (account.clone(), page);
        self.read(input, |tx, (account, page)| {
            Box::pin(key::list(tx, account, *page))
        })
        .await
    }

    async fn revoke(&self, id: ApiKeyId, at: Timestamp) -> Result<bool, StoreError> {
        self.write((id, at), |tx, (id, at)| Box::pin(key::revoke(tx, *id, *at)))
            .await
    }

    async fn replace(&self, replacement: &Replacement) -> Result<bool, StoreError> {
        self.write(replacement.clone(), |tx, replacement| {
            Box::pin(key::replace(tx, replacement))
        })
        .await
    }

    async fn touch(&self, id: ApiKeyId, at: Timestamp) -> Result<(), StoreError> {
        self.write((id, at), |tx, (id, at)| Box::pin(key::touch(tx, *id, *at)))
            .await
    }
}
