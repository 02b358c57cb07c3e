//! The service that makes keys, recognizes them and takes them back.

mod draft;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use orch_core::{ApiKeyId, Caller, Clock, Entropy, Page, PageRequest, Proof};

pub use draft::{KeyDraft, MintedKey};

use crate::{
    ApiKey, AuthError, KeyForm, KeyToken,
    api_key::KeyStatus,
    store::{ApiKeyStore, Replacement},
};

/// Makes keys, recognizes them and takes them back. Cloning is cheap.
///
/// Nothing about a key is kept in memory: it is read with every request, so a key that was revoked opens nothing from the
/// moment its revocation was acknowledged, on every replica.
#[derive(Clone, Debug)]
pub struct ApiKeys {
    store: Arc<dyn ApiKeyStore>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl ApiKeys {
    /// How old the known last use of a key may be: a use is written down at most so often.
    pub const LAST_USE_INTERVAL: Duration = Duration::from_secs(60);
    /// The longest that a replaced key goes on beside its successor.
    pub const MAX_OVERLAP: Duration = Duration::from_secs(30 * 24 * 60 * 60);

    /// Keys of a store.
    pub fn new(store: Arc<dyn ApiKeyStore>, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self {
            store,
            clock,
            entropy,
        }
    }

    /// Makes a key of the caller's account. Its text is in the answer and nowhere else.
    ///
    /// # Errors
    /// [`Invalid`](AuthError::Invalid) for what breaks the rules of [`KeyDraft`].
    pub async fn create(&self, caller: &Caller, draft: KeyDraft) -> Result<MintedKey, AuthError> {
        let now = self.clock.now();
        draft.check(now)?;
        let minted = self.mint(caller, draft);
        if self.store.insert(&minted.key).await? {
            Ok(minted)
        } else {
            Err(taken())
        }
    }

    /// Who holds the key, if it opens that surface.
    ///
    /// # Errors
    /// [`InvalidKey`](AuthError::InvalidKey), whatever is wrong with it.
    pub async fn authenticate(&self, form: KeyForm, text: &str) -> Result<(Caller, ApiKey), AuthError> {
        let token = KeyToken::parse(form, text).ok_or(AuthError::InvalidKey)?;
        let (digest, now) = (token.digest(), self.clock.now());
        let key = self.store.find_by_digest(&digest).await?;
        let key = key
            .filter(|key| key.digest == digest && key.form == form)
            .filter(|key| key.status(now) == KeyStatus::Active)
            .ok_or(AuthError::InvalidKey)?;
        self.note_use(&key).await;
        let caller = Caller::proven(key.account.clone(), Proof::ApiKey(key.id));
        Ok((caller, key))
    }

    /// The same for one part of the surface, which a key with scopes must name.
    ///
    /// # Errors
    /// [`InvalidKey`](AuthError::InvalidKey), also for a key that is for something else.
    pub async fn authenticate_for(
        &self,
        scope: &str,
        form: KeyForm,
        text: &str,
    ) -> Result<(Caller, ApiKey), AuthError> {
        let (caller, key) = self.authenticate(form, text).await?;
        key.allows(scope)
            .then_some((caller, key))
            .ok_or(AuthError::InvalidKey)
    }

    /// The keys of the caller's account, the newest first.
    ///
    /// # Errors
    /// The store failed.
    pub async fn list(&self, caller: &Caller, page: PageRequest) -> Result<Page<ApiKey>, AuthError> {
        Ok(self.store.list(caller.account(), page).await?)
    }

    /// Takes a key back: when this returns, it opens nothing any more. Taking it back again changes nothing.
    ///
    /// # Errors
    /// [`KeyNotFound`](AuthError::KeyNotFound), also for a key of another account.
    pub async fn revoke(&self, caller: &Caller, id: ApiKeyId) -> Result<(), AuthError> {
        self.find(caller, id).await?;
        self.store.revoke(id, self.clock.now()).await?;
        Ok(())
    }

    /// Makes a key in the place of another, which goes on for the time of the overlap, so that its holders can change
    /// over.
    ///
    /// # Errors
    /// [`KeyNotFound`](AuthError::KeyNotFound), [`KeyEnded`](AuthError::KeyEnded), or [`Invalid`](AuthError::Invalid) for
    /// an overlap above [`MAX_OVERLAP`](Self::MAX_OVERLAP).
    pub async fn rotate(
        &self,
        caller: &Caller,
        id: ApiKeyId,
        overlap: Duration,
    ) -> Result<MintedKey, AuthError> {
        if overlap > Self::MAX_OVERLAP {
            return Err(AuthError::Invalid {
                field: "overlap",
                reason: "is longer than 30 days",
            });
        }
        let key = self.find(caller, id).await?;
        let now = self.clock.now();
        let draft = KeyDraft {
            form: key.form,
            name: key.name,
            scopes: key.scopes,
            expires_at: key.expires_at,
        };
        let minted = self.mint(caller, draft);
        let replacement = Replacement {
            replaced: id,
            until: now + overlap,
            successor: minted.key.clone(),
        };
        if self.store.replace(&replacement).await? {
            Ok(minted)
        } else {
            Err(AuthError::KeyEnded(id))
        }
    }

    /// The caller's own key.
    async fn find(&self, caller: &Caller, id: ApiKeyId) -> Result<ApiKey, AuthError> {
        let key = self.store.find(id).await?;
        let own = key.filter(|key| caller.owns(&key.account));
        own.ok_or(AuthError::KeyNotFound(id))
    }

    fn mint(&self, caller: &Caller, draft: KeyDraft) -> MintedKey {
        let now = self.clock.now();
        let token = KeyToken::mint(draft.form, &*self.entropy);
        let key = ApiKey {
            id: ApiKeyId::generate(now, &*self.entropy),
            account: caller.account().clone(),
            form: draft.form,
            name: draft.name,
            hint: token.hint(),
            digest: token.digest(),
            scopes: draft.scopes,
            created_at: now,
            expires_at: draft.expires_at,
            revoked_at: None,
            last_used_at: None,
            replaced_by: None,
        };
        MintedKey { key, token }
    }

    /// Writes down that a key is used, unless that was done within the interval. Whether it can be is no reason to keep
    /// anyone out.
    async fn note_use(&self, key: &ApiKey) {
        let now = self.clock.now();
        let is_known = key
            .last_used_at
            .is_some_and(|at| now.since(at) < Self::LAST_USE_INTERVAL);
        if is_known {
            return;
        }
        if let Err(error) = self.store.touch(key.id, now).await {
            tracing::warn!(key = %key.id, error = &error as &dyn std::error::Error, "the use of a key is not noted");
        }
    }
}

/// Two keys of 256 random bits are alike only where there is no chance.
fn taken() -> AuthError {
    orch_core::StoreError::Broken("a new key is not new: the entropy repeats itself".into()).into()
}
