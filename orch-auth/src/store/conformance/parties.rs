use futures_util::future::join_all;
use orch_core::Timestamp;

use super::{MINUTE, NOW, RACERS};
use crate::{AgentSigner, Party, PartyId, PartyKey, PartyStore, store::Nonce};

fn id(name: &str) -> PartyId {
    name.parse().unwrap()
}

fn a_key(number: u8, until: Option<Timestamp>) -> PartyKey {
    PartyKey {
        key: AgentSigner::from_seed(&[number; 32]).key(),
        from: NOW,
        until,
        revoked_at: None,
    }
}

fn a_party(name: &str) -> Party {
    Party {
        id: id(name),
        keys: vec![a_key(1, None)],
        status: Party::ACTIVE.into(),
        endpoint: None,
        metadata: "{}".into(),
        is_listed: true,
        registered_at: NOW,
        updated_at: NOW,
        revision: 1,
    }
}

fn a_nonce(party: &str, text: &str, until: Timestamp) -> Nonce {
    Nonce {
        party: id(party),
        text: text.into(),
        until,
    }
}

async fn add(store: &dyn PartyStore, party: &Party) {
    assert!(store.insert(party).await.unwrap());
}

/// What was added is found whole, and nothing that was not.
pub async fn a_party_reads_back(store: &dyn PartyStore) {
    let revoked = PartyKey {
        revoked_at: Some(NOW + MINUTE),
        ..a_key(3, None)
    };
    let full = Party {
        keys: vec![a_key(2, None), a_key(1, Some(NOW + MINUTE)), revoked],
        status: "suspended".into(),
        endpoint: Some("https://agent.example/é".into()),
        metadata: r#"{"price":1.50,"big":9007199254740993,"name":"Zoë 🦀","nul":"\u0000"}"#.into(),
        is_listed: false,
        updated_at: NOW + MINUTE,
        revision: 7,
        ..a_party(&"x".repeat(256))
    };
    add(store, &a_party("plain")).await;
    add(store, &full).await;
    assert_eq!(store.find(&id("plain")).await.unwrap(), Some(a_party("plain")));
    assert_eq!(store.find(&full.id).await.unwrap(), Some(full));
    assert_eq!(store.find(&id("PLAIN")).await.unwrap(), None);
}

/// An id is taken once, and whoever comes second leaves nothing.
pub async fn a_party_is_added_once(store: &dyn PartyStore) {
    add(store, &a_party("one")).await;
    let second = Party {
        keys: vec![a_key(2, None)],
        ..a_party("one")
    };
    assert!(!store.insert(&second).await.unwrap());
    assert_eq!(store.find(&id("one")).await.unwrap(), Some(a_party("one")));
}

/// A change is written over the very revision that it was made of, and over nothing else.
pub async fn a_changed_party_follows_the_one_before(store: &dyn PartyStore) {
    let changed = |revision| Party {
        keys: vec![a_key(2, None)],
        status: "suspended".into(),
        revision,
        ..a_party("one")
    };
    assert!(!store.update(&changed(2)).await.unwrap(), "nothing is there yet");
    assert_eq!(store.find(&id("one")).await.unwrap(), None);
    add(store, &a_party("one")).await;
    add(store, &a_party("two")).await;
    for revision in [1, 3] {
        assert!(!store.update(&changed(revision)).await.unwrap());
    }
    assert_eq!(store.find(&id("one")).await.unwrap(), Some(a_party("one")));
    assert!(store.update(&changed(2)).await.unwrap());
    assert_eq!(store.find(&id("one")).await.unwrap(), Some(changed(2)));
    assert_eq!(store.find(&id("two")).await.unwrap(), Some(a_party("two")));
}

/// Of those who change the same revision, one succeeds.
pub async fn of_racing_changes_one_wins(store: &dyn PartyStore) {
    add(store, &a_party("one")).await;
    let changes = (0..RACERS).map(|racer| async move {
        let changed = Party {
            status: format!("racer {racer}"),
            revision: 2,
            ..a_party("one")
        };
        store.update(&changed).await.unwrap().then_some(changed)
    });
    let won: Vec<Party> = join_all(changes).await.into_iter().flatten().collect();
    assert_eq!(won.len(), 1);
    assert_eq!(store.find(&id("one")).await.unwrap().as_ref(), won.first());
}

