//! The service that knows the agents that sign, and who signed what.

mod elsewhere;
mod registration;

use std::{sync::Arc, time::Duration};

use orch_core::{Caller, Clock, Proof, Timestamp, hex};
use sha2::{Digest, Sha256};

pub use elsewhere::{DirectoryAway, PartySource};
pub use registration::{Registration, Vouched};

use crate::{
    AuthError, Form, Party, PartyId, Signature,
    document::Document,
    signature::verify,
    store::{Nonce, PartyStore},
};

/// Knows the agents that sign: registers them, rotates and revokes their keys, and says who signed. Cloning is cheap.
///
/// An agent is read with every signature, so a key that was revoked verifies nothing from the moment its revocation was
/// acknowledged, on every replica.
///
/// Agents of [elsewhere](Self::beside) sign and are called like those that are registered here. They are neither listed nor
/// changed here, and of one id whoever is registered here counts, whatever became of it.
#[derive(Clone, Debug)]
pub struct AgentKeys {
    store: Arc<dyn PartyStore>,
    elsewhere: Option<Arc<dyn PartySource>>,
    clock: Arc<dyn Clock>,
    options: AgentKeyOptions,
}

/// What bounds the keys of agents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AgentKeyOptions {
    /// How long a key goes on beside the one that takes its place.
    pub overlap: Duration,
    /// How far the times that agents sign may be from ours. Nothing switches that off for [those alone](AgentKeys::check_time).
    pub tolerance: Duration,
    /// The most nonces of one agent that are remembered at once.
    pub nonces: u32,
}

impl Default for AgentKeyOptions {
    fn default() -> Self {
        Self {
            overlap: Duration::from_secs(24 * 60 * 60),
            tolerance: Duration::from_secs(300),
            nonces: 10_000,
        }
    }
}

/// Someone who signed.
#[derive(Clone, Debug, PartialEq)]
pub struct Signer {
    /// Who.
    pub party: Party,
    /// How they write what they sign.
    pub form: Form,
}

impl Signer {
    /// The one who asks, with their signature as the proof.
    pub fn caller(&self) -> Caller {
        Caller::proven(self.party.account().clone(), Proof::Signature)
    }
}

/// The moment and the nonce that a signature covers beside the document, for hosts that want every request only once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Once<'r> {
    /// When it was signed, as the signer wrote it.
    pub timestamp: &'r str,
    /// The same moment.
    pub at: Timestamp,
    /// What the signer says once: 1 to 128 visible ASCII characters.
    pub nonce: &'r str,
}

impl AgentKeys {
    /// The agents of a store.
    pub fn new(store: Arc<dyn PartyStore>, clock: Arc<dyn Clock>, options: AgentKeyOptions) -> Self {
        Self {
            store,
            elsewhere: None,
            clock,
            options,
        }
    }

    /// The same beside agents that are registered elsewhere.
    pub fn beside(self, elsewhere: Arc<dyn PartySource>) -> Self {
        Self {
            elsewhere: Some(elsewhere),
            ..self
        }
    }

    /// What bounds the keys.
    pub fn options(&self) -> &AgentKeyOptions {
        &self.options
    }

    /// An agent that is registered here, whatever became of it.
    ///
    /// # Errors
    /// [`PartyNotFound`](AuthError::PartyNotFound).
    pub async fn find(&self, id: &PartyId) -> Result<Party, AuthError> {
        let party = self.store.find(id).await?;
        party.ok_or_else(|| AuthError::PartyNotFound(id.clone()))
    }

    /// An agent that can sign and be called: one that is registered here, or else elsewhere.
    ///
    /// # Errors
    /// [`PartyNotFound`](AuthError::PartyNotFound), also where there is one that is not active;
    /// [`DirectoryAway`](AuthError::DirectoryAway) if it is not known here and nobody can be asked elsewhere.
    pub async fn find_active(&self, id: &PartyId) -> Result<Party, AuthError> {
        let party = match self.store.find(id).await? {
            Some(party) => Some(party),
            None => self.find_elsewhere(id).await?,
        };
        let party = party.filter(Party::is_active);
        party.ok_or_else(|| AuthError::PartyNotFound(id.clone()))
    }

    async fn find_elsewhere(&self, id: &PartyId) -> Result<Option<Party>, AuthError> {
        match &self.elsewhere {
            Some(elsewhere) => Ok(elsewhere.find(id).await?),
            None => Ok(None),
        }
    }

    /// At most so many active agents that are registered here by their ids, from the first one behind `after`.
    ///
    /// # Errors
    /// The store failed.
    pub async fn list(&self, after: Option<&PartyId>, limit: u32) -> Result<Vec<Party>, AuthError> {
        Ok(self.store.list(after, limit).await?)
    }

