//! Parties that were read before, so that their keys are not decoded with every signature.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use orch_auth::{Party, PartyId};

/// Parties as they were read last. They are shown only to who has read that they have not changed since: every change of a
/// party raises its revision.
#[derive(Clone, Debug, Default)]
pub(in crate::sql) struct PartiesAtHand(Arc<Mutex<HashMap<PartyId, Party>>>);

impl PartiesAtHand {
    /// The most parties; when they are more, all are forgotten.
    const MOST: usize = 4096;
    /// The longest text of a party that is kept.
    const MOST_BYTES: usize = 4096;

    /// The party as it was at a revision, if that is known.
    pub(super) fn at(&self, id: &PartyId, revision: u64) -> Option<Party> {
        let parties = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        parties
            .get(id)
            .filter(|party| party.revision == revision)
            .cloned()
    }

    pub(super) fn keep(&self, party: &Party) {
        let endpoint = party.endpoint.as_ref().map_or(0, String::len);
        if party.metadata.len() + party.status.len() + endpoint > Self::MOST_BYTES {
            return;
        }
        let mut parties = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if parties.len() >= Self::MOST {
            parties.clear();
        }
        parties.insert(party.id.clone(), party.clone());
    }
}
