use std::{sync::Arc, time::Duration};

use orch_core::{
    Agent, AgentId, AgentVersion, StoreError,
    agent::{Deprecation, Developer, Performance, Rating, Status, Visibility},
};
use serde::{Deserialize, Serialize};

use crate::sql::Row;

/// An agent with its latest version.
pub(in crate::sql) const FROM: &str =
    "orch_agents a JOIN orch_agent_versions v ON v.agent = a.id AND v.version = a.latest";
/// What [`agent`] reads, from [`FROM`].
pub(in crate::sql) const AGENT: &str = "a.id, a.organization, a.name, a.slug, a.owner, a.audience, a.status, \
    a.last_seen, a.created_at, a.updated_at, a.revision, a.document, a.requests, a.answered, a.total_time, \
    v.document AS version_document";

/// The form of the documents that this release writes.
pub(super) const FORM: u32 = 1;
/// Who may see what everyone may see: no account has this name.
pub(super) const EVERYONE: &str = "";

/// What an agent's row does not have columns for.
#[derive(Debug, Deserialize, Serialize)]
pub(in crate::sql) struct StoredAgent {
    pub(in crate::sql) v: u32,
    pub(in crate::sql) id: AgentId,
    pub(in crate::sql) developer: Developer,
    pub(in crate::sql) rating: Rating,
    /// What earlier releases looked for here; it has columns of its own now.
    pub(in crate::sql) performance: Performance,
    pub(in crate::sql) deprecations: Vec<Deprecation>,
}

/// A version's document.
#[derive(Debug, Deserialize, Serialize)]
pub(in crate::sql) struct StoredVersion {
    pub(in crate::sql) v: u32,
    pub(in crate::sql) agent: AgentId,
    pub(in crate::sql) content: AgentVersion,
}

/// Who may see an agent.
pub(super) fn audience(agent: &Agent) -> &str {
    match agent.visibility {
        Visibility::Public => EVERYONE,
        Visibility::Private => agent.owner.as_str(),
    }
}

pub(super) fn status(status: Status) -> &'static str {
    match status {
        Status::Online => "online",
        Status::Offline => "offline",
        Status::Away => "away",
    }
}

pub(super) fn agent_document(agent: &Agent) -> Result<String, StoreError> {
    document(&StoredAgent {
        v: FORM,
        id: agent.id,
        developer: agent.developer.clone(),
        rating: agent.rating,
        performance: Performance::default(),
        deprecations: agent.deprecations.clone(),
    })
}

pub(super) fn version_document(agent: AgentId, version: &AgentVersion) -> Result<String, StoreError> {
    document(&StoredVersion {
        v: FORM,
        agent,
        content: version.clone(),
    })
}

fn document(document: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(document).map_err(|error| StoreError::Broken(error.into()))
}

/// Reads the columns of [`AGENT`].
pub(super) fn agent(row: &Row) -> Result<Agent, StoreError> {
    let row = row.of("orch_agents");
    let document: StoredAgent = row.json("document")?;
    let latest: StoredVersion = row.json("version_document")?;
    let status = match row.text("status")? {
        "online" => Status::Online,
        "offline" => Status::Offline,
        "away" => Status::Away,
        other => return Err(row.corrupt(format!("{other:?} is no status"))),
    };
    let audience = row.text("audience")?;
    Ok(Agent {
        id: row.parse("id")?,
        organization: row.parse("organization")?,
        name: row.parse("name")?,
        slug: row.parse("slug")?,
        owner: row.parse("owner")?,
        developer: document.developer,
        visibility: if audience == EVERYONE {
            Visibility::Public
        } else {
            Visibility::Private
        },
        status,
        last_seen: row.optional_timestamp("last_seen")?,
        rating: document.rating,
        performance: Performance {
            requests: row.number("requests")?,
            answered: row.number("answered")?,
            total_time: Duration::from_millis(row.number("total_time")?),
        },
        created_at: row.timestamp("created_at")?,
        updated_at: row.timestamp("updated_at")?,
        revision: row.number("revision")?,
        deprecations: document.deprecations,
        latest: Arc::new(latest.content),
    })
}

/// Reads a version's document.
pub(super) fn version(row: &Row) -> Result<AgentVersion, StoreError> {
    let stored: StoredVersion = row.of("orch_agent_versions").json("document")?;
    Ok(stored.content)
}

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;

    use super::*;

    /// What the first form looks like: databases are full of it, so it has to be read for ever.
    const AGENT_1: &str = r#"{"v":1,"id":"agent_018d0c6c6f807000a1b2c3d4e5f60718",
        "developer":{"name":"Acme Labs","verified":true,"wallet_address":"ABCD1234"},
        "rating":{"counts":[1,0,2,0,3]},
        "performance":{"requests":3,"answered":2,"total_time":{"secs":1,"nanos":234000000}},
        "deprecations":[{"version":"v1.2","message":"use v2","sunset":1705314600000}]}"#;
    const VERSION_1: &str = r#"{"v":1,"agent":"agent_018d0c6c6f807000a1b2c3d4e5f60718","content":{
        "version":"v1.2","title":"Table reader","description":"Reads","category":"Data","tags":["csv"],
        "tasks":[{"name":"read_table","description":"Reads","parameters":{"type":"object"},"returns":{},
            "examples":[{"input":{},"output":1}],"repeatable":true,"timeout":{"secs":5,"nanos":0}}],
        "pricing":{"base":{"minor":100000,"currency":"ALGO"},"model":{"per_unit":{"unit":"page","maximum":50}},
            "volume_discounts":[{"min_requests":100,"discount":1000}]},
        "endpoint":{"kind":"http","url":"https://agent.example"},"created_at":1705314600000}}"#;

    /// Reads a document and writes it again: nothing is lost.
    fn is_kept<T: DeserializeOwned + Serialize>(text: &str) {
        let read: T = serde_json::from_str(text).unwrap();
        let as_json: serde_json::Value = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_value(read).unwrap(), as_json);
    }

    #[test]
    fn documents_of_the_first_form_are_read() {
        is_kept::<StoredAgent>(AGENT_1);
        is_kept::<StoredVersion>(VERSION_1);
    }
}
