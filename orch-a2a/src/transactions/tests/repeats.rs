use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use tokio::sync::Notify;

use super::{
    house::{Act, House, body, enforced, sole, told},
    watched::Watched,
};
use crate::{TransactError, TransactionOptions, transaction::State};

const SECOND: Duration = Duration::from_secs(1);

const WINDOW: &str =
    r#"{"service_id":"srv-greet","provider_agent_id":"agent-002","metadata":{"replay_window_seconds":30}}"#;

/// A house that never finds what it has not written down itself.
async fn blind(options: TransactionOptions) -> House {
    let blind = Arc::new(Watched {
        is_blind: true,
        ..Watched::default()
    });
    House::seeing(options, blind.store.clone(), blind).await
}

#[tokio::test]
async fn a_signed_id_is_executed_once_however_often_it_is_asked_for() {
    let house = House::new().await;
    let body = body(Some("tx_123"));
    let together = join_all((0..150).map(|_| house.ask(&body, None))).await;
    let first = told(&together[0]);
    assert!(first.contains("Hello, Alice!"), "{first}");
    assert!(together.iter().all(|transacted| told(transacted) == first));
    for _ in 0..150 {
        let again = house.ask(&body, None).await;
        assert!(again.replayed);
        assert_eq!(told(&again), first);
    }
    assert_eq!(house.provider.n_calls(), 1);
    let rows = house
        .transactions
        .list(&crate::store::Filter {
            limit: 10,
            ..Default::default()
        })
        .await
        .unwrap();
    assert_eq!((rows.len(), rows[0].executions, rows[0].attempts), (1, 1, 150));
    let other = body.replace("Alice", "Bob");
    assert!(matches!(
        *house.ask(&other, None).await.result.unwrap_err(),
        TransactError::Conflict
    ));
}

#[tokio::test]
async fn a_key_is_executed_once_and_belongs_to_one_content() {
    let house = House::new().await;
    let body = body(None);
    let first = house.ask(&body, Some("key")).await;
    let again = house.ask(&body, Some("key")).await;
    assert_eq!((first.id.clone(), told(&first)), (again.id.clone(), told(&again)));
    assert!(!first.replayed && again.replayed);
    let other = body.replace("Alice", "Bob");
    assert!(matches!(
        *house.ask(&other, Some("key")).await.result.unwrap_err(),
        TransactError::Conflict
    ));
    let new = house.ask(&body, Some("another")).await;
    assert_ne!(new.id, first.id);
    assert_eq!(house.provider.n_calls(), 2);
}

#[tokio::test]
async fn who_asks_twice_on_purpose_is_answered_twice() {
    let house = House::new().await;
    house.hear(&body(None), None).await;
    house.hear(&body(None), None).await;
    assert_eq!(house.provider.n_calls(), 2);
}

#[tokio::test]
async fn who_did_not_hear_the_answer_is_told_it_again() {
    let house = House::new().await;
    let first = house.ask(&body(None), None).await;
    let (id, said) = (first.id.clone(), told(&first));
    drop(first.delivery);
    let again = house.ask(&body(None), None).await;
    assert_eq!((again.id.clone(), told(&again), again.replayed), (id, said, true));
    assert_eq!(house.provider.n_calls(), 1);
    drop(again);
    house.after(SECOND * 61).await;
    house.hear(&body(None), None).await;
    assert_eq!(house.provider.n_calls(), 2, "after a minute it is meant");
}

#[tokio::test]
async fn what_has_not_begun_is_made_again_as_the_same() {
    for act in [Act::Unreachable, Act::Answer(503, "{}"), Act::Answer(429, "busy")] {
        let house = House::new().await;
        house.will([act.clone(), act]);
        let mut ids = Vec::new();
        for _ in 0..2 {
            let failed = house.ask(&body(None), None).await;
            assert!(matches!(
                **failed.result.as_ref().unwrap_err(),
                TransactError::Unreachable
            ));
            ids.push(failed.id.clone());
        }
        let answered = house.ask(&body(None), None).await;
        assert!(answered.result.is_ok() && ids.iter().all(|id| *id == answered.id));
        assert_eq!(house.provider.n_calls(), 3);
        let row = answered.result.unwrap();
        assert_eq!((row.executions, row.attempts), (3, 3));
    }
}

