mod lies;
mod scripted;
mod strangers;

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use orch_auth::DirectoryAway;

use super::*;
use scripted::{Says, agent_record, house, key_of, name};

#[tokio::test]
async fn what_it_knows_is_asked_for_once_a_minute() {
    let house = house();
    house
        .source
        .says("one", Says::body(agent_record("one", 1, "active")));
    for (millis, n_asked) in [(0, 1), (59_999, 1), (1, 2), (59_999, 2), (1, 3)] {
        house.clock.advance(Duration::from_millis(millis));
        let party = house.remote.agent(&name("one")).await.unwrap().unwrap();
        assert_eq!(party.key(house.clock.now()), Some(&key_of(1)));
        assert_eq!(house.source.n_asked(), n_asked, "{millis}");
    }
    for (millis, n_asked) in [(0, 4), (4_999, 4), (1, 5)] {
        house.clock.advance(Duration::from_millis(millis));
        assert_eq!(house.remote.agent(&name("nobody")).await, Ok(None));
        assert_eq!(house.source.n_asked(), n_asked, "{millis}");
    }
    assert_eq!(house.source.last_asked(), "/api/v1/lookup/nobody");
}

#[tokio::test]
async fn a_revocation_or_another_key_counts_within_a_minute() {
    let house = house();
    let key = async || {
        let party = house.remote.agent(&name("one")).await.unwrap()?;
        party.is_active().then(|| party.key(house.clock.now()).copied())?
    };
    house
        .source
        .says("one", Says::body(agent_record("one", 1, "active")));
    assert_eq!(key().await, Some(key_of(1)));
    house
        .source
        .says("one", Says::body(agent_record("one", 2, "active")));
    house.clock.advance(Duration::from_secs(60));
    assert_eq!(key().await, Some(key_of(2)), "the key before ends");
    for gone in [Says::body(agent_record("one", 2, "suspended")), Says::Nothing] {
        house.source.says("one", gone);
        house.clock.advance(Duration::from_secs(60));
        assert_eq!(key().await, None);
        // Nor does it come back when the directory fails.
        house.source.says("one", Says::Fails);
        house.clock.advance(Duration::from_secs(5));
        assert_eq!(house.remote.agent(&name("one")).await, Err(DirectoryAway));
        house
            .source
            .says("one", Says::body(agent_record("one", 2, "active")));
        house.clock.advance(Duration::from_secs(1));
        assert_eq!(key().await, Some(key_of(2)));
    }
}

#[tokio::test]
async fn while_it_fails_what_it_said_counts_for_five_minutes() {
    for failure in [Says::Fails, Says::Hangs] {
        let house = house();
        house
            .source
            .says("one", Says::body(agent_record("one", 1, "active")));
        let heard_at = house.clock.now();
        assert!(house.remote.agent(&name("one")).await.unwrap().is_some());
        house.source.says_to_all(failure.clone());
        let find = async |id: &str| {
            let id = name(id);
            let (found, ()) = tokio::join!(house.remote.agent(&id), house.be_patient(&failure));
            found
        };
        while house.clock.now().since(heard_at) <= Duration::from_secs(280) {
            house.clock.advance(Duration::from_secs(20));
            if house.clock.now().since(heard_at) >= Duration::from_secs(60) {
                assert!(find("one").await.unwrap().is_some());
            }
            assert_eq!(find("two").await, Err(DirectoryAway), "nothing is certain of it");
        }
        house.clock.advance(Duration::from_secs(300));
        assert_eq!(find("one").await, Err(DirectoryAway));
        let n_asked = house.source.n_asked();
        assert_eq!(house.remote.agent(&name("one")).await, Err(DirectoryAway));
        assert_eq!(house.source.n_asked(), n_asked, "it is left alone for a second");
        house.clock.advance(Duration::from_secs(1));
        house
            .source
            .says("one", Says::body(agent_record("one", 1, "active")));
        assert!(house.remote.agent(&name("one")).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn a_stampede_asks_once() {
    let house = house();
    let id = name("one");
    for (says, is_found) in [
        (Says::body(agent_record("one", 1, "active")), true),
        (Says::Nothing, false),
        (Says::Fails, false),
    ] {
        let fails = says == Says::Fails;
        house.source.says("one", says);
        house.source.close();
        house.clock.advance(Duration::from_secs(3600));
        let before = house.source.n_asked();
        let all = join_all((0..1000).map(|_| house.remote.agent(&id)));
        let (found, ()) = tokio::join!(all, async {
            house.settle().await;
            house.source.open();
        });
        assert_eq!(house.source.n_asked(), before + 1);
        for found in found {
            match fails {
                true => assert_eq!(found, Err(DirectoryAway)),
                false => assert_eq!(found.unwrap().is_some(), is_found),
            }
        }
    }
}

#[tokio::test]
async fn whoever_leaves_leaves_the_turn_to_the_next() {
    let house = Arc::new(house());
    house
        .source
        .says("one", Says::body(agent_record("one", 1, "active")));
    house.source.close();
    let ask = || {
        let house = house.clone();
        tokio::spawn(async move { house.remote.agent(&name("one")).await })
    };
    let first = ask();
    house.settle().await;
    let others = [ask(), ask()];
    house.settle().await;
    assert_eq!(house.source.n_asked(), 1);
    first.abort();
    house.settle().await;
    assert_eq!(house.source.n_asked(), 2, "the next asks");
    house.source.open();
    for other in others {
        assert!(other.await.unwrap().unwrap().is_some());
    }
    assert_eq!(house.source.n_asked(), 2);
}

#[tokio::test]
async fn strangers_who_name_many_ids_keep_nobody_from_what_is_known() {
    let house = Arc::new(house());
    house
        .source
        .says("known", Says::body(agent_record("known", 1, "active")));
    assert!(house.remote.agent(&name("known")).await.unwrap().is_some());
    house.clock.advance(Duration::from_secs(60));
    house.source.says_to_all(Says::Hangs);
    house
        .source
        .says("known", Says::body(agent_record("known", 1, "active")));
    let strangers: Vec<_> = (0..100)
        .map(|number| {
            let house = house.clone();
            tokio::spawn(async move { house.remote.agent(&name(&format!("stranger-{number}"))).await })
        })
        .collect();
    house.settle().await;
    assert!(house.source.n_asked() < 20, "{}", house.source.n_asked());
    assert!(house.remote.agent(&name("known")).await.unwrap().is_some());
    house.clock.advance(RemoteDirectory::PATIENCE);
    for stranger in strangers {
        assert_eq!(stranger.await.unwrap(), Err(DirectoryAway));
    }
    house.source.says("stranger-99", Says::Nothing);
    assert_eq!(house.remote.agent(&name("stranger-99")).await, Ok(None));
}

#[tokio::test]
async fn who_can_lead_elsewhere_is_not_asked_for() {
    let house = house();
    for id in ["..", ".", "a/../b", "a?b", "a#b", "%2e%2e%2fadmin", "a\\b"] {
        assert_eq!(house.remote.agent(&name(id)).await, Ok(None), "{id}");
    }
    assert_eq!(house.remote.service(&"search".parse().unwrap()).await, Ok(None));
    assert_eq!(house.source.n_asked(), 0);
}
