//! The laws of a [`ServiceStore`](super::ServiceStore) and of a [`TransactionStore`](super::TransactionStore), for every
//! store that keeps such.
//!
//! A law takes a fresh, empty store and panics when the store breaks it.
#![expect(clippy::unwrap_used, reason = "a law fails by panicking")]

#[cfg(test)]
mod broken;
mod events;
mod forget;
mod rejections;
mod sample;
mod services;
mod transactions;

pub use events::events_come_with_their_transaction;
pub use forget::{answers_are_forgotten_in_time, surplus_keys_are_forgotten, what_is_over_is_removed};
pub use rejections::{a_rejection_is_written_once, old_rejections_are_removed};
pub use services::{a_service_reads_back, a_service_stays_with_its_provider, services_are_listed_by_type};
pub use transactions::{
    a_finish_counts_once, a_reopened_transaction_is_the_same, a_signature_begins_once_in_its_time,
    a_transaction_begins_once, a_transaction_reads_back, of_racing_beginnings_one_is_new,
    of_racing_finishes_one_counts, of_racing_signatures_one_is_new, transactions_are_listed_latest_first,
};

/// Stamps one test for each law. The argument makes a fresh, empty store and may await; behind `optional:` it makes an
/// `Option` of one, and every law holds for `None`.
#[macro_export]
macro_rules! service_store_tests {
    (optional: $make:expr) => {
        $crate::service_store_tests! { @each $make;
            a_service_reads_back
            a_service_stays_with_its_provider
            services_are_listed_by_type
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
        $crate::service_store_tests!(optional: Some($make));
    };
}

/// The same for a store of transactions, which is the log of their events as well.
#[macro_export]
macro_rules! transaction_store_tests {
    (optional: $make:expr) => {
        $crate::service_store_tests! { @each $make;
            a_transaction_reads_back
            a_transaction_begins_once
            of_racing_beginnings_one_is_new
            a_signature_begins_once_in_its_time
            of_racing_signatures_one_is_new
            a_finish_counts_once
            of_racing_finishes_one_counts
            a_reopened_transaction_is_the_same
            transactions_are_listed_latest_first
            answers_are_forgotten_in_time
            surplus_keys_are_forgotten
            what_is_over_is_removed
            events_come_with_their_transaction
            a_rejection_is_written_once
            old_rejections_are_removed
        }
    };
    ($make:expr) => {
        $crate::transaction_store_tests!(optional: Some($make));
    };
}