#[tokio::test]
async fn a_slow_provider_is_waited_for_by_who_comes_back() {
    let house = Arc::new(House::new().await);
    house.will([Act::Hang]);
    for round in 0..2 {
        let asked = tokio::spawn({
            let house = house.clone();
            async move { house.ask(&body(None), None).await }
        });
        house.after(SECOND * 10).await;
        let slow = asked.await.unwrap();
        assert!(
            matches!(**slow.result.as_ref().unwrap_err(), TransactError::InProgress),
            "{round}"
        );
    }
    let asked = tokio::spawn({
        let house = house.clone();
        async move { house.hear(&body(None), None).await }
    });
    house.settle().await;
    house.provider.release();
    assert!(asked.await.unwrap().contains("late"));
    assert_eq!(house.provider.n_calls(), 1);
}

#[tokio::test]
async fn a_client_that_goes_stops_nothing() {
    let house = Arc::new(House::new().await);
    house.will([Act::Hang]);
    let asked = tokio::spawn({
        let house = house.clone();
        async move { house.ask(&body(Some("tx_1")), None).await }
    });
    house.settle().await;
    asked.abort();
    house.settle().await;
    house.provider.release();
    house.settle().await;
    let again = house.ask(&body(Some("tx_1")), None).await;
    assert!(again.replayed && told(&again).contains("late"));
    assert_eq!(house.provider.n_calls(), 1);
}

#[tokio::test]
async fn a_client_that_goes_while_it_is_written_down_stops_nothing() {
    let slow = Arc::new(Watched {
        news_of_beginnings: Some(Notify::new()),
        ..Watched::default()
    });
    let house = Arc::new(House::seeing(sole(), slow.store.clone(), slow.clone()).await);
    let asked = tokio::spawn({
        let house = house.clone();
        async move { house.ask(&body(Some("tx_1")), None).await }
    });
    house.settle().await;
    asked.abort();
    house.settle().await;
    slow.news_of_beginnings.as_ref().unwrap().notify_one();
    house.settle().await;
    let again = house.ask(&body(Some("tx_1")), None).await;
    assert!(again.replayed && told(&again).contains("Hello"), "{again:?}");
    assert_eq!(house.provider.n_calls(), 1);
}

#[tokio::test]
async fn an_answer_is_told_though_the_store_s_reply_to_it_was_lost() {
    let watched = Arc::new(Watched {
        n_lost: 1.into(),
        ..Watched::default()
    });
    let house = Arc::new(House::seeing(sole(), watched.store.clone(), watched).await);
    let asked = tokio::spawn({
        let house = house.clone();
        async move { house.hear(&body(Some("tx_1")), None).await }
    });
    house.after(SECOND).await;
    let told = asked.await.unwrap();
    assert!(told.contains("Hello"), "{told}");
}

#[tokio::test]
async fn after_a_crash_nothing_is_sent_again() {
    let house = Arc::new(House::new().await);
    house.will([Act::Hang]);
    let asked = tokio::spawn({
        let house = house.clone();
        async move { house.ask(&body(Some("tx_1")), Some("key")).await }
    });
    house.settle().await;
    asked.abort();
    // The next process over the same store, where nothing is under way.
    let next = House::with(sole(), house.store.clone()).await;
    for _ in 0..2 {
        let unknown = next.ask(&body(Some("tx_1")), None).await;
        let transaction = unknown.result.unwrap();
        assert!(matches!(
            transaction.state,
            State::Ended {
                end: crate::transaction::End::TimedOut,
                ..
            }
        ));
        assert_eq!(transaction.state.name(), "unknown");
    }
    assert_eq!(next.provider.n_calls(), 0);
}

