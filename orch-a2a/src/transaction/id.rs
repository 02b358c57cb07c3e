use std::{fmt, str::FromStr};

use orch_core::{Entropy, Timestamp, id::uuid_v7};

/// Names a transaction among those of its consumer: 1 to 128 visible ASCII characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TransactionId(String);

/// A text cannot name a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a transaction is named by 1 to 128 visible ASCII characters")]
pub struct TransactionIdError;

impl TransactionId {
    /// The longest id.
    pub const MAX_BYTES: usize = 128;

    /// A new id: `tx_` and a UUID of version 7, which sorts by its time.
    pub fn generate(at: Timestamp, entropy: &dyn Entropy) -> Self {
        Self(format!("tx_{}", uuid_v7(at, entropy).simple()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TransactionId {
    type Err = TransactionIdError;

    fn from_str(name: &str) -> Result<Self, TransactionIdError> {
        let fits = (1..=Self::MAX_BYTES).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_graphic());
        fits.then(|| Self(name.to_owned())).ok_or(TransactionIdError)
    }
}

impl fmt::Display for TransactionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for TransactionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "transaction {}", self.0)
    }
}
