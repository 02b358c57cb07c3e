use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use axum::{Router, body::Body, http::Request, response::Response};
use http_body_util::BodyExt;
use orch::{
    ManualClock, Orchestrator, SeededEntropy, SignedOptions, Stores, Timestamp,
    a2a::{
        AgentTransport, Call, DirectorySource, Exchange, ProgressSink, QuotaOptions, RegistrySource, Reply,
        TransactionOptions, TransportError,
    },
    auth::{AgentSigner, Document, Form, Party, Registration, Vouched},
};
use orch_core::Secret;
use orch_http_adapter::a2a::{A2a, A2aOptions, Mode};
use serde_json::{Value, json};
use tower::ServiceExt;

/// 2025-12-05T17:00:00Z, the moment that the published page shows.
pub(super) const PUBLISHED: Timestamp = Timestamp::from_millis(1_764_954_000_000);

/// What the provider answers, one after the other, and at last that of the page.
#[derive(Debug, Default)]
pub(super) struct Provider {
    answers: Mutex<VecDeque<(u16, Vec<u8>)>>,
    calls: Mutex<Vec<Arc<Exchange>>>,
}

impl Provider {
    pub(super) fn will(&self, status: u16, body: impl Into<Vec<u8>>) {
        self.answers.lock().unwrap().push_back((status, body.into()));
    }

    pub(super) fn n_calls(&self) -> usize {
        self.calls.lock().unwrap().len()
    }

    /// Where the last call went.
    pub(super) fn last_url(&self) -> String {
        self.calls.lock().unwrap().last().unwrap().url.clone()
    }
}

