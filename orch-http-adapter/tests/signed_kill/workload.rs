//! What is asked for: signed requests that are told apart by their labels.

use std::{fmt, str::FromStr};

use serde_json::json;

use crate::{Fallible, house::PAID};

/// A request: the life that first asks for it, and its number there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Label {
    pub(crate) life: u32,
    pub(crate) number: u32,
}

/// How a request can be known again, and what it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Its id is signed, and its service has a price.
    Id,
    /// It has a key.
    Key,
    /// Its service requires an approval, for which it competes with the one before or after it.
    Gated,
}

impl Label {
    /// How many a life asks for at most.
    const PER_LIFE: u32 = 400;

    pub(crate) fn all_of(life: u32) -> impl Iterator<Item = Self> {
        (0..Self::PER_LIFE).map(move |number| Self { life, number })
    }

    pub(crate) fn kind(self) -> Kind {
        match self.number % 4 {
            0 => Kind::Id,
            1 => Kind::Key,
            _ => Kind::Gated,
        }
    }

    pub(crate) fn service(self) -> &'static str {
        match self.kind() {
            Kind::Id => PAID,
            Kind::Key => "srv-free",
            Kind::Gated => "srv-gated",
        }
    }

    /// The approval that it needs, of which there is one for two.
    pub(crate) fn approval(self) -> Option<String> {
        let Self { life, number } = self;
        (self.kind() == Kind::Gated).then(|| format!("apr-{life}-{}", number / 2))
    }

    pub(crate) fn key(self) -> Option<String> {
        (self.kind() == Kind::Key).then(|| format!("key-{self}"))
    }

    /// The same whoever asks, and whenever.
    pub(crate) fn body(self) -> String {
        let mut body = json!({
            "consumer_agent_id": "agent-001",
            "service_id": self.service(),
            "payload": { "label": self.to_string(), "approval_id": self.approval() },
        });
        if self.kind() != Kind::Key {
            body["transaction_id"] = json!(format!("tx-{self}"));
        }
        body.to_string()
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.life, self.number)
    }
}

impl FromStr for Label {
    type Err = Box<dyn std::error::Error + Send + Sync>;

    fn from_str(text: &str) -> Fallible<Self> {
        let (life, number) = text.split_once('/').ok_or("no label")?;
        Ok(Self {
            life: life.parse()?,
            number: number.parse()?,
        })
    }
}