#[tokio::test]
async fn a_window_replays_a_signature_whatever_its_key() {
    let house = House::new().await;
    house.offer(WINDOW).await;
    let first = house.hear(&body(None), Some("one")).await;
    assert_eq!(house.hear(&body(None), Some("two")).await, first);
    assert_eq!(house.hear(&body(None), None).await, first);
    assert_eq!(house.provider.n_calls(), 1);
    house.after(SECOND * 31).await;
    house.hear(&body(None), Some("three")).await;
    assert_eq!(house.provider.n_calls(), 2);
}

#[tokio::test]
async fn beyond_a_window_the_other_rules_hold() {
    let house = House::new().await;
    house.offer(WINDOW).await;
    house.will([Act::Unreachable]);
    let failed = house.ask(&body(None), Some("key")).await;
    assert!(matches!(
        **failed.result.as_ref().unwrap_err(),
        TransactError::Unreachable
    ));
    house.after(SECOND * 31).await;
    let again = house.ask(&body(None), Some("key")).await;
    assert_eq!(again.id, failed.id, "what was not executed is made again");
    house.after(SECOND * 31).await;
    assert!(house.ask(&body(None), Some("key")).await.replayed);
    assert_eq!(house.provider.n_calls(), 2);

    let other = body(None).replace("Alice", "Bob");
    let unheard = house.ask(&other, None).await;
    let said = told(&unheard);
    drop(unheard.delivery);
    house.after(SECOND * 31).await;
    let again = house.ask(&other, None).await;
    assert!(again.replayed);
    assert_eq!((told(&again), house.provider.n_calls()), (said, 3));
}

#[tokio::test]
async fn a_window_replays_a_signature_that_is_on_its_way() {
    let house = Arc::new(blind(enforced()).await);
    house.offer(WINDOW).await;
    house.will([Act::Hang]);
    let mut asked = Vec::new();
    for key in ["one", "two"] {
        asked.push(tokio::spawn({
            let house = house.clone();
            async move { house.ask(&body(None), Some(key)).await }
        }));
        house.after(Duration::from_millis(1)).await;
    }
    house.provider.release();
    for asked in asked {
        let asked = asked.await.unwrap();
        assert!(told(&asked).contains("late"));
        assert_eq!(asked.standing.unwrap().remaining, 19, "the quota is spent once");
    }
    assert_eq!(house.provider.n_calls(), 1);
}

#[tokio::test]
async fn a_window_replays_a_signature_that_another_process_has_just_begun_with() {
    let house = blind(sole()).await;
    house.offer(WINDOW).await;
    let first = house.hear(&body(None), Some("one")).await;
    house.after(SECOND).await;
    assert_eq!(house.hear(&body(None), Some("two")).await, first);
    assert_eq!(house.provider.n_calls(), 1);
}

#[tokio::test]
async fn a_quota_is_spent_only_by_its_owner_and_not_by_replays() {
    let house = House::with(enforced(), Arc::default()).await;
    let unsigned = body(None);
    for _ in 0..1000 {
        let request = crate::Request {
            body: unsigned.as_bytes(),
            signature: Some("AAAA"),
            ..Default::default()
        };
        assert!(house.transactions.transact(&request).await.standing.is_none());
    }
    for _ in 0..50 {
        house.hear(&body(Some("tx_1")), None).await;
    }
    for number in 1..20 {
        house.after(Duration::from_millis(250)).await;
        let asked = house.ask(&body(Some(&format!("tx_{}", number + 1))), None).await;
        assert_eq!(asked.standing.unwrap().remaining, 19 - number, "{}", told(&asked));
    }
    let refused = house.ask(&body(Some("tx_100")), None).await;
    assert!(
        matches!(*refused.result.unwrap_err(), TransactError::Limited { limit: 20, retry_after } if retry_after == SECOND * 5)
    );
    assert!(house.hear(&body(Some("tx_1")), None).await.contains("Alice"));
}
