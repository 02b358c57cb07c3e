//! What the files say, as the published reference server reads them.

use orch_auth::{AgentKey, AgentKeys, Document, Form, Party, PartyId, document::DocumentError};
use orch_core::Timestamp;

use crate::directory::{Service, ServiceRecord, reached_at};

/// A file is not what it must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// It is no JSON.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// It has no members.
    #[error("it is no object")]
    NoObject,
}

/// What a file lists: each record is taken or left out for itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed<T> {
    /// What is of use.
    pub taken: Vec<T>,
    /// What is not.
    pub left_out: Vec<LeftOut>,
}

/// A record that is of no use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The name that the file has for it.
    pub id: String,
    /// Why.
    pub reason: String,
}

/// An agent as a file names it.
#[derive(Clone, Debug, PartialEq)]
pub struct FiledAgent {
    /// Its id.
    pub id: PartyId,
    /// Its key; none where what the file has is no Ed25519 key: then it is known and cannot sign.
    pub key: Option<AgentKey>,
    /// `active`, or why not.
    pub status: String,
    /// Where it is reached.
    pub endpoint: Option<String>,
    /// What it says of itself: an object, as JSON text in which numbers are as they were written.
    pub metadata: String,
}

impl FiledAgent {
    /// Reads `agents.json`.
    ///
    /// # Errors
    /// It is no object.
    pub fn list(text: &[u8]) -> Result<Listed<Self>, FileError> {
        each(text, Self::read)
    }

    /// Reads an agent of this id.
    pub(crate) fn read(id: &str, record: &Document<'_>) -> Result<Self, String> {
        if record.members().is_none() {
            return Err("it is no object".to_owned());
        }
        same_id(id, "agent_id", record)?;
        let metadata = match record.get("metadata") {
            None | Some(Document::Null) => None,
            Some(metadata @ Document::Object(_)) => Some(metadata),
            Some(_) => return Err("metadata is no object".to_owned()),
        };
        let said = |name: &str| metadata.and_then(|metadata| metadata.get(name));
        let api_endpoint = text("api_endpoint", said("api_endpoint"))?;
        let endpoint = text("endpoint", record.get("endpoint"))?;
        let endpoint = reached_at(api_endpoint.as_deref(), endpoint.as_deref());
        let written = metadata.map_or_else(|| "{}".to_owned(), write);
        if written.len() > AgentKeys::MAX_METADATA_BYTES {
            return Err("metadata is longer than 256 KiB".to_owned());
        }
        Ok(Self {
            id: id.parse().map_err(|error| format!("{error}"))?,
            key: text("public_key", record.get("public_key"))?.and_then(|key| AgentKey::from_pem(&key).ok()),
            status: text("status", said("status"))?.unwrap_or_else(|| Party::ACTIVE.to_owned()),
            endpoint: endpoint.map(str::to_owned),
            metadata: written,
        })
    }
}

/// Reads `services.json`.
pub(super) fn services(text: &[u8], now: Timestamp) -> Result<Listed<ServiceRecord>, FileError> {
    each(text, |id, record| {
        same_id(id, "service_id", record)?;
        let record = ServiceRecord::read(record, now).map_err(|error| error.to_string())?;
        let service = Service::of(record).map_err(|error| error.to_string())?;
        Ok(service.record)
    })
}

/// Reads each record of a file.
fn each<T>(
    text: &[u8],
    read: impl Fn(&str, &Document<'_>) -> Result<T, String>,
) -> Result<Listed<T>, FileError> {
    let document = Document::read(text)?;
    let members = document.members().ok_or(FileError::NoObject)?;
    let mut listed = Listed {
        taken: Vec::new(),
        left_out: Vec::new(),
    };
    for (name, record) in members.iter() {
        let id = String::from_utf8_lossy(name.bytes()).into_owned();
        match read(&id, record) {
            Ok(record) => listed.taken.push(record),
            Err(reason) => listed.left_out.push(LeftOut { id, reason }),
        }
    }
    Ok(listed)
}

/// Whoever looks in the file and whoever reads the record must mean the same.
fn same_id(id: &str, member: &'static str, record: &Document<'_>) -> Result<(), String> {
    match text(member, record.get(member))? {
        Some(own) if own != id => Err(format!("{member} is another than its name in the file")),
        _ => Ok(()),
    }
}

/// A text that every reader of it can keep.
fn text(name: &str, value: Option<&Document<'_>>) -> Result<Option<String>, String> {
    match value.filter(|value| !value.is_null()).map(Document::as_str) {
        None => Ok(None),
        Some(Some(text)) if text.contains('\0') => Err(format!("{name} has a NUL in it")),
        Some(Some(text)) => Ok(Some(text.to_owned())),
        Some(None) => Err(format!("{name} is no text")),
    }
}

fn write(document: &Document<'_>) -> String {
    String::from_utf8(Form::A.write(document).unwrap_or_default()).unwrap_or_default()
}
