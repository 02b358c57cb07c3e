//! API keys, and the agents that sign.

mod at_hand;
mod key;
mod nonce;
mod party;

pub(super) use at_hand::PartiesAtHand;

use async_trait::async_trait;
use orch_auth::{
    ApiKey, ApiKeyStore, KeyDigest, Party, PartyId, PartyStore,
    store::{Nonce, Replacement},
};
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

#[async_trait]
impl PartyStore for SqlStore {
    async fn insert(&self, party: &Party) -> Result<bool, StoreError> {
        self.write(party.clone(), |tx, party| Box::pin(party::insert(tx, party)))
            .await
    }

    async fn update(&self, party: &Party) -> Result<bool, StoreError> {
        self.write(party.clone(), |tx, party| Box::pin(party::update(tx, party)))
            .await
    }

    async fn find(&self, id: &PartyId) -> Result<Option<Party>, StoreError> {
        let input = (id.clone(), self.parties().clone());
        self.read(input, |tx, (id, at_hand)| Box::pin(party::find(tx, id, at_hand)))
            .await
    }

    async fn list(&self, after: Option<&PartyId>, limit: u32) -> Result<Vec<Party>, StoreError> {
        self.read((after.cloned(), limit), |tx, (after, limit)| {
            Box::pin(party::list(tx, after.as_ref(), *limit))
        })
        .await
    }

    async fn use_nonce(&self, nonce: &Nonce, now: Timestamp, most: u32) -> Result<Option<bool>, StoreError> {
        self.write((nonce.clone(), now, most), |tx, (nonce, now, most)| {
            Box::pin(nonce::use_up(tx, nonce, *now, *most))
        })
        .await
    }

    async fn forget_nonces(&self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
        self.write((now, limit), |tx, (now, limit)| {
            Box::pin(nonce::forget(tx, *now, *limit))
        })
        .await
    }
}
