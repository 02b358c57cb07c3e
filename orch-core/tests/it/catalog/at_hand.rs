//! What is at hand in one process, while others change the store.

use std::sync::Arc;

use orch_core::{
    Catalog, InMemoryCatalog, PageRequest, SeededEntropy,
    agent::Status,
    catalog::{AgentFilter, Sort},
};

use super::{House, Watched, owner, private, public, stranger, version};

async fn ranked(catalog: &Catalog, text: &str) -> Vec<String> {
    let ranked = catalog.rank(&stranger(), text, 10).await.unwrap();
    ranked.iter().map(|found| found.agent.slug.to_string()).collect()
}

async fn listed(catalog: &Catalog, search: &str) -> (Vec<String>, u64) {
    let filter = AgentFilter {
        search: Some(search.into()),
        ..AgentFilter::default()
    };
    let page = PageRequest::default();
    let page = catalog
        .list(&stranger(), &filter, Sort::default(), page)
        .await
        .unwrap();
    let slugs = page.items.iter().map(|agent| agent.slug.to_string());
    (slugs.collect(), page.total)
}

/// Two processes share a store: what one of them acknowledged, the very next question to the other knows.
#[tokio::test]
async fn a_change_elsewhere_is_found_by_the_next_question() {
    let store = Arc::new(InMemoryCatalog::default());
    let elsewhere = House::on(store.clone());
    let here = Catalog::new(store, elsewhere.clock.clone(), Arc::new(SeededEntropy::new(7)));
    assert_eq!(ranked(&here, "table").await, [""; 0]);
    let agent = elsewhere.register(public("one")).await;
    elsewhere.register(private("hidden")).await;
    assert_eq!(ranked(&here, "table").await, ["one"]);
    assert_eq!(listed(&here, "READER").await, (vec!["one".into()], 1));
    let changing = &elsewhere.catalog;
    changing
        .set_status(&owner(), agent.id, Status::Offline)
        .await
        .unwrap();
    assert_eq!(ranked(&here, "table").await, [""; 0], "it is offline");
    assert_eq!(listed(&here, "reader").await.1, 1);
    changing
        .set_status(&owner(), agent.id, Status::Online)
        .await
        .unwrap();
    let mut other = version("Rewritten");
    other.tasks[0].description = "Weighs ships".into();
    changing.revise(&owner(), agent.id, other).await.unwrap();
    assert_eq!(ranked(&here, "ship").await, ["one"]);
    assert_eq!(ranked(&here, "row").await, [""; 0], "it says so no more");
    assert_eq!(listed(&here, "reader").await.1, 0);
    changing.rate(&stranger(), agent.id, 5).await.unwrap();
    let rated = AgentFilter {
        min_rating: Some(5.0),
        ..AgentFilter::default()
    };
    let page = here
        .list(&stranger(), &rated, Sort::default(), PageRequest::default())
        .await
        .unwrap();
    assert_eq!(page.total, 1);
    changing
        .deprecate(&owner(), agent.id, agent.latest.version, "use v2", None)
        .await
        .unwrap();
    let found = here.rank(&stranger(), "ship", 1).await.unwrap();
    assert_eq!(found[0].agent.deprecations.len(), 1);
}

#[tokio::test]
async fn what_is_at_hand_is_not_searched_in_the_store() {
    let store = Arc::new(Watched::default());
    let house = House::on(store.clone());
    house.register(public("table")).await;
    assert!(house.catalog.load().await.unwrap());
    assert!(house.catalog.bytes_at_hand() > 0);
    store.count_searches();
    assert_eq!(ranked(&house.catalog, "table").await, ["table"]);
    assert_eq!(listed(&house.catalog, "table").await.1, 1);
    assert_eq!(store.count_searches(), 0);
}

/// A catalog of more agents than may be at hand answers as one of less.
#[tokio::test]
async fn what_is_too_much_is_asked_of_the_store() {
    for most in [0, 100] {
        let store = Arc::new(Watched::default());
        let house = House::on(store.clone());
        let catalog = house.catalog.clone().with_bytes_at_hand(most);
        house.register(public("table")).await;
        assert!(!catalog.load().await.unwrap());
        assert_eq!(ranked(&catalog, "table").await, ["table"]);
        assert_eq!(listed(&catalog, "table").await, (vec!["table".into()], 1));
        assert_eq!(store.count_searches(), 2);
        assert!(catalog.bytes_at_hand() < 100, "nothing is kept");
    }
}

/// Whoever asks while not all is at hand is answered by the store, and all is at hand after some questions.
#[tokio::test]
async fn each_question_reads_on() {
    let store = Arc::new(Watched::default());
    let house = House::on(store.clone());
    for number in 0..1_200 {
        house.register(public(&format!("agent{number}"))).await;
    }
    let mut n_asked = 0;
    loop {
        assert_eq!(listed(&house.catalog, "table").await.1, 1_200);
        if store.count_searches() == 0 {
            break;
        }
        n_asked += 1;
    }
    assert_eq!(n_asked, 2, "512 at a time");
}

#[tokio::test]
async fn texts_are_ranked_each_on_its_own() {
    let house = House::default();
    house.register(public("table")).await;
    let texts = ["table", "", "unheard", "rows"];
    let rankings = house.catalog.rank_each(&stranger(), &texts, 5).await.unwrap();
    let counts: Vec<usize> = rankings.iter().map(Vec::len).collect();
    assert_eq!(counts, [1, 0, 0, 1]);
}
