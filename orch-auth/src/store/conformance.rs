//! The laws of an [`ApiKeyStore`], for every store that keeps keys.
//!
//! A law takes a fresh, empty store and panics when the store breaks it. [`api_key_store_tests!`](crate::api_key_store_tests)
//! stamps a test for each.
#![expect(clippy::unwrap_used, reason = "a law fails by panicking")]

mod ending;
mod parties;
mod reading;

use std::time::Duration;

use orch_core::{AccountId, ApiKeyId, Timestamp, Uuid};

use super::{ApiKeyStore, Replacement};
use crate::{ApiKey, KeyDigest, KeyForm};

pub use ending::{
    a_key_that_ended_is_not_replaced, a_replacement_is_whole_or_not_at_all, a_replacement_shortens_a_key,
    a_revocation_is_final, of_racing_replacements_one_wins, of_racing_revocations_one_wins,
};
pub use parties::{
    a_changed_party_follows_the_one_before, a_nonce_is_used_once, a_party_is_added_once, a_party_reads_back,
    nonces_are_bounded_and_forgotten, of_racing_changes_one_wins, of_racing_nonces_one_is_used,
    only_active_parties_are_listed_in_order,
};
pub use reading::{
    a_key_is_added_once, a_key_reads_back, a_use_never_goes_back, keys_are_listed_newest_first,
};

/// Stamps one test for each law. The argument makes a fresh, empty store and may await; behind `optional:` it makes an
/// `Option` of one, and every law holds for `None`.
#[macro_export]
macro_rules! api_key_store_tests {
    (optional: $make:expr) => {
        $crate::api_key_store_tests! { @each $make;
            a_key_reads_back
            a_key_is_added_once
            keys_are_listed_newest_first
            a_use_never_goes_back
            a_revocation_is_final
            of_racing_revocations_one_wins
            a_replacement_shortens_a_key
            a_key_that_ended_is_not_replaced
            a_replacement_is_whole_or_not_at_all
            of_racing_replacements_one_wins
        }
    };
    (@each $make:expr; $($law:ident)+) => {$(
        #[tokio::test]
        async fn $law() {
            if let Some(store) = $make {
                $crate::store::conformance::$law(&store).await;
            }
        }
    )+};
    ($make:expr) => {
        $crate::api_key_store_tests!(optional: Some($make));
    };
}

/// The same for a [`PartyStore`](super::PartyStore).
#[macro_export]
macro_rules! party_store_tests {
    (optional: $make:expr) => {
        $crate::api_key_store_tests! { @each $make;
            a_party_reads_back
            a_party_is_added_once
            a_changed_party_follows_the_one_before
            of_racing_changes_one_wins
            only_active_parties_are_listed_in_order
            a_nonce_is_used_once
            of_racing_nonces_one_is_used
            nonces_are_bounded_and_forgotten
        }
    };
    ($make:expr) => {
        $crate::party_store_tests!(optional: Some($make));
    };
}

/// How many contend in a race.
const RACERS: u64 = 16;
const MINUTE: Duration = Duration::from_secs(60);
const NOW: Timestamp = Timestamp::from_millis(1_705_314_600_000);

fn account(name: &str) -> AccountId {
    name.parse().unwrap()
}

fn id(number: u64) -> ApiKeyId {
    ApiKeyId::from_uuid(Uuid::from_u64_pair(number, 1))
}

/// The key of that number, of the account "one"; higher numbers are younger.
fn a_key(number: u64) -> ApiKey {
    ApiKey {
        id: id(number),
        account: account("one"),
        form: KeyForm::Market,
        name: "ünïcode \" \\ ' 🦀".into(),
        hint: "0rca_abc123".into(),
        digest: KeyDigest::of(&number.to_string()),
        scopes: Vec::new(),
        created_at: NOW,
        expires_at: None,
        revoked_at: None,
        last_used_at: None,
        replaced_by: None,
    }
}

fn replacing(number: u64, until: Timestamp, successor: u64) -> Replacement {
    Replacement {
        replaced: id(number),
        until,
        successor: a_key(successor),
    }
}

async fn add(store: &dyn ApiKeyStore, key: &ApiKey) {
    assert!(store.insert(key).await.unwrap());
}

async fn find(store: &dyn ApiKeyStore, number: u64) -> Option<ApiKey> {
    let by_id = store.find(id(number)).await.unwrap();
    if let Some(key) = &by_id {
        let by_digest = store.find_by_digest(&key.digest).await.unwrap();
        assert_eq!(by_digest.as_ref(), Some(key), "both ways lead to one key");
    }
    by_id
}
