use orch_auth::{Document, Once, PartyId, document::Members};
use orch_core::Timestamp;

use super::error::TransactError;
use crate::{
    directory::ServiceId,
    moment,
    transaction::{Priority, TransactionId},
};

/// A transaction as it is asked for, nothing of it believed yet.
#[derive(Clone, Copy, Debug, Default)]
pub struct Request<'r> {
    /// The body, byte by byte.
    pub body: &'r [u8],
    /// The signature.
    pub signature: Option<&'r str>,
    /// Who the sender claims to be, beside the body.
    pub claimed: Option<&'r str>,
    /// The consumer's key, which no signature covers.
    pub key: Option<&'r str>,
    /// The moment that the signature covers, where it covers one.
    pub timestamp: Option<&'r str>,
    /// The nonce that the signature covers, where it covers one.
    pub nonce: Option<&'r str>,
}

/// What a body asks for.
#[derive(Debug)]
pub(super) struct Asked<'d> {
    pub(super) consumer: PartyId,
    pub(super) service: ServiceId,
    pub(super) payload: &'d Members<'d>,
    pub(super) payload_document: &'d Document<'d>,
    pub(super) id: Option<TransactionId>,
    pub(super) key: Option<String>,
    pub(super) priority: Priority,
    pub(super) timestamp: Option<&'d Document<'d>>,
}

impl<'r> Request<'r> {
    /// The id that the body names, if that is a valid one: said with every answer, whatever else is wrong.
    pub(super) fn id_in(document: &Document<'_>) -> Result<Option<TransactionId>, TransactError> {
        let invalid = TransactError::Invalid("transaction_id");
        let id = match document.get("transaction_id") {
            None | Some(Document::Null) => return Ok(None),
            Some(Document::Number(number)) if number.is_integer() => number.token().parse(),
            Some(Document::Text(text)) => match text.as_str() {
                Some(text) => text.parse(),
                None => return Err(invalid),
            },
            Some(_) => return Err(invalid),
        };
        id.map(Some).map_err(|_| invalid)
    }

    /// Reads what a body asks for, in the published order of checks.
    pub(super) fn asked<'d>(&self, document: &'d Document<'d>) -> Result<Asked<'d>, TransactError> {
        if document.members().is_none() {
            return Err(TransactError::NotAnObject);
        }
        let required = |name: &'static str| document.get(name).ok_or(TransactError::Missing(name));
        let consumer = required("consumer_agent_id")?;
        let service = required("service_id")?;
        let payload_document = required("payload")?;
        let text = |value: &'d Document<'d>, name| value.as_str().ok_or(TransactError::Invalid(name));
        let consumer = text(consumer, "consumer_agent_id")?.parse();
        let consumer = consumer.map_err(|_| TransactError::Invalid("consumer_agent_id"))?;
        let service = text(service, "service_id")?.parse();
        let service = service.map_err(|_| TransactError::Invalid("service_id"))?;
        let id = Self::id_in(document)?;
        let key = self.key.map(|key| {
            let fits = (1..=255).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic());
            fits.then(|| key.to_owned())
                .ok_or(TransactError::Invalid("idempotency key"))
        });
        let priority = document.get("priority").and_then(Document::as_str);
        Ok(Asked {
            consumer,
            service,
            id,
            key: key.transpose()?,
            payload: payload_document
                .members()
                .ok_or(TransactError::PayloadNotAnObject)?,
            payload_document,
            priority: priority.and_then(|name| name.parse().ok()).unwrap_or_default(),
            timestamp: document.get("timestamp").filter(|timestamp| !timestamp.is_null()),
        })
    }

    /// The moment and the nonce that the signature covers; none where neither is there.
    pub(super) fn once(&self) -> Result<Option<Once<'r>>, TransactError> {
        let (timestamp, nonce) = match (self.timestamp, self.nonce) {
            (None, None) => return Ok(None),
            (Some(timestamp), Some(nonce)) => (timestamp, nonce),
            (Some(_), None) => return Err(TransactError::Invalid("nonce")),
            (None, Some(_)) => return Err(TransactError::Invalid("timestamp")),
        };
        let at = moment::read(timestamp).ok_or(TransactError::Invalid("timestamp"))?;
        let fits = (1..=128).contains(&nonce.len()) && nonce.bytes().all(|b| b.is_ascii_graphic());
        match fits {
            true => Ok(Some(Once { timestamp, at, nonce })),
            false => Err(TransactError::Invalid("nonce")),
        }
    }
}

impl Asked<'_> {
    /// The moment that was signed together with the transaction's id: that pair is the documented form, a moment alone may
    /// be the application's own. What is no moment is none that is near.
    pub(super) fn signed_moment(&self) -> Result<Option<Timestamp>, TransactError> {
        let (Some(_), Some(timestamp)) = (&self.id, self.timestamp) else {
            return Ok(None);
        };
        let at = timestamp.as_str().and_then(moment::read);
        at.map(Some).ok_or(TransactError::OutOfRange)
    }
}
