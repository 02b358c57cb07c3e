//! Many scripts at once on one store: whatever the interleaving, nothing is overspent, lost or locked for ever.

use orch_backends::{SqlStore, sql::test_db};
use orch_billing::{BalanceOf, LedgerStore, store::conformance::script::script};
use orch_core::{Currency, Entropy, SeededEntropy};

/// How many scripts run at once.
const N_SCRIPTS: u64 = 12;

async fn follow_together(store: SqlStore, seed: u64) {
    let scripts = (0..N_SCRIPTS).map(|number| {
        let (store, entropy) = (store.clone(), SeededEntropy::new(seed + number));
        tokio::spawn(async move {
            let bytes: Vec<[u8; 4]> = (0..150)
                .map(|_| {
                    let mut bytes = [0; 4];
                    entropy.fill(&mut bytes);
                    bytes
                })
                .collect();
            for operation in script(&bytes) {
                let _refused = operation.apply(&store).await.unwrap();
            }
        })
    });
    for task in scripts.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    assert_eq!(store.check().await.unwrap(), []);
    let mut total = 0;
    for name in ["demo", "other"] {
        let credits = store
            .balance(&BalanceOf::Credits(name.parse().unwrap()), Currency::Algo)
            .await
            .unwrap();
        total += credits.available.minor() + credits.held.minor();
    }
    for of in [BalanceOf::Earnings("developer".parse().unwrap()), BalanceOf::Fees] {
        total += store
            .balance(&of, Currency::Algo)
            .await
            .unwrap()
            .available
            .minor();
    }
    assert_eq!(total, granted(&store).await);
}

async fn granted(store: &SqlStore) -> i64 {
    let sql = "SELECT CAST(SUM(granted) AS BIGINT) AS granted FROM orch_credits WHERE currency = 'ALGO'";
    let rows = store
        .read((), move |tx, ()| {
            Box::pin(async move { tx.query(sql, &[]).await })
        })
        .await
        .unwrap();
    rows[0].of("orch_credits").integer("granted").unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sqlite_keeps_its_books_under_load() {
    for seed in [100, 200, 300] {
        follow_together(SqlStore::in_memory().await.unwrap(), seed).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn postgres_keeps_its_books_under_load() {
    for seed in [400, 500] {
        if let Some(store) = test_db::postgres().await {
            follow_together(store, seed).await;
        }
    }
}