/// A list has the active parties that want to be on it, by the bytes of their ids, from behind the one that is named.
pub async fn only_active_parties_are_listed_in_order(store: &dyn PartyStore) {
    for name in ["b", "a-1", "B", "a_2", "c"] {
        add(store, &a_party(name)).await;
    }
    let away = Party {
        status: "suspended".into(),
        ..a_party("away")
    };
    let hidden = Party {
        is_listed: false,
        ..a_party("hidden")
    };
    add(store, &away).await;
    add(store, &hidden).await;
    let list = |after: Option<&'static str>, limit| async move {
        let after = after.map(id);
        let parties = store.list(after.as_ref(), limit).await.unwrap();
        parties
            .into_iter()
            .map(|party| party.id.as_str().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(list(None, 10).await, ["B", "a-1", "a_2", "b", "c"]);
    assert_eq!(list(None, 2).await, ["B", "a-1"]);
    assert_eq!(list(Some("a-1"), 2).await, ["a_2", "b"]);
    assert_eq!(list(Some("a-9"), 1).await, ["a_2"], "it need not be there");
    assert!(list(Some("c"), 10).await.is_empty());
}

/// What a party said once is known until its time is over; another party may say the same.
pub async fn a_nonce_is_used_once(store: &dyn PartyStore) {
    let until = NOW + MINUTE;
    let said = |party: &'static str, text: &'static str, now: Timestamp| async move {
        store
            .use_nonce(&a_nonce(party, text, now + MINUTE), now, 10)
            .await
            .unwrap()
    };
    assert_eq!(said("one", "n", NOW).await, Some(true));
    assert_eq!(said("one", "n", NOW).await, Some(false));
    assert_eq!(said("one", "N", NOW).await, Some(true));
    assert_eq!(said("two", "n", NOW).await, Some(true));
    let almost = Timestamp::from_millis(until.as_millis() - 1);
    assert_eq!(said("one", "n", almost).await, Some(false));
    assert_eq!(said("one", "n", until).await, Some(true), "its time is over");
    assert_eq!(said("one", "n", until).await, Some(false));
}

/// Of those who use one nonce at once, one succeeds.
pub async fn of_racing_nonces_one_is_used(store: &dyn PartyStore) {
    let nonce = a_nonce("one", "n", NOW + MINUTE);
    let uses = (0..RACERS).map(|_| store.use_nonce(&nonce, NOW, 100));
    let used = join_all(uses)
        .await
        .into_iter()
        .filter(|used| *used.as_ref().unwrap() == Some(true));
    assert_eq!(used.count(), 1);
}

/// So many of a party are kept, those whose time is over do not count, and they alone are forgotten.
pub async fn nonces_are_bounded_and_forgotten(store: &dyn PartyStore) {
    let say = |party: &'static str, text: &'static str, now: Timestamp| async move {
        store
            .use_nonce(&a_nonce(party, text, now + MINUTE), now, 2)
            .await
            .unwrap()
    };
    let later = NOW + MINUTE / 2;
    assert_eq!(say("one", "a", NOW).await, Some(true));
    assert_eq!(say("one", "b", later).await, Some(true));
    assert_eq!(say("one", "c", later).await, None);
    assert_eq!(
        say("one", "a", later).await,
        Some(false),
        "what is known is known"
    );
    assert_eq!(say("two", "a", later).await, Some(true));
    assert_eq!(
        say("one", "c", NOW + MINUTE).await,
        Some(true),
        "the first is over"
    );
    assert_eq!(store.forget_nonces(NOW + MINUTE, 10).await.unwrap(), 1);
    assert_eq!(store.forget_nonces(NOW + MINUTE, 10).await.unwrap(), 0);
    assert_eq!(say("one", "b", NOW + MINUTE).await, Some(false));
    assert_eq!(store.forget_nonces(NOW + MINUTE * 3, 2).await.unwrap(), 2);
    assert_eq!(store.forget_nonces(NOW + MINUTE * 3, 2).await.unwrap(), 1);
}
