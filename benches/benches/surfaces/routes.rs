use std::{net::SocketAddr, num::NonZeroU32, time::Duration};

use axum::{Json, Router, routing::get};
use orch::{
    Agent, AgentFunction, Amount, BasisPoints, Caller, Currency, Orchestrator, Stores,
    agent::Pricing,
    auth::{KeyDraft, KeyForm},
    backends::{SqlStore, sql::Options},
    billing::{HoldId, HoldRequest},
};
use orch_benches::{Outcome, Table, median};
use orch_http_adapter::market::{Market, MarketOptions, Rate, Rates};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::{net::TcpListener, runtime::Runtime};

use crate::{
    client::{Client, used_by_others},
    limit::{self, HireScript},
};

const ROUNDS: usize = 9;
const REQUESTS: usize = 400;

#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(crate = "orch::schemars")]
struct Question {
    text: String,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "orch::schemars")]
struct Answer {
    words: usize,
}

pub(crate) struct House {
    runtime: Runtime,
    store: SqlStore,
    orchestrator: Orchestrator,
    address: SocketAddr,
    key: String,
    _directory: Option<tempfile::TempDir>,
}

/// CPU of everything but the client, beside a route that writes a JSON object of some twenty members.
pub(crate) fn measure() -> Outcome<()> {
    let (house, apart, engine) = (House::new(true)?, House::new(false)?, House::new(true)?);
    let script = HireScript::record()?;
    // Its worker would take the runs over, of which it does not know.
    engine
        .runtime
        .block_on(engine.orchestrator.shutdown(Duration::ZERO));
    let mut client = Client::connect(house.address)?;
    let mut client_apart = Client::connect(apart.address)?;
    let bare = house.request("GET", "/bare", "");
    let find = house.request("GET", "/agents/counter", "");
    let (hire, hire_apart) = (house.hire(), apart.hire());
    let mut figures = [const { Vec::new() }; 6];
    for round in 0..=ROUNDS {
        let mut ask = |request: &[u8]| spent(|| client.ask(request));
        let (limit, found, hired) = (ask(&bare)?, ask(&find)?, ask(&hire)?);
        let hired_apart = spent(|| client_apart.ask(&hire_apart))?;
        let mut number = 0;
        let paid = spent(|| {
            number += 1;
            house.runtime.block_on(house.pay(round * REQUESTS + number))
        })?;
        let places = round * REQUESTS..(round + 1) * REQUESTS;
        let mut scripts: Vec<_> = places.rev().map(|place| script.renamed(place)).collect();
        let units = spent(|| {
            let script = scripts.pop().ok_or("as many scripts as requests")?;
            engine
                .runtime
                .block_on(engine.runtime.spawn(limit::bare(engine.store.clone(), script)))?
        })?;
        // The first round warms up.
        if round > 0 {
            let round = [limit, found, hired, hired_apart, paid, units];
            for (figures, figure) in figures.iter_mut().zip(round) {
                figures.push(figure);
            }
        }
    }
    let [limit, found, hired, hired_apart, paid, units] = figures.map(median);
    let mut table = Table::new(["one request", "CPU", "beside its limit"]);
    let mut row = |name: &str, figure: f64, over: String| {
        table.row([name.to_owned(), format!("{figure:.0} us"), over]);
    };
    row("a bare JSON route", limit, String::new());
    row("a durable hold and capture", paid, String::new());
    row(
        "GET /agents/{id}, with key and limits",
        found,
        format!("{:.1} bare routes", found / limit),
    );
    row(
        "POST /hire of an in-process agent, durable",
        hired,
        format!("{:.1} times bare route, hold and capture", hired / (limit + paid)),
    );
    row(
        "the same, runs and money kept apart",
        hired_apart,
        format!(
            "{:.1} times bare route, hold and capture",
            hired_apart / (limit + paid)
        ),
    );
    row(
        "the statements of a hire on the bare engine",
        units,
        format!("{:.1} times bare route, hold and capture", units / (limit + paid)),
    );
    println!("{table}");
    Ok(())
}

/// Microseconds of CPU that each of many requests costs.
fn spent(mut request: impl FnMut() -> Outcome<()>) -> Outcome<f64> {
    let before = used_by_others()?;
    for _ in 0..REQUESTS {
        request()?;
    }
    let spent = used_by_others()?.saturating_sub(before);
    Ok(spent.as_secs_f64() * 1e6 / REQUESTS as f64)
}

