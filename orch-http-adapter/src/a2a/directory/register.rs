//! `POST /api/v1/agents` and `POST /api/v1/services`.

use axum::{
    Json,
    body::Bytes,
    extract::{Request, State},
    http::HeaderMap,
    response::Response,
};
use orch::{
    a2a::directory::reached_at,
    auth::{AgentKey, Document, Registration, Vouched, signature},
};
use serde_json::{Map, Value, json};

use super::{
    super::{
        A2a,
        access::{self, text},
        error::ApiError,
        transact::check_type,
    },
    agents::Agent,
    services::written,
};
use crate::body::{BodyFault, collect};

const MAX_BODY_BYTES: usize = 1024 * 1024;

/// The members of a flat manifest that belong to the metadata.
const FLAT: [&str; 5] = ["name", "description", "capabilities", "version", "protocol"];

async fn read(request: Request) -> Result<(HeaderMap, Bytes), ApiError> {
    let (parts, body) = request.into_parts();
    let body = collect(body, MAX_BODY_BYTES).await.map_err(|fault| match fault {
        BodyFault::TooLarge => ApiError::too_large(),
        _ => ApiError::invalid("Malformed JSON"),
    })?;
    check_type(&parts.headers)?;
    Ok((parts.headers, body))
}

/// Registers an agent, or changes one.
pub(in crate::a2a) async fn agent(State(a2a): State<A2a>, request: Request) -> Result<Json<Agent>, ApiError> {
    let (headers, body) = read(request).await?;
    let is_admin = a2a.is_admin(&headers);
    if !is_admin && !a2a.options().self_registration {
        return Err(ApiError::unauthorized());
    }
    let members: Map<String, Value> =
        serde_json::from_slice(&body).map_err(|_| ApiError::invalid("Malformed JSON"))?;
    let registration = registration(&members, is_admin)?;
    let vouched = match is_admin {
        true => Vouched::ByTheHost,
        false => {
            check_own(&registration.key, &headers, &body)?;
            Vouched::ByItself
        }
    };
    let party = a2a
        .orchestrator()
        .directory()
        .agents()
        .register(registration, vouched)
        .await?;
    Ok(Json(a2a.agent(&party)))
}

/// Whether the body is signed by the key that it names.
fn check_own(key: &AgentKey, headers: &HeaderMap, body: &[u8]) -> Result<(), ApiError> {
    let document = Document::read(body).map_err(|_| ApiError::invalid("Malformed JSON"))?;
    let signed = text(headers, "x-agent-signature").and_then(|text| signature::Signature::parse(text).ok());
    let is_signed = signed.is_some_and(|signed| signature::verify(key, b"", &document, &signed).is_some());
    is_signed.then_some(()).ok_or_else(ApiError::unauthorized)
}

fn registration(members: &Map<String, Value>, is_admin: bool) -> Result<Registration, ApiError> {
    let text = |name: &str| members.get(name).and_then(Value::as_str);
    let invalid = |name: &str| ApiError::invalid(format!("Invalid {name}"));
    let id = text("agent_id").ok_or_else(|| ApiError::invalid("Missing required field: agent_id"))?;
    if id.contains(['/', '?', '#', '%']) {
        return Err(invalid("agent_id"));
    }
    let key = text("public_key").ok_or_else(|| ApiError::invalid("Missing required field: public_key"))?;
    if members
        .get("algorithm")
        .is_some_and(|algorithm| *algorithm != json!("Ed25519"))
    {
        return Err(invalid("algorithm"));
    }
    let revoke_previous = match members.get("revoke_previous") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(revoke)) => *revoke,
        Some(_) => return Err(invalid("revoke_previous")),
    };
    let mut metadata = match members.get("metadata") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(metadata)) => metadata.clone(),
        Some(_) => return Err(invalid("metadata")),
    };
    for name in FLAT {
        if let Some(value) = members.get(name) {
            metadata.entry(name).or_insert_with(|| value.clone());
        }
    }
    if !is_admin {
        metadata.remove("trust_score");
    }
    let endpoint = reached_at(
        optional(&metadata, "api_endpoint")?,
        optional(members, "endpoint")?,
    );
    let status = optional(&metadata, "status")?.unwrap_or("active");
    Ok(Registration {
        id: id.parse().map_err(|_| invalid("agent_id"))?,
        key: AgentKey::from_pem(key).map_err(|_| invalid("public_key"))?,
        revoke_previous,
        status: status.to_owned(),
        endpoint: endpoint.map(str::to_owned),
        metadata: Value::Object(metadata).to_string(),
        is_listed: true,
    })
}

/// A member that is a text, or nothing.
fn optional<'m>(members: &'m Map<String, Value>, name: &str) -> Result<Option<&'m str>, ApiError> {
    match members.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(ApiError::invalid(format!("Invalid {name}"))),
    }
}

/// Registers a service that its provider has signed.
pub(in crate::a2a) async fn service(State(a2a): State<A2a>, request: Request) -> Result<Response, ApiError> {
    let (headers, body) = read(request).await?;
    let document = Document::read(&body).map_err(|_| ApiError::invalid("Malformed JSON"))?;
    let id = document.get("service_id").and_then(Document::as_str);
    if id.is_some_and(|id| id == "search" || id.contains(['/', '?', '#', '%'])) {
        return Err(ApiError::invalid("Invalid service_id"));
    }
    let signature = access::signature(&headers)?.filter(|signature| !signature.is_empty());
    let signature = signature.ok_or_else(ApiError::unsigned)?;
    let record = a2a
        .orchestrator()
        .directory()
        .register_signed(&document, signature)
        .await?;
    Ok(written(record.document))
}
