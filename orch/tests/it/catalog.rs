//! The catalog is at hand before anybody searches it, within what the host allows.

use crate::{
    agents::echo,
    engine::{Engine, on_every_engine, until, work},
};

async fn a_worker_takes_the_catalog_to_hand(engine: Engine) {
    let host = engine.builder().agent(echo()).build().await.unwrap();
    let before = host.catalog().bytes_at_hand();
    let worker = work(&host);
    until(async || host.catalog().bytes_at_hand() > before).await;
    worker.abort();
}

async fn more_than_the_host_allows_is_not_at_hand(engine: Engine) {
    let builder = engine.builder().agent(echo()).bytes_at_hand(0);
    let host = builder.build().await.unwrap();
    assert!(!host.catalog().load().await.unwrap());
    assert_eq!(host.catalog().bytes_at_hand(), 0);
}

on_every_engine!(
    a_worker_takes_the_catalog_to_hand,
    more_than_the_host_allows_is_not_at_hand
);
