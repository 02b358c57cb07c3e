use std::{collections::BTreeMap, ops::Bound};

use orch_auth::{Party, PartyId, PartyKey};
use orch_core::Timestamp;

use super::FiledAgent;
use crate::directory::{ServiceId, ServiceRecord};

/// What the files say, as the stores would.
#[derive(Clone, Debug, Default)]
pub(super) struct Filed {
    parties: BTreeMap<PartyId, Party>,
    services: BTreeMap<ServiceId, ServiceRecord>,
}

impl Filed {
    /// The same with these agents in the place of all before.
    pub(super) fn with_agents(&self, agents: Vec<FiledAgent>, now: Timestamp) -> Self {
        let parties = agents.into_iter().map(|agent| {
            let party = party(agent, &self.parties, now);
            (party.id.clone(), party)
        });
        Self {
            parties: parties.collect(),
            services: self.services.clone(),
        }
    }

    /// The same with these services in the place of all before.
    pub(super) fn with_services(&self, services: Vec<ServiceRecord>) -> Self {
        let services = services.into_iter().map(|read| {
            let known = self.services.get(&read.id);
            let updated_at = known
                .filter(|known| known.document == read.document)
                .map_or(read.updated_at, |known| known.updated_at);
            (read.id.clone(), ServiceRecord { updated_at, ..read })
        });
        Self {
            services: services.collect(),
            parties: self.parties.clone(),
        }
    }

    pub(super) fn party(&self, id: &PartyId) -> Option<&Party> {
        self.parties.get(id)
    }

    pub(super) fn service(&self, id: &ServiceId) -> Option<&ServiceRecord> {
        self.services.get(id)
    }

    /// The active parties behind one, by their ids.
    pub(super) fn parties(&self, after: Option<&PartyId>) -> impl Iterator<Item = &Party> {
        let behind = (after.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded);
        let parties = self.parties.range::<PartyId, _>(behind);
        parties.map(|(_, party)| party).filter(|party| party.is_active())
    }

    /// The services of a type, or all, by their ids.
    pub(super) fn services(&self, kind: Option<&str>) -> impl Iterator<Item = &ServiceRecord> {
        let services = self.services.values();
        services.filter(move |record| kind.is_none() || record.kind.as_deref() == kind)
    }
}

/// An agent as a store would keep it: what did not change keeps its time, and what did is a revision later.
fn party(agent: FiledAgent, known: &BTreeMap<PartyId, Party>, now: Timestamp) -> Party {
    let known = known.get(&agent.id);
    let since = |key| {
        let key = known
            .into_iter()
            .flat_map(|party| &party.keys)
            .find(|known| known.key == key);
        key.map_or(now, |key| key.from)
    };
    let keys = agent.key.map(|key| PartyKey {
        key,
        from: since(key),
        until: None,
        revoked_at: None,
    });
    let read = Party {
        id: agent.id,
        keys: keys.into_iter().collect(),
        status: agent.status,
        endpoint: agent.endpoint,
        metadata: agent.metadata,
        is_listed: true,
        registered_at: known.map_or(now, |known| known.registered_at),
        updated_at: known.map_or(now, |known| known.updated_at),
        revision: known.map_or(1, |known| known.revision),
    };
    match known {
        Some(known) if *known != read => Party {
            updated_at: now,
            revision: read.revision + 1,
            ..read
        },
        _ => read,
    }
}
