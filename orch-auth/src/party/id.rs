use std::{fmt, str::FromStr};

use orch_core::{AccountId, hex};
use sha2::{Digest, Sha256};

/// Names a party: 1 to 256 visible ASCII characters, which say nothing of its keys.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartyId {
    name: String,
    account: AccountId,
}

/// A text cannot name a party.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an agent is named by 1 to 256 visible ASCII characters")]
pub struct PartyIdError;

impl PartyId {
    /// The longest id.
    pub const MAX_BYTES: usize = 256;

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// Whether it looks like an id that is derived from a key.
    pub fn looks_derived(&self) -> bool {
        self.name.len() == 64 && self.name.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    }

    /// The account of that party: `a2a:` and its name, or the SHA-256 of a name that is too long for that.
    pub fn account(&self) -> &AccountId {
        &self.account
    }
}

impl FromStr for PartyId {
    type Err = PartyIdError;

    fn from_str(name: &str) -> Result<Self, PartyIdError> {
        let fits = (1..=Self::MAX_BYTES).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_graphic());
        if !fits {
            return Err(PartyIdError);
        }
        let digest = || hex::encode(&Sha256::digest(name.as_bytes()));
        let account = AccountId::from_str(&format!("a2a:{name}"));
        let account = account.or_else(|_| AccountId::from_str(&format!("a2a:{}", digest())));
        Ok(Self {
            name: name.to_owned(),
            account: account.map_err(|_| PartyIdError)?,
        })
    }
}

impl fmt::Display for PartyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl fmt::Debug for PartyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "party {}", self.name)
    }
}
