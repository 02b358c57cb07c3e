use orch_core::PageRequest;

use super::{ApiKey, ApiKeyStore, KeyDigest, KeyForm, MINUTE, NOW, a_key, account, add, find, id};

/// What was added is found whole, by its id and by its digest, and nothing that was not.
pub async fn a_key_reads_back(store: &dyn ApiKeyStore) {
    let plain = a_key(1);
    let full = ApiKey {
        form: KeyForm::A2a,
        scopes: vec!["agents:read".into(), "hire".into()],
        expires_at: Some(NOW + MINUTE),
        revoked_at: Some(NOW),
        last_used_at: Some(NOW),
        replaced_by: Some(id(9)),
        ..a_key(2)
    };
    add(store, &plain).await;
    add(store, &full).await;
    assert_eq!(find(store, 1).await, Some(plain));
    assert_eq!(find(store, 2).await, Some(full));
    assert_eq!(find(store, 3).await, None);
    assert_eq!(store.find_by_digest(&KeyDigest::of("3")).await.unwrap(), None);
}

/// An id and a digest are each taken once, and whoever comes second leaves nothing.
pub async fn a_key_is_added_once(store: &dyn ApiKeyStore) {
    add(store, &a_key(1)).await;
    let same_id = ApiKey {
        account: account("two"),
        digest: KeyDigest::of("another"),
        ..a_key(1)
    };
    assert!(!store.insert(&same_id).await.unwrap());
    let same_digest = ApiKey {
        digest: a_key(1).digest,
        ..a_key(2)
    };
    assert!(!store.insert(&same_digest).await.unwrap());
    assert_eq!(find(store, 1).await, Some(a_key(1)));
    assert_eq!(find(store, 2).await, None);
    assert_eq!(
        store.find_by_digest(&KeyDigest::of("another")).await.unwrap(),
        None
    );
}

/// A list has the account's own keys, the newest first, in pages.
pub async fn keys_are_listed_newest_first(store: &dyn ApiKeyStore) {
    for number in [2, 4, 1, 3] {
        add(store, &a_key(number)).await;
    }
    let strangers = ApiKey {
        account: account("two"),
        ..a_key(5)
    };
    add(store, &strangers).await;
    let list = |limit, offset| async move {
        let page = PageRequest::new(limit, offset);
        let page = store.list(&account("one"), page).await.unwrap();
        let names = page.items.iter().map(|key| key.id).collect::<Vec<_>>();
        (names, page.total)
    };
    assert_eq!(list(10, 0).await, (vec![id(4), id(3), id(2), id(1)], 4));
    assert_eq!(list(2, 1).await, (vec![id(3), id(2)], 4));
    assert_eq!(list(2, 4).await, (vec![], 4));
    let nobody = store.list(&account("three"), PageRequest::default()).await;
    assert_eq!(nobody.unwrap().total, 0);
}

/// The last use is the latest that was noted, in whatever order uses are noted, and of that key alone.
pub async fn a_use_never_goes_back(store: &dyn ApiKeyStore) {
    add(store, &a_key(1)).await;
    add(store, &a_key(2)).await;
    for after in [1, 3, 2] {
        store.touch(id(1), NOW + MINUTE * after).await.unwrap();
    }
    store.touch(id(3), NOW).await.unwrap();
    let used = ApiKey {
        last_used_at: Some(NOW + MINUTE * 3),
        ..a_key(1)
    };
    assert_eq!(find(store, 1).await, Some(used));
    assert_eq!(find(store, 2).await, Some(a_key(2)));
    assert_eq!(find(store, 3).await, None);
}
