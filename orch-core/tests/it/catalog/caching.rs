use std::{sync::Arc, time::Duration};

use orch_core::{Catalog, SeededEntropy, agent::Status};

use super::{House, Watched, owner, private, public, stranger, version};

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

/// What is shown needs no store for a second, and is as old as that where it was changed elsewhere.
#[tokio::test]
async fn a_glance_is_up_to_a_second_old() {
    let store = Arc::new(Watched::default());
    let here = House::on(store.clone());
    here.register(public("table")).await;
    let hidden = here.register(private("secret")).await;
    let elsewhere = Catalog::new(store.clone(), here.clock.clone(), Arc::new(SeededEntropy::new(7)));
    let seen = async |reference: &str| here.catalog.glance(&stranger(), reference).await;
    for reference in ["table", "acme/table", "table@latest"] {
        seen(reference).await.unwrap();
        store.count_reads();
        seen(reference).await.unwrap();
        assert_eq!(store.count_reads(), 0, "{reference}");
    }
    let id = seen("table").await.unwrap().id;
    here.catalog
        .set_status(&owner(), id, Status::Offline)
        .await
        .unwrap();
    assert_eq!(
        seen("table").await.unwrap().status,
        Status::Offline,
        "changed here"
    );
    elsewhere.set_status(&owner(), id, Status::Online).await.unwrap();
    assert_eq!(
        seen("table").await.unwrap().status,
        Status::Offline,
        "changed elsewhere"
    );
    here.clock.advance(Duration::from_secs(1));
    assert_eq!(seen("table").await.unwrap().status, Status::Online);
    // A private agent that its owner has at hand is nobody else's.
    here.catalog.glance(&owner(), "secret").await.unwrap();
    assert!(seen("secret").await.is_err() && seen(&hidden.id.to_string()).await.is_err());
    assert!(seen("table@v9").await.is_err(), "a version that it does not have");
}

#[tokio::test]
async fn a_developers_agents_are_counted_once_a_second() {
    let store = Arc::new(Watched::default());
    let here = House::on(store.clone());
    let developer = here.register(public("table")).await.developer.name.clone();
    let n_developed = async |caller| here.catalog.n_developed(&caller, &developer).await.unwrap();
    assert_eq!(
        (n_developed(owner()).await, n_developed(stranger()).await),
        (1, 1)
    );
    here.register(private("secret")).await;
    assert_eq!(
        (n_developed(owner()).await, n_developed(stranger()).await),
        (2, 1)
    );
    let elsewhere = House {
        catalog: Catalog::new(store, here.clock.clone(), Arc::new(SeededEntropy::new(7))),
        clock: here.clock.clone(),
    };
    elsewhere.register(public("other")).await;
    assert_eq!(n_developed(owner()).await, 2, "up to a second old");
    here.clock.advance(Duration::from_secs(1));
    assert_eq!(n_developed(owner()).await, 3);
}
