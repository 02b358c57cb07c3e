use orch_auth::PartyId;
use orch_core::{Event, Timestamp, hex};
use serde_json::json;

use super::TransactionId;
use crate::directory::ServiceId;

/// What the log says of a request that was refused although it was clear who asked: who wanted what, and why not. It has
/// digests of what was said, and never the words.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rejection<'r> {
    /// What it goes by: of version 7, so that the earliest sort first.
    pub(crate) id: &'r TransactionId,
    pub(crate) at: Timestamp,
    pub(crate) consumer: &'r PartyId,
    pub(crate) service: &'r ServiceId,
    /// The id that was signed, if one was.
    pub(crate) transaction: Option<&'r TransactionId>,
    pub(crate) content: &'r [u8; 32],
    pub(crate) signature: &'r [u8; 32],
    /// Why, in one word.
    pub(crate) reason: &'r str,
    /// What is the matter with the approval, in one word.
    pub(crate) approval: Option<&'r str>,
    /// How many refusals of the consumer were not written down since the last one that was.
    pub(crate) omitted: u32,
}

/// Every stream of a refusal begins so.
const STREAMS: &str = "rejection/";

impl Rejection<'_> {
    /// The event, in a stream of its own.
    pub(crate) fn event(&self) -> Event {
        let data = json!({
            "v": 1, "consumer": self.consumer.as_str(), "service": self.service.as_str(),
            "transaction": self.transaction.map(TransactionId::as_str), "digest": hex::encode(self.content),
            "signature": hex::encode(self.signature), "reason": self.reason, "approval": self.approval, "omitted": self.omitted,
        });
        let stream = format!("{STREAMS}{}", self.id);
        Event::new(stream, 1, "rejected", self.at, &data)
    }
}

/// Between which names, from the first to before the second, the streams of the refusals from before a moment are.
pub fn rejections_before(moment: Timestamp) -> (String, String) {
    let millis = u64::try_from(moment.as_millis()).unwrap_or(0);
    (STREAMS.to_owned(), format!("{STREAMS}tx_{millis:012x}"))
}
