//! The index beside the plain walk over all agents.

use std::sync::Arc;

use proptest::prelude::*;
use uuid::Uuid;

use super::Index;
use crate::{
    AccountId, Agent, AgentId, AgentVersion, Amount, CatalogStore, Currency, InMemoryCatalog, Order,
    PageRequest, Task, Timestamp, Version,
    agent::{Developer, Endpoint, Performance, Pricing, Rating, Status, Visibility},
    catalog::{AgentFilter, Change, Sort, SortKey, rank, weight},
};

mod followed;

const WORDS: [&str; 9] = [
    "read",
    "Table",
    "größe",
    "weather",
    "ship",
    "of a",
    "count_rows",
    "tax",
    "🦀 STRASSE",
];
const OWNERS: [&str; 3] = ["owner", "other", "third"];

fn account(name: &str) -> AccountId {
    name.parse().unwrap()
}

/// A state that an agent may be brought into.
#[derive(Clone, Debug)]
struct State {
    number: u8,
    title: Vec<usize>,
    description: Vec<usize>,
    tags: Vec<usize>,
    tasks: Vec<Vec<usize>>,
    cost: i64,
    stars: usize,
    status: Status,
    publishes: bool,
}

fn said(words: &[usize]) -> String {
    let words: Vec<&str> = words.iter().map(|word| WORDS[*word]).collect();
    words.join(" ")
}

impl State {
    /// The next state of an agent, or the first.
    fn of(&self, known: Option<&Agent>) -> Agent {
        let number = self.number;
        let at = Timestamp::from_millis(i64::from(number / 2));
        let version = known.map_or(Version::FIRST, |known| known.latest.version.next());
        let tasks = self.tasks.iter().zip(1..);
        let latest = AgentVersion {
            version,
            title: said(&self.title),
            description: said(&self.description),
            category: WORDS[usize::from(number % 3)].into(),
            tags: self.tags.iter().map(|tag| WORDS[*tag].into()).collect(),
            tasks: tasks
                .map(|(words, place)| Task::new(format!("task_{place}"), said(words)))
                .collect(),
            pricing: Pricing::per_request(Amount::new(self.cost, Currency::Algo).unwrap()),
            endpoint: Endpoint::InProcess,
            on_chain: None,
            created_at: at,
        };
        let mut counts = [0; 5];
        counts[self.stars] = 1;
        let latest = match known {
            Some(known) if !self.publishes => known.latest.clone(),
            _ => Arc::new(latest),
        };
        Agent {
            id: AgentId::from_uuid(Uuid::from_u128(u128::from(number))),
            organization: "acme".parse().unwrap(),
            name: format!("agent{number}").parse().unwrap(),
            slug: format!("agent{number}").parse().unwrap(),
            owner: account(OWNERS[usize::from(number % 3)]),
            developer: Developer {
                name: WORDS[usize::from(number % 4)].into(),
                ..Developer::default()
            },
            visibility: if number % 4 == 1 {
                Visibility::Private
            } else {
                Visibility::Public
            },
            status: self.status,
            last_seen: None,
            rating: Rating { counts },
            performance: Performance::default(),
            created_at: at,
            updated_at: at,
            revision: known.map_or(1, |known| known.revision + 1),
            deprecations: Vec::new(),
            latest,
        }
    }
}

fn words(most: usize) -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(0..WORDS.len(), 0..most)
}

fn state() -> impl Strategy<Value = State> {
    let texts = (
        words(3),
        words(6),
        words(3),
        prop::collection::vec(words(5), 1..4),
    );
    let status = prop::sample::select(vec![
        Status::Online,
        Status::Online,
        Status::Offline,
        Status::Away,
    ]);
    (0..10_u8, texts, 0..3_i64, 0..5_usize, status, any::<bool>()).prop_map(
        |(number, (title, description, tags, tasks), cost, stars, status, publishes)| State {
            number,
            title,
            description,
            tags,
            tasks,
            cost,
            stars,
            status,
            publishes,
        },
    )
}

/// Brings agents into states, in the reference and in an index, one by one or several at once.
async fn both(states: &[State], at_once: usize) -> (InMemoryCatalog, Index) {
    let (store, mut index) = (InMemoryCatalog::default(), Index::default());
    for states in states.chunks(at_once) {
        let mut news = Vec::new();
        for state in states {
            let known = State::of(state, None).id;
            let known = store.find(&crate::catalog::AgentKey::Id(known)).await.unwrap();
            let agent = state.of(known.as_ref());
            match &known {
                None => assert!(
                    store
                        .insert(&agent, &weight::postings(&agent.latest), &[])
                        .await
                        .unwrap()
                ),
                Some(known) => {
                    let change = Change {
                        from_revision: known.revision,
                        published: Some(weight::postings(&agent.latest)),
                        agent: agent.clone(),
                        review: None,
                        events: Vec::new(),
                    };
                    assert!(store.update(&change).await.unwrap());
                }
            }
            news.push(agent);
        }
        if at_once > 2 {
            index.unsettle();
        }
        // What comes late is older than what is known.
        let late: Vec<Agent> = news.iter().rev().cloned().collect();
        index.put(news);
        index.put(late);
        index.settle();
    }
    (store, index)
}

