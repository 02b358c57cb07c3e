use axum::{
    Json,
    extract::{Path, State},
    http::Uri,
};
use orch::{Timestamp, auth::Party};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::super::{A2a, error::ApiError, moment, query::Query};

/// An agent as every published reader wants it.
#[derive(Debug, Serialize)]
pub(in crate::a2a) struct Agent {
    agent_id: String,
    status: String,
    algorithm: &'static str,
    public_key: Option<String>,
    endpoint: Option<String>,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) category: String,
    pub(super) capabilities: Vec<String>,
    pub(super) trust_score: Value,
    registered_at: String,
    metadata: Map<String, Value>,
}

#[derive(Debug, Serialize)]
pub(in crate::a2a) struct Agents {
    agents: Vec<Agent>,
    count: usize,
    next_cursor: Option<String>,
}

/// The key alone, on one line, because a published verifier reads no other.
#[derive(Debug, Serialize)]
pub(in crate::a2a) struct PublicKey {
    agent_id: String,
    public_key: String,
    public_key_pem: String,
    algorithm: &'static str,
}

impl Agent {
    pub(super) fn of(party: &Party, now: Timestamp, hides_endpoint: bool) -> Self {
        let mut metadata: Map<String, Value> = serde_json::from_str(&party.metadata).unwrap_or_default();
        let text = |metadata: &Map<String, Value>, name: &str, unsaid: &str| {
            let said = metadata.get(name).and_then(Value::as_str);
            said.unwrap_or(unsaid).to_owned()
        };
        let name = text(&metadata, "name", party.id.as_str());
        let description = text(&metadata, "description", "");
        let category = text(&metadata, "category", "General");
        let capabilities = metadata.get("capabilities").and_then(Value::as_array);
        let capabilities = capabilities.into_iter().flatten().filter_map(Value::as_str);
        let capabilities: Vec<String> = capabilities.map(str::to_owned).collect();
        let score = metadata.get("trust_score").filter(|score| score.is_number());
        let trust_score = score.cloned().unwrap_or_else(|| json!(0));
        let endpoint = party.endpoint.clone().filter(|_| !hides_endpoint);
        for (member, value) in [
            ("name", json!(name)),
            ("description", json!(description)),
            ("category", json!(category)),
            ("capabilities", json!(capabilities)),
            ("trust_score", trust_score.clone()),
        ] {
            metadata.insert(member.to_owned(), value);
        }
        metadata.remove("api_endpoint");
        if let Some(endpoint) = &endpoint {
            metadata.insert("api_endpoint".to_owned(), json!(endpoint));
        }
        Self {
            agent_id: party.id.to_string(),
            status: party.status.clone(),
            algorithm: "Ed25519",
            public_key: party.key(now).map(orch::auth::AgentKey::to_pem),
            endpoint,
            name,
            description,
            category,
            capabilities,
            trust_score,
            registered_at: moment::text(party.registered_at),
            metadata,
        }
    }
}

impl A2a {
    pub(super) fn agent(&self, party: &Party) -> Agent {
        Agent::of(party, self.now(), self.options().hide_endpoints)
    }

    pub(super) async fn party(&self, id: &str) -> Result<Party, ApiError> {
        let known = id.parse().map_err(|_| ApiError::agent_not_found(id))?;
        Ok(self.orchestrator().directory().agent(&known).await?)
    }
}

/// An agent, whatever became of it.
pub(in crate::a2a) async fn find(
    State(a2a): State<A2a>,
    Path(id): Path<String>,
) -> Result<Json<Agent>, ApiError> {
    Ok(Json(a2a.agent(&a2a.party(&id).await?)))
}

/// The active agents.
pub(in crate::a2a) async fn list(State(a2a): State<A2a>, uri: Uri) -> Result<Json<Agents>, ApiError> {
    let query = Query::of(&uri);
    let (limit, after) = (query.limit(1000, 1000)?, query.parse("cursor")?);
    let listed = a2a
        .orchestrator()
        .directory()
        .agents()
        .list(after.as_ref(), limit)
        .await?;
    let is_full = listed.len() >= limit as usize;
    let next = listed.last().map(|last| last.id.to_string());
    Ok(Json(Agents {
        count: listed.len(),
        next_cursor: next.filter(|_| is_full),
        agents: listed.iter().map(|party| a2a.agent(party)).collect(),
    }))
}

/// An agent's key.
pub(in crate::a2a) async fn public_key(
    State(a2a): State<A2a>,
    Path(id): Path<String>,
) -> Result<Json<PublicKey>, ApiError> {
    let party = a2a.party(&id).await?;
    let key = party
        .key(a2a.now())
        .ok_or_else(|| ApiError::agent_not_found(&id))?;
    Ok(Json(PublicKey {
        agent_id: id,
        public_key: key.to_line(),
        public_key_pem: key.to_pem(),
        algorithm: "Ed25519",
    }))
}

/// What another orchestrator asks for.
pub(in crate::a2a) async fn look_up(
    State(a2a): State<A2a>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let agent = a2a.agent(&a2a.party(&id).await?);
    Ok(Json(json!({
        "agent_id": agent.agent_id,
        "status": agent.status,
        "public_key": agent.public_key,
        "metadata": agent.metadata,
    })))
}

/// What an agent serves of itself.
pub(in crate::a2a) async fn manifest(
    State(a2a): State<A2a>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let agent = a2a.agent(&a2a.party(&id).await?);
    let version = agent
        .metadata
        .get("version")
        .and_then(Value::as_str)
        .unwrap_or("1.0.0");
    Ok(Json(json!({
        "name": agent.name,
        "url": agent.endpoint.unwrap_or_default(),
        "version": version,
        "description": agent.description,
        "protocol_version": "A2A/1.0",
        "capabilities": agent.capabilities,
        "authentication": {
            "type": "amorce",
            "public_key": agent.public_key.unwrap_or_default(),
            "algorithm": agent.algorithm,
            "directory_url": a2a.options().public_url,
        },
        "amorce": {
            "agent_id": agent.agent_id,
            "status": agent.status,
            "registered_at": agent.registered_at,
            "category": agent.category,
        },
    })))
}
