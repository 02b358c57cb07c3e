use std::time::Duration;

use super::AgentKeys;
use crate::{AgentKey, AuthError, Party, PartyId, PartyKey};

/// An agent as it is registered, or what changes about one.
#[derive(Clone, Debug, PartialEq)]
pub struct Registration {
    /// Its id.
    pub id: PartyId,
    /// Its key: another than before takes the place of the one before.
    pub key: AgentKey,
    /// Whether the keys before end at once, not only after the [overlap](super::AgentKeyOptions::overlap).
    pub revoke_previous: bool,
    /// `active`, or why not.
    pub status: String,
    /// Where it is reached.
    pub endpoint: Option<String>,
    /// What it says of itself: an object, as JSON text.
    pub metadata: String,
    /// Whether it is on lists and in searches.
    pub is_listed: bool,
}

/// Who vouches that a registration is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vouched {
    /// The host, or whoever holds its key for that.
    ByTheHost,
    /// The agent itself, with a signature by the very key that its id is derived from. It changes nothing that the host has
    /// decided since: who was suspended stays so, and a key that another has taken the place of does not come back. Nor does
    /// it take the place of an agent that is registered elsewhere, where its key may have been replaced or revoked.
    ByItself,
}

impl AgentKeys {
    /// The longest metadata.
    pub const MAX_METADATA_BYTES: usize = 256 * 1024;
    /// How often a change is tried again that another one came before.
    const TRIES: usize = 16;

    /// Registers an agent, or changes one that is there.
    ///
    /// # Errors
    /// [`Invalid`](AuthError::Invalid) for an id that looks derived from a key and is not, for a key that was revoked before,
    /// for metadata that are too long, and for a text that not every store can keep. By itself, no agent that is not active
    /// ([`PartyNotFound`](AuthError::PartyNotFound)), nor with another key than its present one
    /// ([`InvalidSignature`](AuthError::InvalidSignature)), nor in the place of one that is registered elsewhere
    /// ([`RegisteredElsewhere`](AuthError::RegisteredElsewhere)), which must be possible to find out
    /// ([`DirectoryAway`](AuthError::DirectoryAway)).
    pub async fn register(&self, registration: Registration, vouched: Vouched) -> Result<Party, AuthError> {
        let is_derived = registration.key.derived_id() == registration.id.as_str();
        if registration.metadata.len() > Self::MAX_METADATA_BYTES {
            return Err(invalid("metadata", "is longer than 256 KiB"));
        }
        let endpoint = registration.endpoint.as_deref().unwrap_or_default();
        for (field, text) in [
            ("endpoint", endpoint),
            ("status", &registration.status),
            ("metadata", &registration.metadata),
        ] {
            if text.contains('\0') {
                return Err(invalid(field, "has a NUL in it"));
            }
        }
        for _ in 0..Self::TRIES {
            let now = self.clock.now();
            let known = self.store.find(&registration.id).await?;
            let is_new = known.is_none();
            if !is_derived && (vouched == Vouched::ByItself || (is_new && registration.id.looks_derived())) {
                return Err(invalid("agent_id", "is not the id that is derived from the key"));
            }
            if vouched == Vouched::ByItself {
                match &known {
                    Some(party) if !party.is_active() => {
                        return Err(AuthError::PartyNotFound(registration.id));
                    }
                    Some(party) if party.key(now) != Some(&registration.key) => {
                        return Err(AuthError::InvalidSignature);
                    }
                    Some(_) => {}
                    None if self.find_elsewhere(&registration.id).await?.is_some() => {
                        return Err(AuthError::RegisteredElsewhere(registration.id));
                    }
                    None => {}
                }
            }
            let mut party = known.unwrap_or_else(|| Party {
                id: registration.id.clone(),
                keys: Vec::new(),
                status: String::new(),
                endpoint: None,
                metadata: String::new(),
                is_listed: true,
                registered_at: now,
                updated_at: now,
                revision: 0,
            });
            let overlap = match registration.revoke_previous {
                true => Duration::ZERO,
                false => self.options.overlap,
            };
            let is_current = party.key(now) == Some(&registration.key);
            if (!is_current || registration.revoke_previous)
                && !party.add_key(registration.key, now, now + overlap)
            {
                return Err(invalid("public_key", "was revoked"));
            }
            party.status.clone_from(&registration.status);
            party.endpoint.clone_from(&registration.endpoint);
            party.metadata.clone_from(&registration.metadata);
            party.is_listed = registration.is_listed;
            party.updated_at = now;
            party.revision += 1;
            let written = match is_new {
                true => self.store.insert(&party).await?,
                false => self.store.update(&party).await?,
            };
            if written {
                return Ok(party);
            }
        }
        Err(AuthError::Contended(registration.id))
    }

    /// Takes a key of an agent back: when this returns, it verifies nothing any more. Taking it back again changes nothing.
    ///
    /// # Errors
    /// [`PartyNotFound`](AuthError::PartyNotFound), or [`Invalid`](AuthError::Invalid) for a key that it never had.
    pub async fn revoke(&self, id: &PartyId, key: &AgentKey) -> Result<Party, AuthError> {
        for _ in 0..Self::TRIES {
            let now = self.clock.now();
            let mut party = self.find(id).await?;
            let mut keys = party.keys.iter_mut();
            let known: Option<&mut PartyKey> = keys.find(|known| known.key == *key);
            let known = known.ok_or(invalid("public_key", "is not one of the agent"))?;
            if known.revoked_at.is_some() {
                return Ok(party);
            }
            known.revoked_at = Some(now);
            party.updated_at = now;
            party.revision += 1;
            if self.store.update(&party).await? {
                return Ok(party);
            }
        }
        Err(AuthError::Contended(id.clone()))
    }
}

fn invalid(field: &'static str, reason: &'static str) -> AuthError {
    AuthError::Invalid { field, reason }
}
