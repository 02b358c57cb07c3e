//! Parties: the agents that sign, as the directory knows them.

mod id;
mod key;

use orch_core::{AccountId, Timestamp};

pub use id::{PartyId, PartyIdError};
pub use key::PartyKey;

use crate::AgentKey;

/// An agent that signs what it asks for: who it is, by which keys it is known, and what it says of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Party {
    /// Its id, for ever. It need not be derived from a key.
    pub id: PartyId,
    /// Its keys, the newest first.
    pub keys: Vec<PartyKey>,
    /// `active`, or why not. Only an active party can sign or be called.
    pub status: String,
    /// Where it is reached.
    pub endpoint: Option<String>,
    /// What it says of itself: an object, as JSON text.
    pub metadata: String,
    /// Whether it is on lists and in searches. By its id it is found all the same.
    pub is_listed: bool,
    /// When it was registered.
    pub registered_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// How often it has changed, counting its registration.
    pub revision: u64,
}

impl Party {
    /// The status of a party that can sign and be called.
    pub const ACTIVE: &str = "active";
    /// The most keys that are kept of one; those that ended first are forgotten.
    pub const MAX_KEYS: usize = 16;

    /// Whether it can sign and be called.
    pub fn is_active(&self) -> bool {
        self.status == Self::ACTIVE
    }

    /// The keys that verify at a moment, the newest first.
    pub fn valid_keys(&self, now: Timestamp) -> impl Iterator<Item = &AgentKey> {
        self.keys
            .iter()
            .filter(move |key| key.is_valid(now))
            .map(|key| &key.key)
    }

    /// The key to show: the newest that verifies.
    pub fn key(&self, now: Timestamp) -> Option<&AgentKey> {
        self.valid_keys(now).next()
    }

    /// Puts a key before the others. Those that verify now end then at the latest; at once, if that is now. A key that is
    /// there already is made valid again, unless it was revoked: then it stays so, and this is `false`.
    pub(crate) fn add_key(&mut self, key: AgentKey, now: Timestamp, others_until: Timestamp) -> bool {
        let known = self.keys.iter().position(|known| known.key == key);
        let known = known.map(|place| self.keys.remove(place));
        if let Some(revoked) = known.filter(|known| known.revoked_at.is_some()) {
            self.keys.push(revoked);
            return false;
        }
        for other in &mut self.keys {
            let sooner = other.until.map_or(others_until, |until| until.min(others_until));
            other.until = Some(sooner);
            if others_until <= now && other.revoked_at.is_none() {
                other.revoked_at = Some(now);
            }
        }
        let from = now;
        self.keys.insert(
            0,
            PartyKey {
                key,
                from,
                until: None,
                revoked_at: None,
            },
        );
        self.forget_old_keys(now);
        true
    }

    /// Keys that were revoked are kept longest: a revoked key must not come back.
    fn forget_old_keys(&mut self, now: Timestamp) {
        while self.keys.len() > Self::MAX_KEYS {
            let expired = |key: &PartyKey| !key.is_valid(now) && key.revoked_at.is_none();
            let place = self.keys.iter().rposition(expired);
            self.keys.remove(place.unwrap_or(self.keys.len() - 1));
        }
    }

    /// The account that pays for what the party asks for, and earns with what it does.
    pub fn account(&self) -> &AccountId {
        self.id.account()
    }
}
