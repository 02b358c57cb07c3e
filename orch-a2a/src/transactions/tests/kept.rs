use std::time::Duration;

use super::house::{House, body, sole};
use crate::{TransactError, TransactionOptions};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[tokio::test]
async fn an_answer_is_kept_for_a_day_and_its_id_longer() {
    let house = House::new().await;
    house.hear(&body(Some("tx_1")), None).await;
    house.clock.advance(DAY);
    assert_eq!(house.transactions.forget(10).await.unwrap(), 0);
    house.clock.advance(Duration::from_millis(1));
    assert_eq!(house.transactions.forget(10).await.unwrap(), 1);
    let again = house.ask(&body(Some("tx_1")), None).await;
    assert!(matches!(
        *again.result.unwrap_err(),
        TransactError::AlreadyExecuted
    ));
    assert_eq!(house.transactions.prune(DAY * 2, 10).await.unwrap(), 0);
    assert_eq!(house.transactions.prune(DAY / 2, 10).await.unwrap(), 1);
    house.hear(&body(Some("tx_1")), None).await;
    assert_eq!(house.provider.n_calls(), 2, "nobody knows of it any more");
}

#[tokio::test]
async fn a_consumer_has_so_many_keys() {
    let options = TransactionOptions {
        keys_per_consumer: 2,
        ..sole()
    };
    let house = House::with(options, Default::default()).await;
    for key in ["one", "two", "three"] {
        house.hear(&body(None), Some(key)).await;
        house.clock.advance(Duration::from_secs(1));
    }
    assert_eq!(house.transactions.forget(10).await.unwrap(), 1);
    for key in ["two", "three"] {
        assert!(house.ask(&body(None), Some(key)).await.replayed);
    }
    assert!(!house.ask(&body(None), Some("one")).await.replayed);
}
