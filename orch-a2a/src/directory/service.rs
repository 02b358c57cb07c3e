use std::{fmt, str::FromStr, time::Duration};

use orch_auth::{Document, Form, PartyId};
use orch_core::{Amount, Timestamp};

use super::PathTemplate;

/// Names a service: 1 to 256 visible ASCII characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServiceId(String);

/// A service as its provider registered it.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceRecord {
    /// Its id.
    pub id: ServiceId,
    /// The agent that offers it.
    pub provider: PartyId,
    /// Its type, by which it is searched.
    pub kind: Option<String>,
    /// All of it, as JSON text in which numbers are as they were written.
    pub document: String,
    /// When it was registered last.
    pub updated_at: Timestamp,
}

/// A service and how it is called.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// Its record.
    pub record: ServiceRecord,
    /// The path behind the provider's endpoint.
    pub template: PathTemplate,
    /// What is delivered, and who signs it.
    pub forward: Forward,
    /// The form in which the body is written.
    pub form: Form,
    /// Within which time a signature that was executed is only replayed.
    pub replay_window: Duration,
    /// Whether a human must have approved each call.
    pub requires_approval: bool,
    /// What a call costs; nothing where it says nothing.
    pub price: Option<Amount>,
}

/// What is delivered to a provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Forward {
    /// The payload, signed by us.
    #[default]
    Data,
    /// The payload and who asks, signed by us.
    Context,
    /// The very bytes that the consumer signed.
    Signed,
}

/// A record cannot be that of a service.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} {reason}")]
pub struct ServiceError {
    /// The member at fault.
    pub field: &'static str,
    /// What is wrong with it.
    pub reason: String,
}

fn wrong(field: &'static str, reason: impl fmt::Display) -> ServiceError {
    let reason = reason.to_string();
    ServiceError { field, reason }
}

impl ServiceRecord {
    /// The longest record.
    pub const MAX_BYTES: usize = 256 * 1024;
    /// The longest type.
    pub const MAX_KIND_BYTES: usize = 256;

    /// Reads a record.
    ///
    /// # Errors
    /// A member is missing or is not what it must be.
    pub fn read(record: &Document<'_>, now: Timestamp) -> Result<Self, ServiceError> {
        let text = |name: &'static str| match record.get(name) {
            Some(value) => value.as_str().ok_or_else(|| wrong(name, "is no text")),
            None => Err(wrong(name, "is missing")),
        };
        let id: ServiceId = text("service_id")?.parse()?;
        let provider = text("provider_agent_id")?;
        let provider = provider
            .parse()
            .map_err(|error| wrong("provider_agent_id", error))?;
        let kind = match record.get("service_type") {
            None => None,
            Some(kind) if kind.is_null() => None,
            Some(_) => match text("service_type")? {
                kind if kind.contains('\0') => return Err(wrong("service_type", "has a NUL in it")),
                // Stores find services by it.
                kind if kind.len() > Self::MAX_KIND_BYTES => {
                    return Err(wrong("service_type", "is longer than 256 bytes"));
                }
                kind => Some(kind.to_owned()),
            },
        };
        let document = with_metadata(record)?;
        if document.len() > Self::MAX_BYTES {
            return Err(wrong("", "is longer than 256 KiB"));
        }
        Ok(Self {
            id,
            provider,
            kind,
            document,
            updated_at: now,
        })
    }
}

/// The record in form A, with an object for its metadata whatever it has.
fn with_metadata(record: &Document<'_>) -> Result<String, ServiceError> {
    let members = record.members().ok_or_else(|| wrong("", "is no object"))?;
    let write = |document: &Document<'_>| {
        let bytes = Form::A.write(document).unwrap_or_default();
        String::from_utf8(bytes).unwrap_or_default()
    };
    let has_metadata = match record.get("metadata") {
        Some(Document::Object(_)) => true,
        None | Some(Document::Null) => false,
        Some(_) => return Err(wrong("metadata", "is no object")),
    };
    let others = members
        .iter()
        .filter(|(name, _)| has_metadata || name.as_str() != Some("metadata"));
    let mut parts: Vec<String> = others
        .map(|(name, member)| format!("{}:{}", write(&Document::Text(name.clone())), write(member)))
        .collect();
    if !has_metadata {
        parts.push("\"metadata\":{}".to_owned());
    }
    Ok(format!("{{{}}}", parts.join(",")))
}

