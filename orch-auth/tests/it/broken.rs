//! Stores that each break one law, so that no law passes because it looks at nothing.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use orch_auth::{
    ApiKey, ApiKeyStore, InMemoryApiKeys, KeyDigest,
    store::{Replacement, conformance},
};
use orch_core::{AccountId, ApiKeyId, Page, PageRequest, StoreError, Timestamp};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    Nothing,
    ForgetsScopes,
    AnyDigest,
    OldestFirst,
    UsesGoBack,
    RevokesAgain,
    RevokesAfterALook,
    Lengthens,
    ReplacesWhatEnded,
    HalfAReplacement,
    ReplacesAfterALook,
}

#[derive(Debug)]
struct Broken {
    fault: Fault,
    inner: Mutex<Arc<InMemoryApiKeys>>,
}

impl Broken {
    fn by(fault: Fault) -> Self {
        let inner = Mutex::default();
        Self { fault, inner }
    }

    fn inner(&self) -> Arc<InMemoryApiKeys> {
        self.inner.lock().unwrap().clone()
    }

    /// Changes what is kept: the reference does not let itself be told otherwise, so another takes its place.
    async fn rewrite(&self, change: impl Fn(&mut ApiKey)) -> Result<(), StoreError> {
        let kept = InMemoryApiKeys::default();
        for account in ["one", "two"] {
            let account: AccountId = account.parse().unwrap();
            let page = PageRequest::new(100, 0);
            for mut key in self.inner().list(&account, page).await?.items {
                change(&mut key);
                kept.insert(&key).await?;
            }
        }
        *self.inner.lock().unwrap() = Arc::new(kept);
        Ok(())
    }
}

#[async_trait]
impl ApiKeyStore for Broken {
    async fn insert(&self, key: &ApiKey) -> Result<bool, StoreError> {
        let mut key = key.clone();
        if self.fault == Fault::ForgetsScopes {
            key.scopes.clear();
        }
        let added = self.inner().insert(&key).await?;
        Ok(added || self.fault == Fault::AnyDigest)
    }

    async fn find(&self, id: ApiKeyId) -> Result<Option<ApiKey>, StoreError> {
        self.inner().find(id).await
    }

    async fn find_by_digest(&self, digest: &KeyDigest) -> Result<Option<ApiKey>, StoreError> {
        self.inner().find_by_digest(digest).await
    }

    async fn list(&self, account: &AccountId, page: PageRequest) -> Result<Page<ApiKey>, StoreError> {
        let mut page = self.inner().list(account, page).await?;
        if self.fault == Fault::OldestFirst {
            page.items.reverse();
        }
        Ok(page)
    }

    async fn revoke(&self, id: ApiKeyId, at: Timestamp) -> Result<bool, StoreError> {
        if self.fault == Fault::RevokesAfterALook {
            let key = self.inner().find(id).await?;
            let was_open = key.is_some_and(|key| key.revoked_at.is_none());
            tokio::task::yield_now().await;
            self.inner().revoke(id, at).await?;
            return Ok(was_open);
        }
        let revoked = self.inner().revoke(id, at).await?;
        if self.fault == Fault::RevokesAgain && !revoked {
            self.rewrite(|key| {
                if key.id == id {
                    key.revoked_at = Some(at);
                }
            })
            .await?;
        }
        Ok(revoked)
    }

    async fn replace(&self, replacement: &Replacement) -> Result<bool, StoreError> {
        let Replacement {
            replaced,
            until,
            successor,
        } = replacement;
        let end = |key: &mut ApiKey| {
            if key.id == *replaced {
                (key.expires_at, key.replaced_by) = (Some(*until), Some(successor.id));
            }
        };
        match self.fault {
            Fault::Lengthens => {
                let done = self.inner().replace(replacement).await?;
                self.rewrite(end).await?;
                Ok(done)
            }
            Fault::ReplacesWhatEnded => {
                self.rewrite(end).await?;
                self.inner().insert(successor).await
            }
            Fault::HalfAReplacement => {
                let done = self.inner().replace(replacement).await?;
                self.rewrite(end).await?;
                Ok(done)
            }
            Fault::ReplacesAfterALook => {
                let key = self.inner().find(*replaced).await?;
                let is_free = key.is_some_and(|key| key.replaced_by.is_none());
                tokio::task::yield_now().await;
                self.rewrite(end).await?;
                Ok(is_free && self.inner().insert(successor).await?)
            }
            _ => self.inner().replace(replacement).await,
        }
    }

    async fn touch(&self, id: ApiKeyId, at: Timestamp) -> Result<(), StoreError> {
        if self.fault == Fault::UsesGoBack {
            return self
                .rewrite(|key| {
                    if key.id == id {
                        key.last_used_at = Some(at);
                    }
                })
                .await;
        }
        self.inner().touch(id, at).await
    }
}

mod sound {
    use super::*;

    orch_auth::api_key_store_tests!(Broken::by(Fault::Nothing));
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
    forgotten_scopes: ForgetsScopes breaks a_key_reads_back;
    any_digest: AnyDigest breaks a_key_is_added_once;
    the_oldest_first: OldestFirst breaks keys_are_listed_newest_first;
    uses_that_go_back: UsesGoBack breaks a_use_never_goes_back;
    revoked_again: RevokesAgain breaks a_revocation_is_final;
    revoked_after_a_look: RevokesAfterALook breaks of_racing_revocations_one_wins;
    a_longer_life: Lengthens breaks a_replacement_shortens_a_key;
    a_replaced_corpse: ReplacesWhatEnded breaks a_key_that_ended_is_not_replaced;
    half_a_replacement: HalfAReplacement breaks a_replacement_is_whole_or_not_at_all;
    replaced_after_a_look: ReplacesAfterALook breaks of_racing_replacements_one_wins;
}
