//! The laws of a [`CatalogStore`], for every store that keeps agents.
//!
//! A store is tested together with the event log that its units write into, so it implements both ports.

#![expect(clippy::unwrap_used, reason = "a law fails by panicking")]

#[cfg(test)]
mod broken;
mod changes;
mod health;
mod lists;
mod sample;
mod words;

pub use changes::{
    agents_are_read_by_their_ids, changes_are_told_in_pages, of_racing_changes_none_is_left_out,
    what_changed_is_told_once,
};
pub use health::{
    a_change_leaves_the_figures_alone, observations_add_up, what_is_due_is_taken_once,
    what_was_seen_later_stays,
};
pub use lists::{
    filters_and_sorts_are_those_of_the_model, pages_are_parts_of_the_list, private_agents_are_hidden,
};
pub use words::{
    candidates_are_the_best_and_online, frequencies_count_what_the_viewer_may_see,
    words_are_those_of_the_latest_version,
};

use sample::{account, agent, changed, events_of, insert};

use super::CatalogStore;
use crate::{
    Agent, EventLog,
    agent::{Deprecation, Status},
    catalog::{AgentKey, Change, Review},
};

/// Stamps one test for each law. The argument makes a fresh, empty store that is also its event log, and may await;
/// behind `optional:` it makes an `Option` of one, and every law holds for `None`.
#[macro_export]
macro_rules! catalog_store_tests {
    (optional: $store:expr) => {
        $crate::catalog_store_tests! { @stamp $store;
            an_agent_is_read_back_whole
            a_taken_name_is_refused
            a_change_is_read_back_whole
            a_change_of_another_revision_is_refused
            of_racing_changes_one_wins
            earlier_versions_stay
            the_last_review_counts
            events_come_with_their_change
            private_agents_are_hidden
            filters_and_sorts_are_those_of_the_model
            pages_are_parts_of_the_list
            candidates_are_the_best_and_online
            frequencies_count_what_the_viewer_may_see
            words_are_those_of_the_latest_version
            observations_add_up
            what_was_seen_later_stays
            a_change_leaves_the_figures_alone
            what_is_due_is_taken_once
            what_changed_is_told_once
            changes_are_told_in_pages
            of_racing_changes_none_is_left_out
            agents_are_read_by_their_ids
        }
    };
    (@stamp $store:expr; $($law:ident)+) => {
        $(
            #[tokio::test]
            async fn $law() {
                if let Some(store) = $store {
                    $crate::catalog::conformance::$law(&store).await;
                }
            }
        )+
    };
    ($store:expr) => {
        $crate::catalog_store_tests!(optional: Some($store));
    };
}

/// A store with the event log that its units write into.
pub trait Logged: CatalogStore + EventLog {}

impl<S: CatalogStore + EventLog> Logged for S {}

fn keys(agent: &Agent) -> [AgentKey; 3] {
    let name = AgentKey::Name {
        organization: agent.organization.clone(),
        name: agent.name.clone(),
    };
    [AgentKey::Id(agent.id), AgentKey::Slug(agent.slug.clone()), name]
}

/// An agent is found under each of its names as it was inserted, with its version, and under no other name.
pub async fn an_agent_is_read_back_whole(store: &impl Logged) {
    let (one, other) = (agent(1), agent(2));
    insert(store, &one).await;
    for key in keys(&one) {
        assert_eq!(store.find(&key).await.unwrap().as_ref(), Some(&one), "{key:?}");
    }
    for key in keys(&other) {
        assert_eq!(store.find(&key).await.unwrap(), None, "{key:?}");
    }
    let version = one.latest.version;
    assert_eq!(
        store.find_version(one.id, version).await.unwrap().as_ref(),
        Some(&*one.latest)
    );
    assert_eq!(store.find_version(one.id, version.next()).await.unwrap(), None);
    assert_eq!(store.find_version(other.id, version).await.unwrap(), None);
}

/// No two agents share an id, a slug or a name within an organization; the second is not written at all.
pub async fn a_taken_name_is_refused(store: &impl Logged) {
    let first = agent(1);
    insert(store, &first).await;
    let same_id = Agent {
        id: first.id,
        ..agent(2)
    };
    let same_slug = Agent {
        slug: first.slug.clone(),
        ..agent(3)
    };
    let same_name = Agent {
        organization: first.organization.clone(),
        name: first.name.clone(),
        ..agent(4)
    };
    for usurper in [&same_id, &same_slug, &same_name] {
        assert!(
            !store.insert(usurper, &[], &events_of(usurper)).await.unwrap(),
            "{usurper:?}"
        );
    }
    assert_eq!(
        store.find(&AgentKey::Id(first.id)).await.unwrap().as_ref(),
        Some(&first)
    );
    for usurper in [same_slug, same_name] {
        assert_eq!(store.find(&AgentKey::Id(usurper.id)).await.unwrap(), None);
        assert_eq!(store.read(&usurper.id.to_string(), 1, 10).await.unwrap(), []);
    }
    let elsewhere = Agent {
        name: first.name.clone(),
        ..agent(5)
    };
    insert(store, &elsewhere).await;
}