impl Service {
    /// How a service is called.
    ///
    /// # Errors
    /// A member of its metadata is not what it must be.
    pub fn of(record: ServiceRecord) -> Result<Self, ServiceError> {
        let document = Document::read(record.document.as_bytes()).map_err(|error| wrong("", error))?;
        let member = |name: &str| {
            let member = document.get("metadata").and_then(|metadata| metadata.get(name));
            member.filter(|member| !member.is_null())
        };
        let text = |name: &'static str| match member(name) {
            Some(value) => value.as_str().map(Some).ok_or_else(|| wrong(name, "is no text")),
            None => Ok(None),
        };
        let template = PathTemplate::parse(text("service_path_template")?.unwrap_or_default());
        let template = template.map_err(|error| wrong("service_path_template", error))?;
        let forward = match text("forward")? {
            None | Some("data") => Forward::Data,
            Some("context") => Forward::Context,
            Some("signed") => Forward::Signed,
            Some(_) => return Err(wrong("forward", "is none of data, context and signed")),
        };
        let form = match text("forward_form")? {
            None | Some("python") => Form::C,
            Some("js") => Form::D,
            Some(_) => return Err(wrong("forward_form", "is neither python nor js")),
        };
        let replay_window = match member("replay_window_seconds") {
            None => Duration::ZERO,
            Some(Document::Number(number)) if number.is_integer() => {
                let seconds = number.token().parse::<u32>();
                let seconds = seconds.map_err(|_| wrong("replay_window_seconds", "is out of range"))?;
                Duration::from_secs(seconds.into())
            }
            Some(_) => return Err(wrong("replay_window_seconds", "is no integer")),
        };
        let requires_approval = match member("requires_approval") {
            None => false,
            Some(Document::Boolean(requires)) => *requires,
            Some(_) => return Err(wrong("requires_approval", "is neither true nor false")),
        };
        let price = text("price")?.map(str::parse::<Amount>).transpose();
        let price = price.map_err(|error| wrong("price", error))?;
        Ok(Self {
            template,
            forward,
            form,
            replay_window,
            requires_approval,
            price,
            record,
        })
    }
}

impl ServiceId {
    /// The longest id.
    pub const MAX_BYTES: usize = 256;

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ServiceId {
    type Err = ServiceError;

    fn from_str(name: &str) -> Result<Self, ServiceError> {
        let fits = (1..=Self::MAX_BYTES).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_graphic());
        let error = || wrong("service_id", "is not 1 to 256 visible ASCII characters");
        fits.then(|| Self(name.to_owned())).ok_or_else(error)
    }
}

impl fmt::Display for ServiceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ServiceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "service {}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_fits_into_every_store() {
        let read = |kind: &str| {
            let record = format!(
                r#"{{"service_id":"srv-1","provider_agent_id":"agent-001","service_type":"{kind}"}}"#
            );
            let record = Document::read(record.as_bytes()).unwrap();
            ServiceRecord::read(&record, Timestamp::from_millis(0)).map_err(|error| error.to_string())
        };
        assert_eq!(read(&"x".repeat(256)).unwrap().kind, Some("x".repeat(256)));
        let refusal = |reason: &str| Err(format!("service_type {reason}"));
        assert_eq!(read(&"x".repeat(257)), refusal("is longer than 256 bytes"));
        assert_eq!(read(r"\u0000"), refusal("has a NUL in it"));
    }
}
