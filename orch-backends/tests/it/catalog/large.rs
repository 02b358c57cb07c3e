//! A catalog too large to be sorted for every page, beside the reference.

use std::sync::Arc;

use orch_backends::{SqlStore, sql::test_db};
use orch_core::{
    AccountId, Agent, Amount, Caller, Catalog, CatalogStore, Currency, InMemoryCatalog, ManualClock, Order,
    PageRequest, SeededEntropy, Task,
    agent::{Developer, Endpoint, Pricing, Rating, Visibility},
    catalog::{AgentDraft, AgentFilter, Posting, Sort, SortKey, VersionDraft},
};

const AGENTS: usize = 1_300;

fn draft(number: usize) -> AgentDraft {
    let price = Amount::new(i64::try_from(number % 3).unwrap() * 100_000, Currency::Algo);
    let tasks = vec![Task::new("task", "")];
    let title = format!("Agent {}", number % 7);
    let pricing = Pricing::per_request(price.unwrap());
    let mut version = VersionDraft::new(title, tasks, pricing, Endpoint::InProcess);
    version.tags = vec![format!("tag{}", number % 2)];
    version.category = if number == 77 { "Rare" } else { "Common" }.into();
    let name = format!("agent{number}");
    AgentDraft {
        visibility: if number.is_multiple_of(13) {
            Visibility::Private
        } else {
            Visibility::Public
        },
        developer: Developer {
            name: format!("Dev {}", number % 100),
            ..Developer::default()
        },
        ..AgentDraft::new("acme".parse().unwrap(), name.parse().unwrap(), version)
    }
}

/// Agents as a catalog makes them, with ratings of all kinds.
async fn agents() -> Vec<Agent> {
    let store = Arc::new(InMemoryCatalog::default());
    let (clock, entropy) = (
        Arc::new(ManualClock::default()),
        Arc::new(SeededEntropy::default()),
    );
    let catalog = Catalog::new(store, clock, entropy);
    let owner = Caller::host("owner".parse().unwrap());
    let mut agents = Vec::with_capacity(AGENTS);
    for number in 0..AGENTS {
        let agent = catalog.register(&owner, draft(number)).await.unwrap();
        let counts = [[0; 5], [0, 0, 1, 0, 2], [1, 0, 0, 0, 0]][number % 3];
        agents.push(Agent {
            rating: Rating { counts },
            ..Agent::clone(&agent)
        });
    }
    agents
}

fn filters() -> Vec<AgentFilter> {
    let any = AgentFilter::default;
    vec![
        any(),
        AgentFilter {
            min_rating: Some(1.0),
            ..any()
        },
        AgentFilter {
            max_cost: Some(Amount::new(100_000, Currency::Algo).unwrap()),
            ..any()
        },
        AgentFilter {
            tags: vec!["TAG1".into()],
            ..any()
        },
        AgentFilter {
            search: Some("agent".into()),
            min_rating: Some(0.0),
            ..any()
        },
        AgentFilter {
            category: Some("rare".into()),
            ..any()
        },
        AgentFilter {
            developer: Some("dev 5".into()),
            ..any()
        },
    ]
}

async fn a_large_catalog_is_that_of_the_reference(store: SqlStore) {
    let reference = InMemoryCatalog::default();
    for (agent, number) in agents().await.iter().zip(0_u32..) {
        let posting = Posting {
            word: "word".into(),
            weight: 1 + number % 1_000,
        };
        assert!(
            reference
                .insert(agent, std::slice::from_ref(&posting), &[])
                .await
                .unwrap()
        );
        assert!(store.insert(agent, &[posting], &[]).await.unwrap());
    }
    let (clock, entropy) = (ManualClock::default(), SeededEntropy::default());
    let catalog = Catalog::new(Arc::new(store.clone()), Arc::new(clock), Arc::new(entropy));
    assert!(catalog.load().await.unwrap(), "all agents are at hand");
    for viewer in ["owner", "stranger"] {
        let viewer: AccountId = viewer.parse().unwrap();
        let caller = Caller::host(viewer.clone());
        for filter in filters() {
            for key in [SortKey::Name, SortKey::Rating, SortKey::Cost, SortKey::CreatedAt] {
                for (order, offset) in [
                    (Order::Ascending, 0),
                    (Order::Descending, 15),
                    (Order::Descending, 1_190),
                ] {
                    let (sort, page) = (Sort { key, order }, PageRequest { limit: 20, offset });
                    let expected = reference.list(&viewer, &filter, sort, page).await.unwrap();
                    let listed = store.list(&viewer, &filter, sort, page).await.unwrap();
                    assert_eq!(listed, expected, "{viewer}, {filter:?}, {sort:?}, {page:?}");
                    let at_hand = catalog.list(&caller, &filter, sort, page).await.unwrap();
                    let at_hand = at_hand.map(|agent| Agent::clone(&agent));
                    assert_eq!(
                        at_hand, expected,
                        "at hand: {viewer}, {filter:?}, {sort:?}, {page:?}"
                    );
                }
            }
        }
        let words = ["word".to_owned(), "none".to_owned()];
        let expected = reference.candidates(&viewer, &words, 50).await.unwrap();
        let found = store.candidates(&viewer, &words, 50).await.unwrap();
        assert_eq!(
            (found.total, &found.frequencies),
            (expected.total, &expected.frequencies)
        );
        let ids = |agents: &[Agent]| {
            let mut ids: Vec<_> = agents.iter().map(|agent| agent.id).collect();
            ids.sort();
            ids
        };
        assert_eq!(ids(&found.agents), ids(&expected.agents), "{viewer}");
    }
}

#[tokio::test]
async fn a_large_catalog_is_that_of_the_reference_on_sqlite() {
    a_large_catalog_is_that_of_the_reference(test_db::sqlite().await).await;
}

#[tokio::test]
async fn a_large_catalog_is_that_of_the_reference_on_postgres() {
    if let Some(store) = test_db::postgres().await {
        a_large_catalog_is_that_of_the_reference(store).await;
    }
}