/// Whatever a change alters is read back, and the rest is as before.
pub async fn a_change_is_read_back_whole(store: &impl Logged) {
    let (mut one, other) = (agent(1), agent(2));
    insert(store, &one).await;
    insert(store, &other).await;
    let mut change = changed(&one);
    change.agent.status = Status::Offline;
    change.agent.rating.counts = [1, 0, 2, 0, 3];
    change.agent.deprecations.push(Deprecation {
        version: one.latest.version,
        message: "use \"ünïcode\" instead".into(),
        sunset: Some(one.created_at),
    });
    assert!(store.update(&change).await.unwrap());
    one = change.agent;
    assert_eq!(
        store.find(&AgentKey::Id(one.id)).await.unwrap().as_ref(),
        Some(&one)
    );
    assert_eq!(store.find(&AgentKey::Id(other.id)).await.unwrap(), Some(other));
    // Being seen again is no revision.
    one.last_seen = Some(one.updated_at + std::time::Duration::from_millis(5));
    let seen = Change {
        agent: one.clone(),
        from_revision: one.revision,
        published: None,
        review: None,
        events: Vec::new(),
    };
    assert!(store.update(&seen).await.unwrap());
    assert_eq!(store.find(&AgentKey::Id(one.id)).await.unwrap(), Some(one));
}

/// Who changes what another has changed meanwhile, changes nothing; nor does who changes what does not exist.
pub async fn a_change_of_another_revision_is_refused(store: &impl Logged) {
    let first = agent(1);
    insert(store, &first).await;
    assert!(
        !store.update(&changed(&agent(2))).await.unwrap(),
        "does not exist"
    );
    let change = changed(&first);
    assert!(store.update(&change).await.unwrap());
    let mut late = changed(&first);
    late.agent.status = Status::Offline;
    late.agent.latest = sample::version(&first, "v9");
    late.published = Some(Vec::new());
    late.review = Some(Review {
        account: account("late"),
        stars: 1,
        at: first.created_at,
    });
    assert!(!store.update(&late).await.unwrap());
    assert_eq!(
        store.find(&AgentKey::Id(first.id)).await.unwrap(),
        Some(change.agent)
    );
    assert_eq!(
        store
            .find_version(first.id, late.agent.latest.version)
            .await
            .unwrap(),
        None
    );
    assert_eq!(store.find_review(first.id, &account("late")).await.unwrap(), None);
    assert_eq!(store.read(&first.id.to_string(), 1, 10).await.unwrap().len(), 2);
}

/// Of several changes of one revision at once, exactly one is written.
pub async fn of_racing_changes_one_wins(store: &impl Logged) {
    let first = agent(1);
    insert(store, &first).await;
    let change = |n_ratings: u64| {
        let mut change = changed(&first);
        change.agent.rating.counts = [0, 0, 0, 0, n_ratings];
        async move { store.update(&change).await.unwrap().then_some(change.agent) }
    };
    let (a, b, c, d) = tokio::join!(change(1), change(2), change(3), change(4));
    let winners: Vec<Agent> = [a, b, c, d].into_iter().flatten().collect();
    assert_eq!(winners.len(), 1);
    assert_eq!(
        store.find(&AgentKey::Id(first.id)).await.unwrap().as_ref(),
        winners.first()
    );
}

/// A revision publishes a version beside the earlier ones, which stay as they are.
pub async fn earlier_versions_stay(store: &impl Logged) {
    let first = agent(1);
    insert(store, &first).await;
    let mut change = changed(&first);
    change.agent.latest = sample::version(&first, "v2.0.1");
    change.published = Some(Vec::new());
    assert!(store.update(&change).await.unwrap());
    let stored = store.find(&AgentKey::Id(first.id)).await.unwrap().unwrap();
    assert_eq!(stored, change.agent);
    for version in [first.latest, stored.latest] {
        let found = store.find_version(first.id, version.version).await.unwrap();
        assert_eq!(found.as_ref(), Some(&*version));
    }
}

/// Each account has one opinion of each agent: the last one.
pub async fn the_last_review_counts(store: &impl Logged) {
    let (mut first, other) = (agent(1), agent(2));
    insert(store, &first).await;
    insert(store, &other).await;
    for (reviewer, stars) in [("a", 5), ("b", 1), ("a", 3)] {
        let mut change = changed(&first);
        change.review = Some(Review {
            account: account(reviewer),
            stars,
            at: change.agent.updated_at,
        });
        assert!(store.update(&change).await.unwrap());
        first = change.agent;
    }
    for (agent, reviewer, stars) in [
        (&first, "a", Some(3)),
        (&first, "b", Some(1)),
        (&first, "c", None),
        (&other, "a", None),
    ] {
        let found = store.find_review(agent.id, &account(reviewer)).await.unwrap();
        assert_eq!(found, stars, "{reviewer} of {}", agent.slug);
    }
}

/// What a unit writes and the events that it causes are in the store together, or neither is.
pub async fn events_come_with_their_change(store: &impl Logged) {
    let first = agent(1);
    let registered = events_of(&first);
    assert!(store.insert(&first, &[], &registered).await.unwrap());
    let stream = first.id.to_string();
    assert_eq!(store.read(&stream, 1, 10).await.unwrap(), registered);
    let change = changed(&first);
    assert!(store.update(&change).await.unwrap());
    assert_eq!(store.read(&stream, 2, 10).await.unwrap(), change.events);
    assert!(!store.update(&change).await.unwrap());
    assert_eq!(store.read(&stream, 1, 10).await.unwrap().len(), 2);
}
