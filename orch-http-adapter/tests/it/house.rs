//! A market over an orchestrator in memory, whose clock stands still and whose agents follow scripts.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{Router, body::Body, http::Request, response::Response};
use http_body_util::BodyExt;
use orch::{
    Agent, AgentId, Amount, Caller, Clock, Currency, Entropy, ManualClock, Orchestrator, SeededEntropy,
    Stores, Task, Timestamp,
    a2a::testing::{Script, ScriptedTransport},
    agent::{AgentVersion, Developer, Endpoint, OnChain, Performance, Pricing, Rating, Status, Visibility},
    auth::{KeyDraft, KeyForm},
};
use orch_http_adapter::market::{Market, MarketOptions};
use serde_json::{Value, json};
use tower::ServiceExt;

/// 2024-01-15T10:30:00Z, the moment that the published examples show.
pub(crate) const PUBLISHED: Timestamp = Timestamp::from_millis(1_705_314_600_000);

pub(crate) struct House {
    pub(crate) orchestrator: Orchestrator,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) agents: Arc<ScriptedTransport>,
    pub(crate) router: Router,
    pub(crate) key: String,
    stores: Stores,
    entropy: SeededEntropy,
    n_enrolled: AtomicU64,
    worker: tokio::task::JoinHandle<Result<(), orch::WorkerError>>,
}

/// Dropping it is like a crash.
impl Drop for House {
    fn drop(&mut self) {
        self.worker.abort();
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: axum::http::HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }

    pub(crate) fn details(&self) -> &Value {
        &self.body["error"]["details"]
    }

    pub(crate) fn number(&self, header: &str) -> u64 {
        self.headers[header].to_str().unwrap().parse().unwrap()
    }
}

pub(crate) async fn house() -> House {
    house_with(MarketOptions::default(), |builder| builder).await
}

pub(crate) async fn house_with(
    options: MarketOptions,
    configure: impl FnOnce(orch::Builder) -> orch::Builder,
) -> House {
    let clock = Arc::new(ManualClock::default());
    let stores = Stores::in_memory_at(clock.clone());
    let agents = Arc::new(ScriptedTransport::new(clock.clone()));
    let builder = Orchestrator::builder(stores.clone())
        .clock(clock.clone())
        .entropy(Arc::new(SeededEntropy::default()))
        .http_transport(agents.clone());
    let orchestrator = configure(builder).build().await.unwrap();
    let worker = tokio::spawn(orchestrator.worker());
    while !orchestrator.is_working() {
        tokio::task::yield_now().await;
    }
    let router = Market::new(orchestrator.clone(), options).surface().router();
    let mut house = House {
        orchestrator,
        clock,
        agents,
        router,
        key: String::new(),
        stores,
        entropy: SeededEntropy::new(7),
        n_enrolled: AtomicU64::default(),
        worker,
    };
    house.key = house.key_of("acme", KeyForm::Market).await;
    house.credit("acme", 100_000_000).await;
    house
}

pub(crate) fn caller(account: &str) -> Caller {
    Caller::host(account.parse().unwrap())
}

pub(crate) fn algo(minor: i64) -> Amount {
    Amount::new(minor, Currency::Algo).unwrap()
}

impl House {
    pub(crate) async fn key_of(&self, account: &str, form: KeyForm) -> String {
        let keys = self.orchestrator.api_keys();
        let minted = keys
            .create(&caller(account), KeyDraft::new(form, "test"))
            .await
            .unwrap();
        minted.token.expose().to_owned()
    }

    pub(crate) async fn credit(&self, account: &str, minor: i64) {
        let account = account.parse().unwrap();
        let key = format!("test {minor} {}", self.now().as_millis());
        self.orchestrator
            .billing()
            .grant(&account, algo(minor), &key)
            .await
            .unwrap();
    }

