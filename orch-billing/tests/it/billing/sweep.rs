use std::{collections::HashSet, time::Duration};

use async_trait::async_trait;
use orch_billing::{Billing, Hold, HoldKeepers, HoldRequest, HoldState, UsageRecord};
use orch_core::{Clock, StoreError};

use super::{World, algo, id, request, within, world};

/// The keepers of these names are alive.
struct Alive(HashSet<&'static str>);

#[async_trait]
impl HoldKeepers for Alive {
    async fn is_alive(&self, keeper: &str) -> Result<bool, StoreError> {
        Ok(self.0.contains(keeper))
    }
}

/// Whoever is called so owes what it keeps.
struct Owing<'w>(&'static str, &'w World);

#[async_trait]
impl HoldKeepers for Owing<'_> {
    async fn is_alive(&self, _keeper: &str) -> Result<bool, StoreError> {
        Ok(false)
    }

    async fn owed(&self, keeper: &str, hold: &Hold) -> Result<Option<UsageRecord>, StoreError> {
        let usage = self.1.usage(hold.id.uuid().as_u128());
        Ok((keeper == self.0).then_some(usage))
    }
}

/// Nobody can tell.
struct Away;

#[async_trait]
impl HoldKeepers for Away {
    async fn is_alive(&self, _keeper: &str) -> Result<bool, StoreError> {
        Err(StoreError::Unavailable("away".into()))
    }
}

fn kept_by(keeper: &str, request: HoldRequest) -> HoldRequest {
    HoldRequest {
        keeper: Some(keeper.into()),
        ..request
    }
}

async fn sweep(world: &World, alive: &[&'static str]) -> u32 {
    let keepers = Alive(alive.iter().copied().collect());
    world.billing.sweep(&keepers, 100).await.unwrap()
}

async fn state(world: &World, number: u128) -> HoldState {
    world.billing.find_hold(id(number)).await.unwrap().unwrap().state
}

#[tokio::test]
async fn a_hold_expires_only_by_the_sweeper() {
    let world = world().await;
    world.hold(1, 10).await;
    world.hold(2, 10).await;
    assert_eq!(sweep(&world, &[]).await, 0, "their time is not over");
    world.clock.advance(Duration::from_secs(61));
    assert_eq!(state(&world, 1).await, HoldState::Open);
    world.billing.capture(id(1), algo(10), None).await.unwrap();
    assert_eq!(sweep(&world, &[]).await, 1);
    assert_eq!(state(&world, 2).await, HoldState::Expired);
    assert_eq!(world.balance().await, (90, 0));
    assert_eq!(sweep(&world, &[]).await, 0);
}

#[tokio::test]
async fn a_hold_whose_keeper_lives_does_not_expire() {
    let world = world().await;
    world
        .billing
        .hold(kept_by("run_1", request(1, 10)))
        .await
        .unwrap();
    world
        .billing
        .hold(kept_by("run_2", request(2, 10)))
        .await
        .unwrap();
    world.clock.advance(Duration::from_secs(3_600));
    assert_eq!(sweep(&world, &["run_1"]).await, 1);
    assert_eq!(
        [state(&world, 1).await, state(&world, 2).await],
        [HoldState::Open, HoldState::Expired]
    );
    let postponed = world.billing.find_hold(id(1)).await.unwrap().unwrap().expires_at;
    assert_eq!(postponed, world.clock.now() + Billing::POSTPONEMENT);
    assert_eq!(sweep(&world, &[]).await, 0, "it is asked for again only later");
    world.clock.advance(Billing::POSTPONEMENT);
    assert_eq!(sweep(&world, &[]).await, 1);
}

#[tokio::test]
async fn living_keepers_do_not_stand_in_the_way_of_others() {
    let world = world().await;
    for number in 1..=3 {
        world
            .billing
            .hold(kept_by("run_1", request(number, 10)))
            .await
            .unwrap();
    }
    world.clock.advance(Duration::from_secs(1));
    world.hold(4, 10).await;
    world.clock.advance(Duration::from_secs(61));
    let keepers = Alive(HashSet::from(["run_1"]));
    assert_eq!(world.billing.sweep(&keepers, 3).await.unwrap(), 0);
    assert_eq!(world.billing.sweep(&keepers, 3).await.unwrap(), 1);
}

#[tokio::test]
async fn a_parent_expires_after_its_sub_holds() {
    let world = world().await;
    world.hold(1, 50).await;
    world
        .billing
        .hold(kept_by("run_1", within(1, request(2, 10))))
        .await
        .unwrap();
    world.clock.advance(Duration::from_secs(61));
    assert_eq!(sweep(&world, &["run_1"]).await, 0);
    assert_eq!(state(&world, 1).await, HoldState::Open);
    world.clock.advance(Billing::POSTPONEMENT);
    assert_eq!(sweep(&world, &[]).await, 1);
    assert_eq!(sweep(&world, &[]).await, 1);
    assert_eq!(
        [state(&world, 1).await, state(&world, 2).await],
        [HoldState::Expired; 2]
    );
    assert_eq!(world.balance().await, (100, 0));
}

#[tokio::test]
async fn in_doubt_nothing_expires() {
    let world = world().await;
    world
        .billing
        .hold(kept_by("run_1", request(1, 10)))
        .await
        .unwrap();
    world.clock.advance(Duration::from_secs(61));
    assert!(world.billing.sweep(&Away, 10).await.is_err());
    assert_eq!(state(&world, 1).await, HoldState::Open);
}

#[tokio::test]
async fn what_is_owed_is_paid_and_not_given_back() {
    let world = world().await;
    for (number, keeper) in [(1, "tx_1"), (2, "tx_2")] {
        let request = kept_by(keeper, request(number, 10));
        world.billing.hold(request).await.unwrap();
    }
    let keepers = (Alive(HashSet::new()), Owing("tx_1", &world));
    assert_eq!(world.billing.sweep(&keepers, 10).await.unwrap(), 0);
    assert_eq!(
        state(&world, 1).await,
        HoldState::Open,
        "it may still pay by itself"
    );
    world.clock.advance(Duration::from_secs(61));
    assert_eq!(world.billing.sweep(&keepers, 10).await.unwrap(), 1);
    assert!(matches!(state(&world, 1).await, HoldState::Captured { .. }));
    assert_eq!(state(&world, 2).await, HoldState::Expired);
    assert_eq!(world.balance().await, (90, 0));
    assert_eq!(world.billing.sweep(&keepers, 10).await.unwrap(), 0);
    assert_eq!(world.balance().await, (90, 0));
}