    /// Who signed the document: the agent of that id, with one of its keys, in one of the [forms](Form).
    ///
    /// # Errors
    /// As for [`find_active`](Self::find_active), and [`InvalidSignature`](AuthError::InvalidSignature).
    pub async fn verify(
        &self,
        id: &PartyId,
        document: &Document<'_>,
        signature: &str,
    ) -> Result<Signer, AuthError> {
        self.verify_prefixed(id, b"", document, signature).await
    }

    /// The same for a signature that covers a moment and a nonce as well: their texts, each with a line feed behind it, before
    /// the canonical bytes. Each nonce verifies once within the [tolerance](AgentKeyOptions::tolerance).
    ///
    /// # Errors
    /// As for [`verify`](Self::verify); [`OutOfRange`](AuthError::OutOfRange) for the moment, and
    /// [`Replayed`](AuthError::Replayed) for the nonce.
    pub async fn verify_once(
        &self,
        id: &PartyId,
        document: &Document<'_>,
        signature: &str,
        once: Once<'_>,
    ) -> Result<Signer, AuthError> {
        let prefix = format!("{}\n{}\n", once.timestamp, once.nonce);
        let signer = self
            .verify_prefixed(id, prefix.as_bytes(), document, signature)
            .await?;
        if !self.is_near(once.at) {
            return Err(AuthError::OutOfRange);
        }
        let nonce = Nonce {
            party: id.clone(),
            text: once.nonce.to_owned(),
            until: once.at + self.options.tolerance + Duration::from_millis(1),
        };
        match self
            .store
            .use_nonce(&nonce, self.clock.now(), self.options.nonces)
            .await?
        {
            Some(true) => Ok(signer),
            Some(false) => Err(AuthError::Replayed),
            None => Err(AuthError::TooManyNonces),
        }
    }

    /// Uses a verified signature up, for what it does not cover itself: `true` the first time. It is remembered as long as the
    /// moment that it covers is near, or where it covers none, for ten years.
    ///
    /// # Errors
    /// [`TooManyNonces`](AuthError::TooManyNonces), and a failure of the store.
    pub async fn use_up(
        &self,
        id: &PartyId,
        signature: &str,
        signed_at: Option<Timestamp>,
    ) -> Result<bool, AuthError> {
        const LONG: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);
        let now = self.clock.now();
        let is_dated = signed_at.is_some() && !self.options.tolerance.is_zero();
        let remembered_for = if is_dated {
            self.options.tolerance * 2
        } else {
            LONG
        };
        let nonce = Nonce {
            party: id.clone(),
            // No agent says a nonce with a blank in it.
            text: format!("signature {}", hex::encode(&Sha256::digest(signature))),
            until: now + remembered_for,
        };
        let used = self.store.use_nonce(&nonce, now, self.options.nonces).await?;
        used.ok_or(AuthError::TooManyNonces)
    }

    /// Whether a moment that was signed without a nonce is near enough to ours. Each is where the
    /// [tolerance](AgentKeyOptions::tolerance) is nothing.
    ///
    /// # Errors
    /// [`OutOfRange`](AuthError::OutOfRange).
    pub fn check_time(&self, at: Timestamp) -> Result<(), AuthError> {
        if self.options.tolerance.is_zero() || self.is_near(at) {
            return Ok(());
        }
        Err(AuthError::OutOfRange)
    }

    fn is_near(&self, at: Timestamp) -> bool {
        let now = self.clock.now();
        at.since(now).max(now.since(at)) <= self.options.tolerance
    }

    /// Forgets nonces whose time is over, at most so many; how many. For whoever looks after the store now and then.
    ///
    /// # Errors
    /// The store failed.
    pub async fn forget_nonces(&self, limit: u32) -> Result<u64, AuthError> {
        Ok(self.store.forget_nonces(self.clock.now(), limit).await?)
    }

    async fn verify_prefixed(
        &self,
        id: &PartyId,
        prefix: &[u8],
        document: &Document<'_>,
        signature: &str,
    ) -> Result<Signer, AuthError> {
        let party = self.find_active(id).await?;
        let signature = Signature::parse(signature).map_err(|_| AuthError::InvalidSignature)?;
        let signed_by = |key| verify(key, prefix, document, &signature);
        let form = party.valid_keys(self.clock.now()).find_map(signed_by);
        match form {
            Some(form) => Ok(Signer { form, party }),
            None => Err(AuthError::InvalidSignature),
        }
    }
}

#[cfg(test)]
mod tests;
