use std::{sync::Arc, time::Instant};

use futures_util::{StreamExt, TryStreamExt, stream};
use orch::{
    Amount, Caller, Currency, Task,
    agent::{Developer, Endpoint, Pricing, Visibility},
    backends::{SqlStore, sql::Options, sql::test_db},
};
use orch_benches::{Latencies, Outcome, Table};
use orch_core::{
    OsEntropy, PageRequest, SystemClock,
    catalog::{AgentDraft, AgentFilter, Catalog, Sort, SortKey, VersionDraft},
};

const AGENTS: usize = 100_000;
const QUESTIONS: usize = 200;
const SUBJECTS: [&str; 8] = ["weather", "tax", "music", "soil", "ship", "bread", "law", "star"];

/// Pages and searches over a large catalog, as `GET /agents` asks for them, on each engine.
pub(crate) async fn measure() -> Outcome<()> {
    let directory = tempfile::tempdir()?;
    let url = format!("sqlite://{}", directory.path().join("orch.db").display());
    let mut table = Table::new(["100,000 agents", "engine", "p50 / p99"]);
    ask(
        SqlStore::connect(&url, Options::default()).await?,
        "SQLite",
        &mut table,
    )
    .await?;
    if let Some(store) = test_db::postgres().await {
        ask(store, "PostgreSQL", &mut table).await?;
    }
    println!("{table}");
    Ok(())
}

async fn ask(store: SqlStore, engine: &str, table: &mut Table) -> Outcome<()> {
    let store = Arc::new(store);
    let catalog = Catalog::new(store.clone(), Arc::new(SystemClock), Arc::new(OsEntropy));
    let owner = Caller::host("owner".parse()?);
    let began = Instant::now();
    stream::iter(0..AGENTS)
        .map(|number| {
            let (catalog, owner) = (catalog.clone(), owner.clone());
            async move {
                catalog.register(&owner, draft(number)?).await?;
                Outcome::Ok(())
            }
        })
        .buffer_unordered(64)
        .try_collect::<()>()
        .await?;
    eprintln!("{engine}: registered in {:.0} s", began.elapsed().as_secs_f64());
    // Each question of one who does not know the agents yet reads on; here they are read at once.
    let catalog = Catalog::new(store, Arc::new(SystemClock), Arc::new(OsEntropy));
    let began = Instant::now();
    let is_all = catalog.load().await?;
    eprintln!(
        "{engine}: at hand ({is_all}) in {:.1} s, {} bytes each",
        began.elapsed().as_secs_f64(),
        catalog.bytes_at_hand() / AGENTS
    );
    let any = AgentFilter::default;
    let by = |key| Sort {
        key,
        ..Sort::default()
    };
    let search = |text: &str| AgentFilter {
        search: Some(text.to_owned()),
        ..any()
    };
    let category = AgentFilter {
        category: Some("Category 3".to_owned()),
        ..any()
    };
    let max_cost = AgentFilter {
        max_cost: Some(Amount::new(200_000, Currency::Algo)?),
        ..any()
    };
    for (name, filter, sort, offset) in [
        ("first page by name", any(), Sort::default(), 0),
        ("a page in the middle", any(), Sort::default(), 50_000),
        ("by rating", any(), by(SortKey::Rating), 0),
        ("one category by cost", category, by(SortKey::Cost), 0),
        ("at most a price", max_cost, Sort::default(), 0),
        ("search, common", search("weather"), Sort::default(), 0),
        ("search, rare", search("agent 77777"), Sort::default(), 0),
    ] {
        let mut took = Vec::new();
        for _ in 0..QUESTIONS {
            let began = Instant::now();
            let page = PageRequest::new(20, offset);
            catalog.list(&owner, &filter, sort, page).await?;
            took.push(began.elapsed());
        }
        let took = Latencies::from_iter(took).to_string();
        table.row([name.to_owned(), engine.to_owned(), took]);
    }
    let mut took = Vec::new();
    for _ in 0..QUESTIONS {
        let began = Instant::now();
        catalog.rank(&owner, "forecast the weather of a ship", 20).await?;
        took.push(began.elapsed());
    }
    let mut after = Vec::new();
    for number in AGENTS..AGENTS + QUESTIONS {
        catalog.register(&owner, draft(number)?).await?;
        let began = Instant::now();
        catalog
            .list(&owner, &any(), Sort::default(), PageRequest::default())
            .await?;
        after.push(began.elapsed());
    }
    let after = Latencies::from_iter(after).to_string();
    table.row(["first page, after a change".to_owned(), engine.to_owned(), after]);
    let took = Latencies::from_iter(took).to_string();
    table.row(["ranked by words".to_owned(), engine.to_owned(), took]);
    Ok(())
}

fn draft(number: usize) -> Outcome<AgentDraft> {
    let subject = SUBJECTS[number % SUBJECTS.len()];
    let price = Amount::new(i64::try_from(number % 7)? * 100_000, Currency::Algo)?;
    let task = Task::new(
        format!("read_{subject}"),
        format!("Reads the {subject} of a place"),
    );
    let title = format!("{subject} agent {number}");
    let mut version = VersionDraft::new(
        title,
        vec![task],
        Pricing::per_request(price),
        Endpoint::InProcess,
    );
    version.description = format!("Knows all about {subject}, number {number}");
    version.category = format!("Category {}", number % 20);
    version.tags = vec![subject.to_owned(), format!("tag{}", number % 50)];
    Ok(AgentDraft {
        visibility: Visibility::Public,
        developer: Developer {
            name: format!("Developer {}", number % 500),
            ..Developer::default()
        },
        ..AgentDraft::new("acme".parse()?, format!("agent-{number}").parse()?, version)
    })
}
