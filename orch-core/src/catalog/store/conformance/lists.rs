use std::sync::Arc;

use super::{
    Logged,
    sample::{account, agent, algo, insert},
};
use crate::{
    Agent, AgentVersion, Amount, Currency, Order, PageRequest,
    agent::{Status, Visibility},
    catalog::{AgentFilter, Sort, SortKey},
};

const WHOLE: PageRequest = PageRequest {
    limit: PageRequest::MAX_LIMIT,
    offset: 0,
};

fn with(agent: Agent, edit: impl FnOnce(&mut Agent, &mut AgentVersion)) -> Agent {
    let mut agent = agent;
    let mut version = AgentVersion::clone(&agent.latest);
    edit(&mut agent, &mut version);
    agent.latest = Arc::new(version);
    agent
}

/// Agents that differ in all that filters and sorts look at, among them some that are hard to tell apart.
fn zoo() -> Vec<Agent> {
    let titles = [
        "Straße",
        "STRASSE 2",
        "alpha",
        "Alpha",
        "Ünïcode",
        "100% sure",
        "under_score",
        "back\\slash",
        "ΟΔΟΣ",
        "Zulu",
        "a'quote",
        "🦀 crab",
    ];
    let categories = ["Finance", "FINANCE", "Größe", "text"];
    let zoo = (1..).zip(titles).map(|(number, title)| {
        with(agent(number), |agent, version| {
            let nth = usize::from(number);
            version.title = title.into();
            version.description = format!(
                "Number {number} of the zoo; the next one is {}.",
                titles[nth % titles.len()]
            );
            version.category = categories[nth % categories.len()].into();
            version.tags = ["NLP", "Größe", "finance"][..nth % 4]
                .iter()
                .map(|&tag| tag.into())
                .collect();
            version.pricing.base = match number % 3 {
                0 => Amount::new(50_000, Currency::Usd).unwrap(),
                rest => algo(i64::from(rest) * 100_000),
            };
            agent.developer.name = ["AlgoLabs", "algolabs", "Söhne"][nth % 3].into();
            agent.rating.counts =
                [[0, 0, 0, 0, 0], [1, 0, 0, 0, 3], [0, 0, 0, 5, 0], [0, 0, 1, 0, 2]][nth % 4];
            agent.visibility = if nth.is_multiple_of(5) {
                Visibility::Private
            } else {
                Visibility::Public
            };
            agent.status = if nth.is_multiple_of(7) {
                Status::Offline
            } else {
                Status::Online
            };
        })
    });
    zoo.collect()
}

fn filters() -> Vec<AgentFilter> {
    let any = AgentFilter::default;
    let text = |text: &str| Some(text.to_owned());
    let tags = |tags: &[&str]| tags.iter().map(|&tag| tag.to_owned()).collect::<Vec<_>>();
    let mut filters = vec![any()];
    for search in [
        "strasse",
        "STRASSE",
        "straße",
        "ALPHA",
        "ünïCODE",
        "%",
        "_",
        "\\",
        "0%",
        "οδος",
        "'",
        "🦀",
        "zoo",
        "Number 1",
        "none",
        "",
        "a\0b",
    ] {
        filters.push(AgentFilter {
            search: text(search),
            ..any()
        });
    }
    for category in ["finance", "GRÖSSE", "größe", "fin", ""] {
        filters.push(AgentFilter {
            category: text(category),
            ..any()
        });
    }
    for developer in ["ALGOLABS", "SÖHNE", "algo"] {
        filters.push(AgentFilter {
            developer: text(developer),
            ..any()
        });
    }
    for min_rating in [0.0, 0.1, 4.0, 4.1, 13.0 / 3.0, 5.0] {
        filters.push(AgentFilter {
            min_rating: Some(min_rating),
            ..any()
        });
    }
    for max_cost in [
        algo(0),
        algo(99_999),
        algo(100_000),
        algo(200_000),
        Amount::zero(Currency::Usdc),
    ] {
        filters.push(AgentFilter {
            max_cost: Some(max_cost),
            ..any()
        });
    }
    for wanted in [
        &["nlp"][..],
        &["GRÖSSE", "nlp"],
        &["finance", "NLP"],
        &["nlp", "nlp"],
        &["none"],
        &["nl"],
    ] {
        filters.push(AgentFilter {
            tags: tags(wanted),
            ..any()
        });
    }
    filters.push(AgentFilter {
        search: text("zoo"),
        category: text("Finance"),
        min_rating: Some(3.0),
        max_cost: Some(algo(200_000)),
        tags: tags(&["nlp"]),
        developer: text("AlgoLabs"),
    });
    filters
}

