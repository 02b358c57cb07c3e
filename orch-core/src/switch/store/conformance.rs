//! The laws of a [`SwitchStore`].

#![expect(clippy::unwrap_used, reason = "a law fails by panicking")]

#[cfg(test)]
mod broken;

use uuid::Uuid;

use super::SwitchStore;
use crate::{
    AgentId, Timestamp,
    switch::{Stop, Stoppable},
};

/// Stamps one test for each law. The argument makes a fresh, empty store, and may await; behind `optional:` it makes an
/// `Option` of one, and every law holds for `None`.
#[macro_export]
macro_rules! switch_store_tests {
    (optional: $store:expr) => {
        $crate::switch_store_tests! { @stamp $store;
            what_is_stopped_is_listed_until_it_is_started
            the_last_reason_counts
            no_more_is_stopped_than_allowed
        }
    };
    (@stamp $store:expr; $($law:ident)+) => {
        $(
            #[tokio::test]
            async fn $law() {
                if let Some(store) = $store {
                    $crate::switch::conformance::$law(&store).await;
                }
            }
        )+
    };
    ($store:expr) => {
        $crate::switch_store_tests!(optional: Some($store));
    };
}

fn agent(number: u128) -> Stoppable {
    Stoppable::Agent(AgentId::from_uuid(Uuid::from_u128(number)))
}

fn stop(what: Stoppable, reason: &str) -> Stop {
    Stop {
        what,
        reason: reason.to_owned(),
        at: Timestamp::from_millis(1_705_314_600_000),
    }
}

/// What is stopped is listed, each thing on its own and in its order, until it is started again.
pub async fn what_is_stopped_is_listed_until_it_is_started(store: &impl SwitchStore) {
    assert_eq!(store.list().await.unwrap(), []);
    let account = Stoppable::Account("demo".parse().unwrap());
    let mut all = [
        stop(Stoppable::Everything, "fire"),
        stop(agent(1), "costs \"too\" much"),
        stop(agent(2), ""),
        stop(account, "ünïcode"),
    ];
    for one in all.iter().rev() {
        assert!(store.stop(one, 10).await.unwrap());
    }
    all.sort_by(|left, right| left.what.cmp(&right.what));
    assert_eq!(store.list().await.unwrap(), all);
    assert!(!store.start(&agent(3)).await.unwrap(), "it was not stopped");
    for n_started in 1..=all.len() {
        let what = &all[n_started - 1].what;
        assert!(store.start(what).await.unwrap() && !store.start(what).await.unwrap());
        assert_eq!(store.list().await.unwrap(), all[n_started..]);
    }
}

/// What is stopped twice is stopped once, for the last reason.
pub async fn the_last_reason_counts(store: &impl SwitchStore) {
    for reason in ["one", "other"] {
        assert!(store.stop(&stop(agent(1), reason), 10).await.unwrap());
    }
    assert_eq!(store.list().await.unwrap(), [stop(agent(1), "other")]);
    assert!(store.start(&agent(1)).await.unwrap());
    assert_eq!(store.list().await.unwrap(), []);
}

/// When as much is stopped as allowed, nothing more is; what is stopped already can be stopped again.
pub async fn no_more_is_stopped_than_allowed(store: &impl SwitchStore) {
    assert!(store.stop(&stop(agent(1), ""), 2).await.unwrap());
    assert!(store.stop(&stop(agent(2), ""), 2).await.unwrap());
    assert!(!store.stop(&stop(agent(3), ""), 2).await.unwrap());
    assert!(store.stop(&stop(agent(2), "again"), 2).await.unwrap());
    assert_eq!(
        store.list().await.unwrap(),
        [stop(agent(1), ""), stop(agent(2), "again")]
    );
}
