use std::time::Duration;

use orch_billing::{Grouping, Metering, Period, UsageOutcome, UsageRecord};
use orch_core::{AgentId, Caller, Clock, Currency, PageRequest, Uuid};

use super::{World, algo, id, world};

/// Pays for three calls, one of which failed.
async fn used() -> (World, Metering) {
    let world = world().await;
    for number in 1..=3 {
        world.hold(number, 10).await;
    }
    world
        .billing
        .capture(id(1), algo(10), Some(world.usage(1)))
        .await
        .unwrap();
    world
        .billing
        .capture(id(2), algo(4), Some(world.usage(2)))
        .await
        .unwrap();
    let failed = UsageRecord {
        outcome: UsageOutcome::Failed,
        ..world.usage(3)
    };
    world.billing.release(id(3), Some(failed)).await.unwrap();
    let metering = Metering::new(world.ledger.clone(), world.clock.clone());
    (world, metering)
}

#[tokio::test]
async fn a_summary_counts_what_was_used() {
    let (world, metering) = used().await;
    let day = Period::last(Duration::from_secs(86_400), world.clock.now());
    let summary = metering
        .summary(&world.demo, Currency::Algo, day, Grouping::Agent)
        .await
        .unwrap();
    let total = &summary.total;
    assert_eq!(
        (total.requests, total.answered, total.agents, total.cost),
        (3, 2, Some(1), algo(14))
    );
    assert!((total.success_rate() - 2.0 / 3.0).abs() < 1e-9);
    assert_eq!(total.mean_response_time(), Duration::from_secs(2));
    assert_eq!(summary.groups.len(), 1);
    assert_eq!(summary.groups[0].key, "reader");
}

#[tokio::test]
async fn how_much_an_agent_is_called_is_known_for_a_minute() {
    let (world, metering) = used().await;
    let agent = world.usage(1).agent;
    let known = metering.activity(agent).await.unwrap();
    assert_eq!((known.day.requests, known.month.requests), (3, 3));
    assert_eq!(known.month.uptime(), Some(1.0));
    world.clock.advance(Duration::from_secs(25 * 3600));
    let later = metering.activity(agent).await.unwrap();
    assert_eq!((later.day.requests, later.month.requests), (0, 3));
    assert_eq!(later.day.uptime(), None);
    world.hold(4, 10).await;
    let usage = Some(world.usage(4));
    world.billing.capture(id(4), algo(1), usage).await.unwrap();
    assert_eq!(metering.activity(agent).await.unwrap(), later, "as it was known");
    world.clock.advance(Duration::from_secs(60));
    assert_eq!(metering.activity(agent).await.unwrap().day.requests, 1);
}

#[tokio::test]
async fn nothing_used_is_nothing() {
    let (world, metering) = used().await;
    let summary = metering
        .summary(&world.demo, Currency::Usd, Period::ALWAYS, Grouping::Day)
        .await
        .unwrap();
    assert_eq!(
        (summary.total.requests, summary.total.mean_response_time()),
        (0, Duration::ZERO)
    );
    assert!(summary.total.success_rate().abs() < f64::EPSILON);
    assert!(summary.groups.is_empty());
}

#[tokio::test]
async fn a_stranger_sees_nothing_of_it() {
    let (world, metering) = used().await;
    let stranger = Caller::host("stranger".parse().unwrap());
    let listed = metering
        .list(&stranger, Period::ALWAYS, PageRequest::default())
        .await
        .unwrap();
    assert_eq!(listed.total, 0);
    let summary = metering
        .summary(&stranger, Currency::Algo, Period::ALWAYS, Grouping::Whole)
        .await
        .unwrap();
    assert_eq!(summary.total.requests, 0);
    let balance = world.billing.balance(&stranger, Currency::Algo).await.unwrap();
    assert_eq!((balance.available, balance.held), (algo(0), algo(0)));
    assert_eq!(
        metering
            .list(&world.demo, Period::ALWAYS, PageRequest::default())
            .await
            .unwrap()
            .total,
        3
    );
}

#[tokio::test]
async fn requests_count_within_the_calendar_month() {
    let (world, metering) = used().await;
    let agent = AgentId::from_uuid(Uuid::from_u128(7));
    let count = async || {
        metering
            .requests_this_month(world.demo.account(), agent)
            .await
            .unwrap()
    };
    assert_eq!(count().await, 2);
    world.clock.advance(Duration::from_secs(31 * 86_400));
    assert_eq!(count().await, 0);
}
