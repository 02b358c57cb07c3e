use orch_core::Timestamp;

use crate::AgentKey;

/// A key of a party, and when it verifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartyKey {
    /// The key.
    pub key: AgentKey,
    /// From when on.
    pub from: Timestamp,
    /// Until when; for ever where that is not said.
    pub until: Option<Timestamp>,
    /// When it was revoked. It verifies nothing any more, whatever its time says.
    pub revoked_at: Option<Timestamp>,
}

impl PartyKey {
    /// Whether it verifies at a moment.
    pub fn is_valid(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.from <= now && self.until.is_none_or(|until| now < until)
    }
}