fn sorts() -> Vec<Sort> {
    let keys = [SortKey::Name, SortKey::Rating, SortKey::Cost, SortKey::CreatedAt];
    let both = |key| [Order::Ascending, Order::Descending].map(|order| Sort { key, order });
    keys.into_iter().flat_map(both).collect()
}

/// Every filter admits what [`AgentFilter::admits`] does, in the order of [`Sort::compare`], for every viewer.
pub async fn filters_and_sorts_are_those_of_the_model(store: &impl Logged) {
    let zoo = zoo();
    for agent in &zoo {
        insert(store, agent).await;
    }
    for viewer in ["owner", "stranger"].map(account) {
        for filter in filters() {
            for sort in sorts() {
                let seen = zoo
                    .iter()
                    .filter(|agent| agent.is_visible_to(&viewer) && filter.admits(agent));
                let mut expected: Vec<&Agent> = seen.collect();
                expected.sort_by(|left, right| sort.compare(left, right));
                let page = store.list(&viewer, &filter, sort, WHOLE).await.unwrap();
                let listed: Vec<&Agent> = page.items.iter().collect();
                assert_eq!(listed, expected, "{viewer}, {filter:?}, {sort:?}");
                assert_eq!(page.total, expected.len() as u64, "{filter:?}");
            }
        }
    }
}

/// A page is the wanted part of the whole list and says how long that is.
pub async fn pages_are_parts_of_the_list(store: &impl Logged) {
    let everything = AgentFilter::default();
    let viewer = account("owner");
    let nothing = store
        .list(&viewer, &everything, Sort::default(), WHOLE)
        .await
        .unwrap();
    assert_eq!((nothing.items.len(), nothing.total), (0, 0));
    for agent in zoo() {
        insert(store, &agent).await;
    }
    for sort in sorts() {
        let whole = store.list(&viewer, &everything, sort, WHOLE).await.unwrap().items;
        for (limit, offset) in [(1, 0), (5, 0), (5, 5), (5, 10), (5, 12), (100, 3), (20, u64::MAX)] {
            let page = PageRequest { limit, offset };
            let part = store.list(&viewer, &everything, sort, page).await.unwrap();
            let offset = usize::try_from(offset).unwrap();
            let expected: Vec<&Agent> = whole.iter().skip(offset).take(limit as usize).collect();
            assert_eq!(part.items.iter().collect::<Vec<_>>(), expected, "{page:?}");
            assert_eq!(part.total, 12, "{page:?}");
        }
    }
}

/// A private agent is in no list but its owner's.
pub async fn private_agents_are_hidden(store: &impl Logged) {
    let private = |number, owner: &str| Agent {
        owner: account(owner),
        visibility: Visibility::Private,
        ..agent(number)
    };
    for agent in [agent(1), private(2, "owner"), private(3, "other")] {
        insert(store, &agent).await;
    }
    for (viewer, expected) in [
        ("owner", &["slug1", "slug2"][..]),
        ("other", &["slug1", "slug3"]),
        ("stranger", &["slug1"]),
    ] {
        let viewer = account(viewer);
        let filter = AgentFilter::default();
        let page = store
            .list(&viewer, &filter, Sort::default(), WHOLE)
            .await
            .unwrap();
        let slugs: Vec<&str> = page.items.iter().map(|agent| agent.slug.as_str()).collect();
        assert_eq!(slugs, expected, "{viewer}");
        assert_eq!(page.total, expected.len() as u64, "{viewer}");
        let candidates = store
            .candidates(&viewer, &["word".into(), "agent".into()], 10)
            .await
            .unwrap();
        assert_eq!(candidates.agents.len(), expected.len(), "{viewer}");
    }
}
