use std::{sync::Arc, time::Duration};

use orch_core::{Catalog, SeededEntropy, agent::Status};

use super::{House, Watched, owner, public, stranger, version};

#[tokio::test]
async fn a_warm_version_needs_no_store() {
    let store = Arc::new(Watched::default());
    let house = House::on(store.clone());
    let agent = house.register(public("table")).await;
    let first = agent.latest.version;
    house
        .catalog
        .revise(&owner(), agent.id, version("Second"))
        .await
        .unwrap();
    store.count_reads();
    for number in [first, first.next()] {
        house
            .catalog
            .version(&stranger(), agent.id, number)
            .await
            .unwrap();
    }
    assert_eq!(store.count_reads(), 1, "the earlier version, once");
    house.clock.advance(Duration::from_millis(999));
    for number in [first, first.next(), first] {
        house
            .catalog
            .version(&stranger(), agent.id, number)
            .await
            .unwrap();
    }
    assert_eq!(store.count_reads(), 0);
    house.clock.advance(Duration::from_millis(1));
    house.catalog.version(&stranger(), agent.id, first).await.unwrap();
    assert_eq!(
        store.count_reads(),
        1,
        "whether it is online is asked again, what it offers never"
    );
}

/// Two processes share a store: what one changes, the other sees within a second.
#[tokio::test]
async fn a_change_elsewhere_is_seen_within_a_second() {
    let store = Arc::new(Watched::default());
    let here = House::on(store.clone());
    let agent = here.register(public("table")).await;
    let elsewhere = Catalog::new(store, here.clock.clone(), Arc::new(SeededEntropy::new(7)));
    let status = async || {
        let resolved = here
            .catalog
            .version(&stranger(), agent.id, agent.latest.version)
            .await
            .unwrap();
        resolved.agent.status
    };
    elsewhere
        .set_status(&owner(), agent.id, Status::Offline)
        .await
        .unwrap();
    assert_eq!(status().await, Status::Online, "up to a second old");
    here.clock.advance(Duration::from_secs(1));
    assert_eq!(status().await, Status::Offline);
}

#[tokio::test]
async fn a_change_here_is_seen_at_once() {
    let house = House::default();
    let agent = house.register(public("table")).await;
    house
        .catalog
        .version(&stranger(), agent.id, agent.latest.version)
        .await
        .unwrap();
    house
        .catalog
        .set_status(&owner(), agent.id, Status::Offline)
        .await
        .unwrap();
    let resolved = house
        .catalog
        .version(&stranger(), agent.id, agent.latest.version)
        .await
        .unwrap();
    assert_eq!(resolved.agent.status, Status::Offline);
}