#[async_trait]
impl AgentTransport for Provider {
    async fn send(&self, call: Call, _: &ProgressSink) -> Result<Reply, TransportError> {
        let exchange = call.exchange.expect("transactions are relayed");
        self.calls.lock().unwrap().push(exchange.clone());
        let answer = self.answers.lock().unwrap().pop_front();
        match answer {
            Some((0, _)) => Err(TransportError::unreachable("10.0.0.7:5001 refused")),
            Some((1, _)) => Err(TransportError::lost("10.0.0.7:5001 reset")),
            Some((status, body)) => exchange.answer(status, Some(&body)),
            None => exchange.answer(200, Some(br#"{"message": "Hello, Alice!"}"#)),
        }
    }
}

pub(super) struct House {
    pub(super) orchestrator: Orchestrator,
    pub(super) provider: Arc<Provider>,
    pub(super) clock: Arc<ManualClock>,
    pub(super) router: Router,
    pub(super) a2a: A2a,
}

/// What came back, its body as it is and as JSON.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: axum::http::HeaderMap,
    pub(super) text: String,
    pub(super) body: Value,
}

impl Answer {
    pub(super) fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// The consumer of the vectors.
pub(super) fn consumer() -> AgentSigner {
    AgentSigner::from_seed(&std::array::from_fn(|place| u8::try_from(place).unwrap()))
}

pub(super) async fn house() -> House {
    house_with(A2aOptions::default()).await
}

pub(super) fn cloud() -> A2aOptions {
    A2aOptions {
        mode: Mode::Cloud,
        api_key: Some(Secret::new("sk-atp-test".to_owned())),
        admin_key: Some(Secret::new("admin".to_owned())),
        public_url: "https://directory.example".to_owned(),
        ..A2aOptions::default()
    }
}

pub(super) async fn house_with(options: A2aOptions) -> House {
    house_over(options, |clock| Stores::in_memory_at(clock)).await
}

/// A house over stores that live by its clock.
pub(super) async fn house_over(
    options: A2aOptions,
    stores: impl FnOnce(Arc<ManualClock>) -> Stores,
) -> House {
    house_filed(options, stores, None).await
}

/// The same, beside files that name agents and services.
pub(super) async fn house_filed(
    options: A2aOptions,
    stores: impl FnOnce(Arc<ManualClock>) -> Stores,
    registry: Option<Arc<dyn RegistrySource>>,
) -> House {
    let signed = SignedOptions {
        registry,
        ..SignedOptions::default()
    };
    house_signed(options, stores, signed).await
}

/// The same beside another directory.
pub(super) async fn house_beside(options: A2aOptions, directory: Arc<dyn DirectorySource>) -> House {
    let signed = SignedOptions {
        directory: Some(directory),
        ..SignedOptions::default()
    };
    house_signed(options, |clock| Stores::in_memory_at(clock), signed).await
}

async fn house_signed(
    options: A2aOptions,
    stores: impl FnOnce(Arc<ManualClock>) -> Stores,
    signed: SignedOptions,
) -> House {
    let clock = Arc::new(ManualClock::at(PUBLISHED));
    let provider = Arc::new(Provider::default());
    let quota = QuotaOptions {
        enforced: options.mode == Mode::Cloud,
        ..QuotaOptions::default()
    };
    let signed = SignedOptions {
        signer: Some(AgentSigner::from_seed(&[0x42; 32])),
        relay: Some(provider.clone()),
        transactions: TransactionOptions {
            quota,
            ..TransactionOptions::default()
        },
        ..signed
    };
    let orchestrator = Orchestrator::builder(stores(clock.clone()))
        .clock(clock.clone())
        .entropy(Arc::new(SeededEntropy::default()))
        .signed(signed)
        .build()
        .await
        .unwrap();
    let a2a = A2a::new(orchestrator.clone(), options);
    let house = House {
        router: a2a.surface().router(),
        orchestrator,
        provider,
        clock,
        a2a,
    };
    house.register("agent-001", &consumer()).await;
    house.register(&consumer().key().derived_id(), &consumer()).await;
    house
        .register("agent-bistro", &AgentSigner::from_seed(&[0x42; 32]))
        .await;
    house.offer(r#"{"service_id":"srv-greet","provider_agent_id":"agent-bistro","metadata":{"name":"Greeting","service_path_template":"/greet"}}"#).await;
    house
}

impl House {
    pub(super) async fn register(&self, id: &str, signer: &AgentSigner) {
        let registration = Registration {
            id: id.parse().unwrap(),
            key: signer.key(),
            revoke_previous: false,
            status: Party::ACTIVE.into(),
            endpoint: Some("http://10.0.0.7:5001".into()),
            metadata: r#"{"name":"My Agent","capabilities":["book_table"],"price":1}"#.into(),
            is_listed: true,
        };
        let agents = self.orchestrator.directory().agents();
        agents.register(registration, Vouched::ByTheHost).await.unwrap();
    }

    pub(super) async fn offer(&self, record: &str) {
        let record = Document::read(record.as_bytes()).unwrap();
        self.orchestrator.directory().register(&record).await.unwrap();
    }

    pub(super) async fn ask(&self, request: Request<Body>) -> Answer {
        read(self.router.clone().oneshot(request).await.unwrap()).await
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        self.ask(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// Sends a body with these headers.
    pub(super) async fn post(&self, path: &str, body: impl Into<Body>, headers: &[(&str, &str)]) -> Answer {
        let request = Request::post(path).header("content-type", "application/json");
        let request = headers
            .iter()
            .fold(request, |request, (name, value)| request.header(*name, *value));
        self.ask(request.body(body.into()).unwrap()).await
    }

    /// Signs a body as the consumer and sends it.
    pub(super) async fn transact(&self, body: &str) -> Answer {
        let headers = [
            ("x-agent-signature", &*sign(&consumer(), body)),
            ("x-api-key", "sk-atp-test"),
        ];
        self.post("/v1/a2a/transact", body.to_owned(), &headers).await
    }
}

pub(super) fn sign(signer: &AgentSigner, body: &str) -> String {
    let document = Document::read(body.as_bytes()).unwrap();
    signer.sign(&Form::A.write(&document).unwrap()).to_text()
}

/// The request of the published page.
pub(super) fn page() -> String {
    json!({
        "consumer_agent_id": "agent-001",
        "service_id": "srv-greet",
        "payload": { "name": "Alice" },
        "transaction_id": "tx_123",
    })
    .to_string()
}

pub(super) async fn read(response: Response) -> Answer {
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    Answer {
        status: parts.status.as_u16(),
        headers: parts.headers,
        body: serde_json::from_str(&text).unwrap_or(Value::Null),
        text,
    }
}
