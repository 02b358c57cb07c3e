//! Stores of parties that each break one law.

use async_trait::async_trait;
use orch_auth::{
    InMemoryParties, Party, PartyId, PartyStore,
    store::{Nonce, conformance},
};
use orch_core::{StoreError, Timestamp};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    Nothing,
    ForgetsOldKeys,
    Overwrites,
    AnyRevision,
    UpdatesAfterALook,
    ListsEverybody,
    AnyNonce,
    NonceAfterALook,
    NeverForgets,
}

#[derive(Debug)]
struct Broken {
    fault: Fault,
    inner: InMemoryParties,
}

impl Broken {
    fn by(fault: Fault) -> Self {
        let inner = InMemoryParties::default();
        Self { fault, inner }
    }

    /// Writes a party whatever is known of it.
    async fn force(&self, party: &Party) -> Result<(), StoreError> {
        let known = self.inner.find(&party.id).await?;
        let revision = known.map_or(0, |known| known.revision) + 1;
        let forced = Party {
            revision,
            ..party.clone()
        };
        if !self.inner.insert(&forced).await? {
            self.inner.update(&forced).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl PartyStore for Broken {
    async fn insert(&self, party: &Party) -> Result<bool, StoreError> {
        let mut party = party.clone();
        if self.fault == Fault::ForgetsOldKeys {
            party.keys.truncate(1);
        }
        let added = self.inner.insert(&party).await?;
        if !added && self.fault == Fault::Overwrites {
            self.force(&party).await?;
        }
        Ok(added)
    }

    async fn update(&self, party: &Party) -> Result<bool, StoreError> {
        match self.fault {
            Fault::AnyRevision => {
                self.force(party).await?;
                Ok(true)
            }
            Fault::UpdatesAfterALook => {
                let known = self.inner.find(&party.id).await?;
                let follows = known.is_some_and(|known| known.revision + 1 == party.revision);
                tokio::task::yield_now().await;
                self.inner.update(party).await?;
                Ok(follows)
            }
            _ => self.inner.update(party).await,
        }
    }

    async fn find(&self, id: &PartyId) -> Result<Option<Party>, StoreError> {
        self.inner.find(id).await
    }

    async fn list(&self, after: Option<&PartyId>, limit: u32) -> Result<Vec<Party>, StoreError> {
        let mut listed = self.inner.list(after, limit).await?;
        if self.fault == Fault::ListsEverybody {
            for name in ["away", "hidden"] {
                listed.extend(self.inner.find(&name.parse().unwrap()).await?);
            }
        }
        Ok(listed)
    }

    async fn use_nonce(&self, nonce: &Nonce, now: Timestamp, most: u32) -> Result<Option<bool>, StoreError> {
        if self.fault == Fault::NonceAfterALook {
            let probe = Nonce {
                until: now,
                ..nonce.clone()
            };
            let is_free = self.inner.use_nonce(&probe, now, most).await?;
            tokio::task::yield_now().await;
            self.inner.use_nonce(nonce, now, most).await?;
            return Ok(is_free);
        }
        let used = self.inner.use_nonce(nonce, now, most).await?;
        Ok(if self.fault == Fault::AnyNonce {
            Some(true)
        } else {
            used
        })
    }

    async fn forget_nonces(&self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
        if self.fault == Fault::NeverForgets {
            return Ok(0);
        }
        self.inner.forget_nonces(now, limit).await
    }
}

mod sound {
    use super::*;

    orch_auth::party_store_tests!(Broken::by(Fault::Nothing));
}

macro_rules! broken {
    ($($test:ident: $fault:ident breaks $law:ident;)+) => {$(
        #[tokio::test]
        #[should_panic]
        async fn $test() {
            conformance::$law(&Broken::by(Fault::$fault)).await;
        }
    )+};
}

broken! {
    forgotten_keys: ForgetsOldKeys breaks a_party_reads_back;
    overwritten: Overwrites breaks a_party_is_added_once;
    any_revision: AnyRevision breaks a_changed_party_follows_the_one_before;
    changed_after_a_look: UpdatesAfterALook breaks of_racing_changes_one_wins;
    everybody_is_listed: ListsEverybody breaks only_active_parties_are_listed_in_order;
    any_nonce: AnyNonce breaks a_nonce_is_used_once;
    used_after_a_look: NonceAfterALook breaks of_racing_nonces_one_is_used;
    nonces_for_ever: NeverForgets breaks nonces_are_bounded_and_forgotten;
}