    pub(crate) async fn available(&self, account: &str) -> i64 {
        let billing = self.orchestrator.billing();
        let balance = billing.balance(&caller(account), Currency::Algo).await.unwrap();
        assert_eq!(balance.held.minor(), 0, "nothing is left held");
        balance.available.minor()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Puts an agent into the catalog past its service, so that it has the past that the page shows.
    pub(crate) async fn enroll(&self, change: impl FnOnce(&mut Agent, &mut AgentVersion)) -> AgentId {
        // Their ids are in the order in which they are enrolled.
        let n_enrolled = self.n_enrolled.fetch_add(1, Ordering::Relaxed);
        let at = PUBLISHED + Duration::from_millis(n_enrolled);
        let (mut agent, mut version) = an_agent(AgentId::generate(at, &self.entropy as &dyn Entropy));
        change(&mut agent, &mut version);
        agent.latest = Arc::new(version);
        assert!(self.stores.catalog.insert(&agent, &[], &[]).await.unwrap());
        agent.id
    }

    pub(crate) async fn ask(&self, request: Request<Body>) -> Answer {
        read(self.router.clone().oneshot(request).await.unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(self.request("GET", path).body(Body::empty()).unwrap())
            .await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.post_with(path, body, &[]).await
    }

    pub(crate) async fn post_with(&self, path: &str, body: Value, headers: &[(&str, &str)]) -> Answer {
        let mut request = self.request("POST", path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.ask(request.body(Body::from(body.to_string())).unwrap())
            .await
    }

    /// Asks while the agents take that long, one after the other.
    pub(crate) async fn post_taking(&self, path: &str, body: Value, each: &[Duration]) -> Answer {
        let request = self
            .request("POST", path)
            .body(Body::from(body.to_string()))
            .unwrap();
        let router = self.router.clone();
        let asked = tokio::spawn(async move { read(router.oneshot(request).await.unwrap()).await });
        let already = self.agents.calls().len();
        for (place, took) in each.iter().enumerate() {
            while self.agents.calls().len() <= already + place {
                assert!(!asked.is_finished(), "answered before its agents did");
                tokio::task::yield_now().await;
            }
            self.settle().await;
            self.clock.advance(*took);
        }
        asked.await.unwrap()
    }

    /// Lets everything that can go on go on.
    pub(crate) async fn settle(&self) {
        for _ in 0..200 {
            tokio::task::yield_now().await;
        }
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        let request = Request::builder().method(method).uri(path);
        request
            .header("authorization", format!("Bearer {}", self.key))
            .header("content-type", "application/json")
    }
}

pub(crate) async fn read(response: Response) -> Answer {
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    Answer {
        status: parts.status.as_u16(),
        headers: parts.headers,
        body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
    }
}

/// The sentiment analyzer of the published page.
fn an_agent(id: AgentId) -> (Agent, AgentVersion) {
    let version = AgentVersion {
        version: "v1".parse().unwrap(),
        title: "Market Sentiment Analyzer".into(),
        description: "Advanced sentiment analysis for financial markets".into(),
        category: "Finance".into(),
        tags: ["sentiment", "finance", "nlp"].map(str::to_owned).into(),
        tasks: vec![a_task()],
        pricing: Pricing::per_request(algo(100_000)),
        endpoint: Endpoint::Http {
            url: "https://sentiment-analyzer.orca.live".into(),
        },
        on_chain: Some(OnChain {
            agent_id: 456,
            verified: true,
        }),
        created_at: Timestamp::from_millis(1_704_067_200_000),
    };
    let agent = Agent {
        id,
        organization: "algolabs".parse().unwrap(),
        name: "sentiment-analyzer".parse().unwrap(),
        slug: "sentiment-analyzer".parse().unwrap(),
        owner: "algolabs".parse().unwrap(),
        developer: Developer {
            name: "AlgoLabs".into(),
            verified: true,
            wallet_address: Some("ABCD1234...".into()),
            reputation_hundredths: Some(480),
        },
        visibility: Visibility::Public,
        status: Status::Online,
        last_seen: None,
        rating: Rating {
            counts: [1, 3, 12, 62, 156],
        },
        performance: Performance {
            requests: 15_420,
            answered: 15_266,
            total_time: Duration::from_millis(2_300) * 15_266,
        },
        created_at: Timestamp::from_millis(1_704_067_200_000),
        updated_at: PUBLISHED,
        revision: 1,
        deprecations: Vec::new(),
        latest: Arc::new(version.clone()),
    };
    (agent, version)
}

/// The task of the published page.
fn a_task() -> Task {
    let mut task = Task::new("analyze_sentiment", "Analyze sentiment of text or multiple texts");
    task.parameters = json!({
        "type": "object",
        "required": ["text"],
        "properties": {
            "text": { "type": "string", "description": "Text to analyze" },
            "language": { "type": "string", "default": "en", "enum": ["en", "es", "fr", "de"] },
            "detailed": { "type": "boolean", "default": false, "description": "Return detailed analysis" },
        },
    });
    task.returns = json!({
        "type": "object",
        "properties": {
            "sentiment": { "type": "string" },
            "confidence": { "type": "number" },
            "scores": { "type": "object" },
        },
    });
    task.repeatable = true;
    task.examples = vec![orch::agent::Example {
        input: json!({ "text": "Bitcoin is showing strong bullish momentum!", "detailed": true }),
        output: json!({
            "sentiment": "positive",
            "confidence": 0.92,
            "scores": { "positive": 0.92, "neutral": 0.06, "negative": 0.02 },
        }),
    }];
    task
}

/// Answers after so many milliseconds.
pub(crate) fn after(millis: u64, result: Value) -> Script {
    Script::after(Duration::from_millis(millis), Script::answer(result))
}
