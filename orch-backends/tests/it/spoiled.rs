//! Rows that someone wrote past the services, and the laws that then do not hold.
#![cfg(test)]

use std::collections::BTreeSet;

use orch_backends::SqlStore;

/// The laws that are broken.
pub(crate) async fn broken(store: &SqlStore) -> BTreeSet<&'static str> {
    let violations = store.check().await.unwrap();
    violations.into_iter().map(|violation| violation.law).collect()
}

/// Writes past the services; at least one row is changed.
pub(crate) async fn spoil(store: &SqlStore, sql: &str) {
    let changed = store.write(sql.to_owned(), |tx, sql| {
        Box::pin(async move { tx.execute(sql, &[]).await })
    });
    assert!(changed.await.unwrap() > 0, "{sql}");
}

/// Of each three, the first breaks the law in the middle, and the last mends it.
pub(crate) async fn every_law_is_checked(store: &SqlStore, breaks: &[(&str, &str, &str)]) {
    assert_eq!(store.check().await.unwrap(), []);
    for (spoiled, law, mended) in breaks {
        spoil(store, spoiled).await;
        assert!(broken(store).await.contains(law), "{law}: after {spoiled}");
        spoil(store, mended).await;
        assert_eq!(store.check().await.unwrap(), [], "after {mended}");
    }
}
