//! Laws of units: whole or not at all, whatever happens.

use std::pin::pin;

use futures_util::future::{join_all, select};
use orch_core::StoreError;
use tokio::task::JoinSet;

use super::{INSERT, count, create_rows, insert, rows};
use crate::sql::SqlStore;

/// By whichever connection it happens.
pub async fn a_read_sees_what_was_acknowledged(store: SqlStore) {
    create_rows(&store).await;
    for n in 1..=50 {
        insert(&store, n).await.unwrap();
        assert_eq!(count(&store).await, n);
    }
}

/// Reading is not a way around the unit of work.
pub async fn a_read_cannot_write(store: SqlStore) {
    create_rows(&store).await;
    let outcome = store
        .read((), |tx, ()| {
            Box::pin(async move {
                tx.execute("INSERT INTO law_rows (id, n) VALUES (1, 1)", &[])
                    .await
            })
        })
        .await;
    assert!(outcome.is_err());
    assert_eq!(count(&store).await, 0);
    insert(&store, 1).await.unwrap();
}

/// The error is that of the unit.
pub async fn a_failed_unit_leaves_nothing(store: SqlStore) {
    create_rows(&store).await;
    let outcome: Result<(), StoreError> = store
        .write((), |tx, ()| {
            Box::pin(async move {
                tx.execute(INSERT, &[1_i64.into(), 1_i64.into()]).await?;
                Err(StoreError::corrupt("law_rows", "1", "the unit says so"))
            })
        })
        .await;
    assert!(matches!(outcome, Err(StoreError::Corrupt { .. })), "{outcome:?}");
    assert_eq!(count(&store).await, 0);
    insert(&store, 1).await.unwrap();
}

/// A unit that goes on after a statement failed is not acknowledged.
pub async fn a_hidden_failure_is_not_committed(store: SqlStore) {
    create_rows(&store).await;
    insert(&store, 1).await.unwrap();
    let outcome = store
        .write((), |tx, ()| {
            Box::pin(async move {
                tx.execute(INSERT, &[2_i64.into(), 2_i64.into()]).await?;
                // The id is taken.
                let _ = tx.execute(INSERT, &[1_i64.into(), 1_i64.into()]).await;
                Ok(())
            })
        })
        .await;
    assert!(outcome.is_err());
    assert_eq!(count(&store).await, 1);
}

/// A panic is the failure of its unit alone.
pub async fn a_panic_leaves_nothing_and_the_engine_lives_on(store: SqlStore) {
    create_rows(&store).await;
    let outcome: Result<(), StoreError> = store
        .write((), |tx, ()| {
            Box::pin(async move {
                tx.execute(INSERT, &[1_i64.into(), 1_i64.into()]).await?;
                panic!("a law panics on purpose")
            })
        })
        .await;
    assert!(matches!(outcome, Err(StoreError::Broken(_))), "{outcome:?}");
    assert_eq!(count(&store).await, 0);
    insert(&store, 1).await.unwrap();
}

/// Units at the same time share a commit, or connections, but not their failures.
pub async fn a_failed_unit_spares_its_neighbors(store: SqlStore) {
    create_rows(&store).await;
    let outcomes = join_all((0..200).map(|n| {
        store.write(n, |tx, n| {
            Box::pin(async move {
                tx.execute(INSERT, &[(*n).into(), 0_i64.into()]).await?;
                match n % 3 {
                    0 => Err(StoreError::Broken("every third fails".into())),
                    _ => Ok(*n),
                }
            })
        })
    }))
    .await;
    let acknowledged: Vec<i64> = outcomes.into_iter().filter_map(Result::ok).collect();
    let rows = rows(&store, "SELECT id FROM law_rows ORDER BY id").await;
    let found: Vec<i64> = rows
        .iter()
        .map(|row| row.of("law_rows").integer("id").unwrap())
        .collect();
    assert_eq!(found, acknowledged);
    assert_eq!(found.len(), 133);
}

/// Of many who take the last, exactly as many succeed as there is to take.
pub async fn a_race_is_settled_by_the_row(store: SqlStore) {
    create_rows(&store).await;
    store
        .write((), |tx, ()| {
            Box::pin(async move { tx.execute(INSERT, &[1_i64.into(), 100_i64.into()]).await })
        })
        .await
        .unwrap();
    let mut takers = JoinSet::new();
    for _ in 0..16 {
        let store = store.clone();
        takers.spawn(async move {
            let mut n_taken = 0;
            for _ in 0..25 {
                let taken = store.write((), |tx, ()| {
                    Box::pin(async move {
                        let sql = "UPDATE law_rows SET n = n - 1 WHERE id = ?1 AND n >= 1";
                        tx.execute(sql, &[1_i64.into()]).await
                    })
                });
                n_taken += taken.await.unwrap();
            }
            n_taken
        });
    }
    assert_eq!(takers.join_all().await.iter().sum::<u64>(), 100);
    let rows = rows(&store, "SELECT n FROM law_rows").await;
    assert_eq!(rows[0].of("law_rows").integer("n").unwrap(), 0);
}

/// A dropped future stops a unit or does not, but never in its middle, and no other inherits it.
pub async fn a_unit_whose_caller_went_away_is_whole(store: SqlStore) {
    create_rows(&store).await;
    for n in 0..40 {
        let pair = store.write(n, |tx, n| {
            Box::pin(async move {
                tx.execute(INSERT, &[(2 * n).into(), 0_i64.into()]).await?;
                tx.execute(INSERT, &[(2 * n + 1).into(), 0_i64.into()]).await
            })
        });
        // Dropped anywhere from before its start to after its end.
        let patience = async {
            for _ in 0..n * n {
                tokio::task::yield_now().await;
            }
        };
        let _ = select(pin!(pair), pin!(patience)).await;
    }
    // What was still queued is settled before what comes now.
    insert(&store, 1_000).await.unwrap();
    let rows = rows(&store, "SELECT id FROM law_rows WHERE id < 1000 ORDER BY id").await;
    let found: Vec<i64> = rows
        .iter()
        .map(|row| row.of("law_rows").integer("id").unwrap())
        .collect();
    assert!(
        found
            .chunks(2)
            .all(|pair| pair.len() == 2 && pair[0] % 2 == 0 && pair[0] + 1 == pair[1]),
        "{found:?}"
    );
}

/// However many texts a store puts together, what the engine keeps of them is bounded, and each works.
pub async fn texts_that_are_put_together_do_not_exhaust_it(store: SqlStore) {
    create_rows(&store).await;
    for n in 0..1_200_i64 {
        let sql = format!("SELECT ?1 + {n} AS sum");
        let found = store.read(sql, |tx, sql| {
            Box::pin(async move { tx.query(sql, &[1_i64.into()]).await?[0].of("sums").integer("sum") })
        });
        assert_eq!(found.await.unwrap(), n + 1);
    }
}

/// The same time for all, and it does not go back.
pub async fn it_tells_the_time(store: SqlStore) {
    let earlier = store
        .read((), |tx, ()| Box::pin(async move { tx.now().await }))
        .await
        .unwrap();
    let later = store
        .write((), |tx, ()| Box::pin(async move { tx.now().await }))
        .await
        .unwrap();
    assert!(earlier <= later, "{earlier:?} is after {later:?}");
}
