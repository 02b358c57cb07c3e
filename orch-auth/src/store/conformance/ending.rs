use futures_util::future::join_all;

use super::{
    ApiKey, ApiKeyStore, MINUTE, NOW, RACERS, Replacement, a_key, account, add, find, id, replacing,
};

/// A key is taken back once, and every later read sees it.
pub async fn a_revocation_is_final(store: &dyn ApiKeyStore) {
    add(store, &a_key(1)).await;
    add(store, &a_key(2)).await;
    assert!(store.revoke(id(1), NOW + MINUTE).await.unwrap());
    assert!(!store.revoke(id(1), NOW + MINUTE * 2).await.unwrap());
    assert!(!store.revoke(id(3), NOW).await.unwrap());
    let revoked = ApiKey {
        revoked_at: Some(NOW + MINUTE),
        ..a_key(1)
    };
    assert_eq!(find(store, 1).await, Some(revoked));
    assert_eq!(find(store, 2).await, Some(a_key(2)));
}

/// Of many that take a key back at once, one does.
pub async fn of_racing_revocations_one_wins(store: &dyn ApiKeyStore) {
    add(store, &a_key(1)).await;
    let revocations = (0..RACERS).map(|_| store.revoke(id(1), NOW));
    let ends = join_all(revocations).await;
    let n_won = ends.into_iter().filter(|end| *end.as_ref().unwrap()).count();
    assert_eq!(n_won, 1);
}

/// A replaced key ends after the overlap, or sooner where it would anyway.
pub async fn a_replacement_shortens_a_key(store: &dyn ApiKeyStore) {
    let short = ApiKey {
        expires_at: Some(NOW + MINUTE),
        ..a_key(2)
    };
    let long = ApiKey {
        expires_at: Some(NOW + MINUTE * 100),
        ..a_key(3)
    };
    for key in [&a_key(1), &short, &long] {
        add(store, key).await;
    }
    let until = NOW + MINUTE * 10;
    for (number, key, ends_at) in [(1, a_key(1), until), (2, short, NOW + MINUTE), (3, long, until)] {
        let successor = number + 10;
        assert!(store.replace(&replacing(number, until, successor)).await.unwrap());
        let replaced = ApiKey {
            expires_at: Some(ends_at),
            replaced_by: Some(id(successor)),
            ..key
        };
        assert_eq!(find(store, number).await, Some(replaced));
        assert_eq!(find(store, successor).await, Some(a_key(successor)));
    }
}

/// Nothing takes the place of a key that is not there, was taken back, has expired, or was replaced before.
pub async fn a_key_that_ended_is_not_replaced(store: &dyn ApiKeyStore) {
    let expired = ApiKey {
        expires_at: Some(NOW),
        ..a_key(1)
    };
    let replaced = ApiKey {
        replaced_by: Some(id(9)),
        ..a_key(2)
    };
    for key in [&expired, &replaced, &a_key(3)] {
        add(store, key).await;
    }
    assert!(store.revoke(id(3), NOW).await.unwrap());
    let revoked = find(store, 3).await;
    for number in 1..=4 {
        let replacement = replacing(number, NOW + MINUTE, number + 10);
        assert!(!store.replace(&replacement).await.unwrap(), "key {number}");
        assert_eq!(find(store, number + 10).await, None);
    }
    assert_eq!(find(store, 1).await, Some(expired));
    assert_eq!(find(store, 2).await, Some(replaced));
    assert_eq!(find(store, 3).await, revoked);
}

/// Where the successor cannot be added, the key that should have gone is as it was.
pub async fn a_replacement_is_whole_or_not_at_all(store: &dyn ApiKeyStore) {
    let other = ApiKey {
        account: account("two"),
        ..a_key(2)
    };
    add(store, &a_key(1)).await;
    add(store, &other).await;
    let same_id = replacing(1, NOW, 2);
    let same_digest = Replacement {
        successor: ApiKey {
            digest: a_key(2).digest,
            ..a_key(3)
        },
        ..replacing(1, NOW, 3)
    };
    for replacement in [same_id, same_digest] {
        assert!(!store.replace(&replacement).await.unwrap());
        assert_eq!(find(store, 1).await, Some(a_key(1)));
    }
    assert_eq!(find(store, 2).await, Some(other));
    assert_eq!(find(store, 3).await, None);
}

/// Of many that replace a key at once, one does, and the others leave nothing.
pub async fn of_racing_replacements_one_wins(store: &dyn ApiKeyStore) {
    add(store, &a_key(1)).await;
    let replacements = (10..10 + RACERS).map(|successor| async move {
        let replacement = replacing(1, NOW + MINUTE, successor);
        let won = store.replace(&replacement).await.unwrap();
        (won, successor)
    });
    let ends = join_all(replacements).await;
    let winners: Vec<u64> = ends.iter().filter(|(won, _)| *won).map(|(_, n)| *n).collect();
    assert_eq!(winners.len(), 1, "{ends:?}");
    let goes = find(store, 1).await.unwrap();
    assert_eq!(goes.replaced_by, Some(id(winners[0])));
    for (won, successor) in ends {
        assert_eq!(find(store, successor).await.is_some(), won);
    }
}
