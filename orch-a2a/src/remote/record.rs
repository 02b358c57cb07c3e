//! What another directory says, read as if it were hostile.

use orch_auth::{Document, Party, PartyId, PartyKey};
use orch_core::{Cause, Timestamp};

use super::memory::Said;
use crate::{
    directory::{ServiceId, ServiceRecord},
    registry::FiledAgent,
};

/// About what a record takes beside its texts.
const OVERHEAD: usize = 512;

/// Reads the answer to a lookup of this agent. Whoever is not said to be `active` is not there any more.
pub(super) fn agent(id: &PartyId, body: &[u8], asked_at: Timestamp) -> Result<Said<Party>, Cause> {
    let record = Document::read(body)?;
    let text = |name: &str| record.get(name).and_then(Document::as_str);
    if text("agent_id") != Some(id.as_str()) {
        return Err("it answers for another agent than it was asked for".into());
    }
    let party = Party {
        id: id.clone(),
        keys: Vec::new(),
        status: "unknown".to_owned(),
        endpoint: None,
        metadata: "{}".to_owned(),
        is_listed: false,
        registered_at: asked_at,
        updated_at: asked_at,
        revision: 1,
    };
    if text("status") != Some(Party::ACTIVE) {
        return Ok(Said::No(Some(party)));
    }
    let said = FiledAgent::read(id.as_str(), &record)?;
    let key = said.key.map(|key| PartyKey {
        key,
        from: asked_at,
        until: None,
        revoked_at: None,
    });
    Ok(Said::Yes(Party {
        keys: key.into_iter().collect(),
        status: Party::ACTIVE.to_owned(),
        endpoint: said.endpoint,
        metadata: said.metadata,
        ..party
    }))
}

/// Reads the record of this service.
pub(super) fn service(
    id: &ServiceId,
    body: &[u8],
    asked_at: Timestamp,
) -> Result<Said<ServiceRecord>, Cause> {
    let record = ServiceRecord::read(&Document::read(body)?, asked_at)?;
    match record.id == *id {
        true => Ok(Said::Yes(record)),
        false => Err("it answers for another service than it was asked for".into()),
    }
}

pub(super) fn weigh_agent(party: &Party) -> usize {
    OVERHEAD + party.metadata.len() + party.endpoint.as_ref().map_or(0, String::len)
}

pub(super) fn weigh_service(record: &ServiceRecord) -> usize {
    OVERHEAD + record.document.len() + record.kind.as_ref().map_or(0, String::len)
}
