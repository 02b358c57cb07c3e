use std::{fmt, str::FromStr};

use orch_core::{AccountId, Caller};
use serde::{Deserialize, Serialize};

/// Who asks or decides, as whoever let them in knows them. Accounts and agents have names of their own, so that none
/// passes for the other: `account:acme`, `agent:7f3e`, `anonymous`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Party {
    /// Someone who proved that they act for an account.
    Account(AccountId),
    /// An agent that proved its id, or, where nothing proves it, claims it: 1 to 256 visible ASCII characters.
    Agent(String),
    /// Someone who proved and claimed nothing.
    Anonymous,
}

/// A text names nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a party is account:NAME, agent:ID or anonymous")]
pub struct PartyError;

impl Party {
    /// The longest id of an agent.
    pub const MAX_AGENT_CHARS: usize = 256;

    /// The agent of that id.
    ///
    /// # Errors
    /// The id is not 1 to 256 visible ASCII characters.
    pub fn agent(id: &str) -> Result<Self, PartyError> {
        let fits =
            (1..=Self::MAX_AGENT_CHARS).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic());
        fits.then(|| Self::Agent(id.to_owned())).ok_or(PartyError)
    }

    /// The account that the caller acts for.
    pub fn of(caller: &Caller) -> Self {
        Self::Account(caller.account().clone())
    }

    /// The account, if it is one.
    pub fn account(&self) -> Option<&AccountId> {
        match self {
            Self::Account(account) => Some(account),
            Self::Agent(_) | Self::Anonymous => None,
        }
    }
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(account) => write!(f, "account:{account}"),
            Self::Agent(id) => write!(f, "agent:{id}"),
            Self::Anonymous => f.write_str("anonymous"),
        }
    }
}

impl FromStr for Party {
    type Err = PartyError;

    fn from_str(text: &str) -> Result<Self, PartyError> {
        match text.split_once(':') {
            Some(("account", name)) => name.parse().map(Self::Account).map_err(|_| PartyError),
            Some(("agent", id)) => Self::agent(id),
            None if text == "anonymous" => Ok(Self::Anonymous),
            _ => Err(PartyError),
        }
    }
}

impl TryFrom<String> for Party {
    type Error = PartyError;

    fn try_from(text: String) -> Result<Self, PartyError> {
        text.parse()
    }
}

impl From<Party> for String {
    fn from(party: Party) -> Self {
        party.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_party_reads_as_it_prints() {
        let longest = format!("agent:{}", "x".repeat(256));
        for text in [
            "account:acme",
            "agent:account:acme",
            "agent:7f3e",
            "anonymous",
            &longest,
        ] {
            assert_eq!(text.parse::<Party>().unwrap().to_string(), text);
        }
        let too_long = format!("agent:{}", "x".repeat(257));
        for text in [
            "",
            "acme",
            "account:",
            "agent:",
            "agent:two words",
            "anonymous:x",
            &too_long,
        ] {
            assert_eq!(text.parse::<Party>(), Err(PartyError), "{text}");
        }
    }
}
