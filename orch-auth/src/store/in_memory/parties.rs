use std::{
    collections::BTreeMap,
    ops::Bound,
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use orch_core::{StoreError, Timestamp};

use super::super::{Nonce, PartyStore};
use crate::{Party, PartyId};

/// Keeps parties while the process lives: the reference for every other store.
#[derive(Debug, Default)]
pub struct InMemoryParties {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    parties: BTreeMap<PartyId, Party>,
    nonces: BTreeMap<(PartyId, String), Timestamp>,
}

impl InMemoryParties {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl PartyStore for InMemoryParties {
    async fn insert(&self, party: &Party) -> Result<bool, StoreError> {
        let mut state = self.lock();
        if state.parties.contains_key(&party.id) {
            return Ok(false);
        }
        state.parties.insert(party.id.clone(), party.clone());
        Ok(true)
    }

    async fn update(&self, party: &Party) -> Result<bool, StoreError> {
        let mut state = self.lock();
        let known = state.parties.get_mut(&party.id);
        let known = known.filter(|known| known.revision + 1 == party.revision);
        Ok(known.map(|known| *known = party.clone()).is_some())
    }

    async fn find(&self, id: &PartyId) -> Result<Option<Party>, StoreError> {
        Ok(self.lock().parties.get(id).cloned())
    }

    async fn list(&self, after: Option<&PartyId>, limit: u32) -> Result<Vec<Party>, StoreError> {
        let state = self.lock();
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let parties = state.parties.range::<PartyId, _>((from, Bound::Unbounded));
        let listed = parties.filter(|(_, party)| party.is_active() && party.is_listed);
        Ok(listed
            .take(limit as usize)
            .map(|(_, party)| party.clone())
            .collect())
    }

    async fn use_nonce(&self, nonce: &Nonce, now: Timestamp, most: u32) -> Result<Option<bool>, StoreError> {
        let mut state = self.lock();
        let key = (nonce.party.clone(), nonce.text.clone());
        if state.nonces.get(&key).is_some_and(|until| *until > now) {
            return Ok(Some(false));
        }
        let of_the_party =
            |((party, _), until): &(&(PartyId, String), &Timestamp)| *party == nonce.party && **until > now;
        if state.nonces.iter().filter(of_the_party).count() >= most as usize {
            return Ok(None);
        }
        state.nonces.insert(key, nonce.until);
        Ok(Some(true))
    }

    async fn forget_nonces(&self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let mut state = self.lock();
        let over = state.nonces.iter().filter(|(_, until)| **until <= now);
        let over: Vec<_> = over.take(limit as usize).map(|(key, _)| key.clone()).collect();
        for key in &over {
            state.nonces.remove(key);
        }
        Ok(over.len() as u64)
    }
}
