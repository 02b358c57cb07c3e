//! Ids: each kind of thing has a type and a prefix of its own, so that none passes for another.

mod approval;

use std::{fmt, str::FromStr};

use uuid::Uuid;

pub use approval::{ApprovalId, ApprovalIdError};

use crate::{Entropy, Timestamp};

/// A text is not an id of the wanted kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not an id of the form {prefix}<32 hex digits>")]
pub struct IdError {
    /// What was given, cut to 80 characters.
    pub text: String,
    /// What it must start with.
    pub prefix: &'static str,
}

/// Makes a UUID of version 7: it sorts by its time, which keeps index pages warm.
pub fn uuid_v7(at: Timestamp, entropy: &dyn Entropy) -> Uuid {
    let mut random = [0; 10];
    entropy.fill(&mut random);
    let millis = u64::try_from(at.as_millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

/// Reads `<prefix><32 hex digits>`; what an id type's `FromStr` stands on.
pub fn parse_prefixed(text: &str, prefix: &'static str) -> Result<Uuid, IdError> {
    text.strip_prefix(prefix)
        .filter(|rest| rest.len() == 32 && rest.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')))
        .and_then(|rest| Uuid::from_str(rest).ok())
        .ok_or_else(|| IdError {
            text: text.chars().take(80).collect(),
            prefix,
        })
}

/// Declares id types: a UUID of version 7 that prints as `<prefix><32 hex digits>`.
///
/// ```
/// orch_core::id_type! {
///     /// A boat.
///     BoatId, "boat_"
/// }
/// let id = BoatId::generate(orch_core::Timestamp::from_millis(0), &orch_core::SeededEntropy::default());
/// assert!(id.to_string().starts_with("boat_"));
/// assert_eq!(id.to_string().parse(), Ok(id));
/// ```
#[macro_export]
macro_rules! id_type {
    ($($(#[$doc:meta])* $name:ident, $prefix:literal);+ $(;)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name($crate::Uuid);

        impl $name {
            /// A new id, which sorts by its time.
            pub fn generate(at: $crate::Timestamp, entropy: &dyn $crate::Entropy) -> Self {
                Self($crate::id::uuid_v7(at, entropy))
            }

            /// The id that bears this UUID.
            pub const fn from_uuid(uuid: $crate::Uuid) -> Self {
                Self(uuid)
            }

            /// The bare UUID, for an id of another kind that belongs to the same thing.
            pub const fn uuid(self) -> $crate::Uuid {
                self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str($prefix)?;
                f.write_str(self.0.simple().encode_lower(&mut [0; 32]))
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(self, f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::IdError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $crate::id::parse_prefixed(text, $prefix).map(Self)
            }
        }

        impl $crate::serde::Serialize for $name {
            fn serialize<S: $crate::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> $crate::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str> as $crate::serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err($crate::serde::de::Error::custom)
            }
        }
    )+};
}

id_type! {
    /// An agent of the catalog.
    AgentId, "agent_";
    /// One call of an agent, whoever asked for it; its hold and its idempotency key bear the same UUID.
    InvocationId, "inv_";
    /// A run of a plan.
    RunId, "run_";
    /// An API key; what is secret about it is elsewhere.
    ApiKeyId, "key_";
}

/// Names the account that owns and pays: 1 to 128 visible ASCII characters, given by the host or a login.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountId(String);

impl AccountId {
    /// The account's name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A text cannot name an account.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an account is named by 1 to 128 visible ASCII characters")]
pub struct AccountIdError;

impl TryFrom<String> for AccountId {
    type Error = AccountIdError;

    fn try_from(name: String) -> Result<Self, AccountIdError> {
        let fits = (1..=128).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_graphic());
        fits.then_some(Self(name)).ok_or(AccountIdError)
    }
}

impl FromStr for AccountId {
    type Err = AccountIdError;

    fn from_str(name: &str) -> Result<Self, AccountIdError> {
        Self::try_from(name.to_owned())
    }
}

impl From<AccountId> for String {
    fn from(account: AccountId) -> Self {
        account.0
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "account {}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SeededEntropy;

    #[test]
    fn ids_sort_by_their_time() {
        let entropy = SeededEntropy::default();
        let ids: Vec<_> = (0..50)
            .map(|at| RunId::generate(Timestamp::from_millis(at), &entropy))
            .collect();
        assert!(ids.is_sorted_by(|a, b| a < b && a.to_string() < b.to_string()));
    }

    #[test]
    fn an_id_of_another_kind_is_refused() {
        let run = RunId::generate(Timestamp::from_millis(1), &SeededEntropy::default());
        assert_eq!(run.to_string().parse(), Ok(run));
        assert!(run.to_string().parse::<AgentId>().is_err());
        assert!(run.to_string().to_uppercase().parse::<RunId>().is_err());
        assert!("run_".parse::<RunId>().is_err());
    }

    #[test]
    fn an_account_has_a_visible_name() {
        assert!("demo".parse::<AccountId>().is_ok());
        for name in ["", "two words", "tab\t", "ünïcode", &"x".repeat(129)] {
            assert!(name.parse::<AccountId>().is_err(), "{name:?}");
        }
    }
}
