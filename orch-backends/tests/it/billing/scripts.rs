//! Random scripts come to the same on the engines as on the reference, and leave rows that keep every law.

use orch_backends::{SqlStore, sql::test_db};
use orch_billing::{
    InMemoryLedger,
    store::conformance::script::{follow_alike, script},
};
use orch_core::{Entropy, SeededEntropy};

/// Follows scripts of so many operations, one for each seed.
async fn follow(store: impl AsyncFn() -> SqlStore, seeds: std::ops::Range<u64>, n_operations: usize) {
    for seed in seeds {
        let entropy = SeededEntropy::new(seed);
        let bytes: Vec<[u8; 4]> = (0..n_operations)
            .map(|_| {
                let mut bytes = [0; 4];
                entropy.fill(&mut bytes);
                bytes
            })
            .collect();
        let store = store().await;
        follow_alike(&store, &InMemoryLedger::default(), &script(&bytes))
            .await
            .unwrap();
        assert_eq!(store.check().await.unwrap(), [], "seed {seed}");
    }
}

#[tokio::test]
async fn sqlite_does_what_the_reference_does() {
    follow(async || SqlStore::in_memory().await.unwrap(), 0..40, 250).await;
}

#[tokio::test]
async fn postgres_does_what_the_reference_does() {
    if test_db::postgres().await.is_some() {
        follow(async || test_db::postgres().await.unwrap(), 40..46, 250).await;
    }
}
