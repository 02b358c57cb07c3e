use std::sync::Arc;

use async_trait::async_trait;
use orch_auth::{Party, PartyId, PartyStore, store::Nonce};
use orch_core::{StoreError, Timestamp};

use super::Registry;

/// Agents of a store, and where it knows none of an id, of the files. What is changed goes to the store, from what the file
/// said on, and is the store's from then on.
#[derive(Debug)]
pub(super) struct FiledParties {
    registry: Registry,
    store: Arc<dyn PartyStore>,
}

impl FiledParties {
    pub(super) fn new(registry: Registry, store: Arc<dyn PartyStore>) -> Self {
        Self { registry, store }
    }

    /// The active ones of the files that the store does not know, by their ids.
    async fn filed(&self, after: Option<&PartyId>, limit: usize) -> Result<Vec<Party>, StoreError> {
        let filed = self.registry.filed();
        let mut parties = Vec::new();
        for party in filed.parties(after) {
            if parties.len() == limit {
                break;
            }
            if self.store.find(&party.id).await?.is_none() {
                parties.push(party.clone());
            }
        }
        Ok(parties)
    }
}

#[async_trait]
impl PartyStore for FiledParties {
    async fn insert(&self, party: &Party) -> Result<bool, StoreError> {
        if self.registry.filed().party(&party.id).is_some() {
            return Ok(false);
        }
        self.store.insert(party).await
    }

    async fn update(&self, party: &Party) -> Result<bool, StoreError> {
        if self.store.update(party).await? {
            return Ok(true);
        }
        let filed = self.registry.filed();
        let follows = |filed: &Party| filed.revision + 1 == party.revision;
        Ok(filed.party(&party.id).is_some_and(follows) && self.store.insert(party).await?)
    }

    async fn find(&self, id: &PartyId) -> Result<Option<Party>, StoreError> {
        let kept = self.store.find(id).await?;
        Ok(kept.or_else(|| self.registry.filed().party(id).cloned()))
    }

    async fn list(&self, after: Option<&PartyId>, limit: u32) -> Result<Vec<Party>, StoreError> {
        let mut parties = self.store.list(after, limit).await?;
        parties.extend(self.filed(after, limit as usize).await?);
        parties.sort_by(|left, right| left.id.cmp(&right.id));
        parties.truncate(limit as usize);
        Ok(parties)
    }

    async fn use_nonce(&self, nonce: &Nonce, now: Timestamp, most: u32) -> Result<Option<bool>, StoreError> {
        self.store.use_nonce(nonce, now, most).await
    }

    async fn forget_nonces(&self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
        self.store.forget_nonces(now, limit).await
    }
}