fn run<T>(test: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(test)
}

proptest! {
    #[test]
    fn an_index_ranks_as_the_plain_walk_does(
        states in prop::collection::vec(state(), 1..70),
        texts in prop::collection::vec(words(12), 1..6),
        limit in 0..12_usize,
        at_once in 1..6_usize,
    ) {
        run(async {
            let (store, index) = both(&states, at_once).await;
            for viewer in OWNERS.iter().chain(&["stranger"]).map(|name| account(name)) {
                for text in &texts {
                    let mut words: Vec<String> = crate::text::words(&said(text)).collect();
                    words.sort();
                    words.dedup();
                    let candidates = store.candidates(&viewer, &words, u32::MAX).await.unwrap();
                    let expected = rank::rank(&words, candidates, limit);
                    let ranked = index.rank(&viewer, &words, limit);
                    prop_assert_eq!(ranked, expected, "{} for {:?}", viewer, words);
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn an_index_lists_as_the_plain_filter_does(
        states in prop::collection::vec(state(), 1..70),
        search in prop::option::of("[a-z ]{0,4}|ß|🦀|STRASSE|read t|able of"),
        named in (prop::option::of(0..4_usize), prop::option::of(0..5_usize), words(3)),
        numbers in (prop::option::of(0..=5_u8), prop::option::of(0..3_i64)),
        page in (1..6_u32, 0..20_u64),
        at_once in 1..6_usize,
    ) {
        run(async {
            let (store, index) = both(&states, at_once).await;
            let (category, developer, tags) = named;
            let filter = AgentFilter {
                search,
                category: category.map(|word| WORDS[word].to_uppercase()),
                developer: developer.map(|word| WORDS[word].to_lowercase()),
                min_rating: numbers.0.map(f64::from),
                max_cost: numbers.1.map(|most| Amount::new(most, Currency::Algo).unwrap()),
                tags: tags.iter().take(1).map(|tag| WORDS[*tag].to_uppercase()).collect(),
            };
            let page = PageRequest { limit: page.0, offset: page.1 };
            for viewer in OWNERS.iter().chain(&["stranger"]).map(|name| account(name)) {
                for key in [SortKey::Name, SortKey::Rating, SortKey::Cost, SortKey::CreatedAt] {
                    for order in [Order::Ascending, Order::Descending] {
                        for filter in [&filter, &AgentFilter::default()] {
                            let sort = Sort { key, order };
                            let expected = store.list(&viewer, filter, sort, page).await.unwrap();
                            let listed = index.list(&viewer, filter, sort, page);
                            let ids: Vec<_> = expected.items.iter().map(|agent| (agent.id, agent.revision)).collect();
                            prop_assert_eq!(listed.agents, ids, "{:?} {:?}", filter, sort);
                            prop_assert_eq!(listed.total, expected.total);
                        }
                    }
                }
            }
            Ok(())
        })?;
    }
}

#[test]
fn of_many_words_those_of_the_greatest_weight_count() {
    run(async {
        let all: Vec<String> = (0..2_500).map(|number| format!("w{number}")).collect();
        let tasks = all.chunks(400).zip(1..);
        let tasks = tasks.map(|(words, place)| Task::new(format!("task_{place}"), words.join(" ")));
        let state = State {
            number: 0,
            title: vec![0],
            description: Vec::new(),
            tags: Vec::new(),
            tasks: Vec::new(),
            cost: 0,
            stars: 0,
            status: Status::Online,
            publishes: true,
        };
        let mut agent = state.of(None);
        agent.latest = Arc::new(AgentVersion {
            tasks: tasks.collect(),
            ..AgentVersion::clone(&agent.latest)
        });
        let postings = weight::postings(&agent.latest);
        assert_eq!(postings.len(), 2_000);
        let (store, mut index) = (InMemoryCatalog::default(), Index::default());
        assert!(store.insert(&agent, &postings, &[]).await.unwrap());
        index.put(vec![agent]);
        let viewer = account("stranger");
        for words in all.chunks(50) {
            let candidates = store.candidates(&viewer, words, 10).await.unwrap();
            assert_eq!(index.rank(&viewer, words, 10), rank::rank(words, candidates, 10));
        }
    });
}