impl House {
    /// Keeps runs and money in the same units of work, or apart.
    fn new(is_joint: bool) -> Outcome<Self> {
        let directory = tempfile::tempdir()?;
        let url = format!("sqlite://{}", directory.path().join("orch.db").display());
        let runtime = Self::runtime()?;
        let store = runtime.block_on(SqlStore::connect(&url, Options::default()))?;
        Ok(Self {
            _directory: Some(directory),
            ..Self::over(runtime, store, is_joint)?
        })
    }

    /// The same over a store that is there.
    pub(crate) fn over(runtime: Runtime, store: SqlStore, is_joint: bool) -> Outcome<Self> {
        let (orchestrator, address, key) = runtime.block_on(serve(store.clone(), is_joint))?;
        Ok(Self {
            runtime,
            store,
            orchestrator,
            address,
            key,
            _directory: None,
        })
    }

    /// A runtime whose threads are counted.
    pub(crate) fn runtime() -> std::io::Result<Runtime> {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The bytes of a hire.
    pub(crate) fn hire(&self) -> Vec<u8> {
        let body =
            json!({ "agent_id": "counter", "task": "count", "parameters": { "text": "one two three" } });
        self.request("POST", "/hire", &body.to_string())
    }

    fn request(&self, method: &str, path: &str, body: &str) -> Vec<u8> {
        let (key, length) = (&self.key, body.len());
        format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {key}\r\n\
             content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        )
        .into_bytes()
    }

    /// Sets a price aside and pays it, on the threads of the house.
    async fn pay(&self, number: usize) -> Outcome<()> {
        let billing = self.orchestrator.billing().clone();
        let price = Amount::new(10, Currency::Algo)?;
        let entropy = self.orchestrator.entropy().clone();
        let id = HoldId::generate(self.orchestrator.clock().now(), &*entropy);
        let request = HoldRequest {
            id,
            account: "acme".parse()?,
            amount: price,
            parent: None,
            payee: Some("host".parse()?),
            keeper: None,
            ttl: Duration::from_secs(60),
            key: format!("bench {number} {id}"),
        };
        let paid = self.runtime.spawn(async move {
            billing.hold(request).await?;
            billing.capture(id, price, None).await
        });
        paid.await??;
        Ok(())
    }
}

async fn serve(store: SqlStore, is_joint: bool) -> Outcome<(Orchestrator, SocketAddr, String)> {
    let mut stores: Stores = store.into();
    stores.paid_runs = stores.paid_runs.filter(|_| is_joint);
    let price = Pricing::per_request(Amount::new(10, Currency::Algo)?);
    let count = Agent::function::<Question, Answer>("counter", "count", |question: Question| async move {
        Ok::<_, String>(Answer {
            words: question.text.split(' ').count(),
        })
    });
    let orchestrator = Orchestrator::builder(stores)
        .agent(count.price(price).repeatable().cooperative())
        .fee(BasisPoints::new(250)?)
        .build()
        .await?;
    tokio::spawn(orchestrator.worker());
    let account = "acme".parse()?;
    let credits = Amount::new(1_000_000_000, Currency::Algo)?;
    orchestrator.billing().grant(&account, credits, "bench").await?;
    let draft = KeyDraft::new(KeyForm::Market, "bench");
    let minted = orchestrator
        .api_keys()
        .create(&Caller::host(account), draft)
        .await?;
    let options = MarketOptions {
        rates: boundless(),
        ..MarketOptions::default()
    };
    let market = Market::new(orchestrator.clone(), options);
    let router = Router::new()
        .route("/bare", get(bare))
        .fallback_service(market.surface().router());
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok((orchestrator, address, minted.token.expose().to_owned()))
}

/// So high that nothing is refused, and as much is counted as for the page's own rates.
fn boundless() -> Rates {
    let most = NonZeroU32::MIN.saturating_add(99_999);
    let rate = Rate {
        per_minute: most,
        burst: most,
    };
    Rates {
        orchestrate: rate,
        hire: rate,
        agents: rate,
        agent: rate,
        usage: rate,
    }
}

#[derive(Debug, Serialize)]
struct Bare {
    id: &'static str,
    name: String,
    description: String,
    tags: [&'static str; 4],
    numbers: [f64; 12],
}

async fn bare() -> Json<Bare> {
    Json(Bare {
        id: "agent_018d0cabc4407f199b774a7274340001",
        name: "Counter".to_owned(),
        description: "Counts the words of a text".to_owned(),
        tags: ["text", "words", "count", "plain"],
        numbers: [0.5; 12],
    })
}
