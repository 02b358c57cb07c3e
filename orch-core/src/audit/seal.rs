use std::{fmt, str::FromStr};

use serde_json::{Value, json};

use crate::{Event, Fingerprint, Timestamp};

/// An event as the chain remembers it, also once it is not kept any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The stream of the event.
    pub stream: String,
    /// Its place in the stream.
    pub seq: u64,
    /// When it happened.
    pub at: Timestamp,
    /// The SHA-256 of all of it, as canonical JSON.
    pub digest: Fingerprint,
}

impl Entry {
    /// What is remembered of an event.
    pub fn of(event: &Event) -> Self {
        let digest = Fingerprint::of_value(&json!({
            "stream": event.stream,
            "seq": event.seq,
            "kind": event.kind,
            "at": event.at.as_millis(),
            "data": event.data,
        }));
        Self {
            stream: event.stream.clone(),
            seq: event.seq,
            at: event.at,
            digest,
        }
    }
}

/// A link of the chain: a digest over some entries, and over the link before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal {
    /// Its place in the chain, counting from 1.
    pub number: u64,
    /// The digest of the seal before; none before the first.
    pub previous: Option<Fingerprint>,
    /// The SHA-256 of all of this and of the entries, as canonical JSON.
    pub digest: Fingerprint,
    /// How many entries it has.
    pub n_events: u32,
    /// When it was made.
    pub at: Timestamp,
}

impl Seal {
    /// The seal that follows the last one, over entries in the order of their streams and places.
    pub fn over(last: Option<&Self>, at: Timestamp, entries: &[Entry]) -> Self {
        let number = last.map_or(1, |last| last.number.saturating_add(1));
        let previous = last.map(|last| last.digest);
        Self {
            number,
            previous,
            digest: digest(number, previous, at, entries),
            n_events: entries.len().try_into().unwrap_or(u32::MAX),
            at,
        }
    }

    /// Whether these are the entries that it was made over.
    pub fn is_over(&self, entries: &[Entry]) -> bool {
        u64::from(self.n_events) == entries.len() as u64
            && self.digest == digest(self.number, self.previous, self.at, entries)
    }

    /// What is kept elsewhere to prove later that the chain had come as far as this.
    pub fn anchor(&self) -> Anchor {
        Anchor {
            number: self.number,
            digest: self.digest,
        }
    }
}

fn digest(number: u64, previous: Option<Fingerprint>, at: Timestamp, entries: &[Entry]) -> Fingerprint {
    let entry = |entry: &Entry| {
        json!({
            "stream": entry.stream,
            "seq": entry.seq,
            "at": entry.at.as_millis(),
            "digest": entry.digest.to_string(),
        })
    };
    Fingerprint::of_value(&json!({
        "v": 1,
        "number": number,
        "previous": previous.map(|previous| previous.to_string()),
        "at": at.as_millis(),
        "entries": entries.iter().map(entry).collect::<Vec<Value>>(),
    }))
}

/// How far a chain had come, to be kept elsewhere: `17:9f86d081...`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// The number of a seal.
    pub number: u64,
    /// Its digest.
    pub digest: Fingerprint,
}

/// A text is no anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an anchor is the number of a seal, a colon, and its digest of 64 hex digits")]
pub struct AnchorError;

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.number, self.digest)
    }
}

impl FromStr for Anchor {
    type Err = AnchorError;

    fn from_str(text: &str) -> Result<Self, AnchorError> {
        let (number, digest) = text.split_once(':').ok_or(AnchorError)?;
        Ok(Self {
            number: number.parse().map_err(|_| AnchorError)?,
            digest: digest.parse().map_err(|_| AnchorError)?,
        })
    }
}
